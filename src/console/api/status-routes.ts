/** How things stand: health, metrics, and how the Worker is set up. */
import { countByType, loadChannels, loadVerifiedBy } from "../../store/overview";
import { loadRefusedTotals } from "../../store/inbox/refusals";
import { plain } from "./api-route";
import type { Route } from "../deps";
import { checkHealth } from "../health";
import { metricsText } from "./metrics";

/** The latest events that are looked at for which secret verified them. */
export const VERIFIED_WINDOW = 1_000;

export const statusRoutes: readonly Route[] = [
  plain("GET /health", async ({ c, deps }) => c.json(await checkHealth(deps.db, deps.now()))),
  plain("GET /metrics", async ({ c, deps }) => {
    const { db } = deps;
    const [health, events, channels, refused] = await Promise.all([
      checkHealth(db, deps.now()),
      countByType(db),
      loadChannels(db),
      loadRefusedTotals(db),
    ]);
    const type = "text/plain; version=0.0.4; charset=utf-8";
    return c.body(metricsText(health, events, channels, refused), 200, { "content-type": type });
  }),
  plain("GET /settings", async ({ c, deps }) => {
    const [health, verifiedBy] = await Promise.all([
      checkHealth(deps.db, deps.now()),
      loadVerifiedBy(deps.db, VERIFIED_WINDOW),
    ]);
    const { last_sweep_at } = health;
    return c.json({ ...deps.settings, verified_by: verifiedBy, last_sweep_at });
  }),
];

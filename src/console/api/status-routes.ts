/** The current state: health, metrics, and how the Worker is set up. */
import { countByType, loadChannels, loadVerifiedBy } from "../../store/overview";
import { loadRefusedTotals } from "../../store/inbox/refusals";
import { findChannel } from "../../notifications/channels";
import { note } from "../activity/note";
import { plain } from "./api-route";
import type { Route } from "../deps";
import { problemsOf, viewChannels } from "../channel-view";
import { measureLanes } from "../forwarding/endpoints";
import { checkHealth } from "../health";
import { viewSettings } from "../shop/settings";
import { metricsText } from "./metrics";
import { problem } from "./problem";

/** The number of latest events that are checked for the secret that verified them. */
export const VERIFIED_WINDOW = 1_000;

export const statusRoutes: readonly Route[] = [
  plain("GET /health", async ({ c, deps }) => c.json(await checkHealth(deps))),
  plain("GET /metrics", async ({ c, deps }) => {
    const { db } = deps;
    const [health, events, channels, refused, endpoints] = await Promise.all([
      checkHealth(deps),
      countByType(db),
      loadChannels(db),
      loadRefusedTotals(db),
      measureLanes(deps.forwarding),
    ]);
    const type = "text/plain; version=0.0.4; charset=utf-8";
    const text = metricsText(health, { events, channels, refused, endpoints }, deps.now());
    return c.body(text, 200, { "content-type": type });
  }),
  plain("GET /settings", async ({ c, deps }) => {
    const { db, settings, channelSetups } = deps;
    const [health, verifiedBy, setups, shop] = await Promise.all([
      checkHealth(deps),
      loadVerifiedBy(db, VERIFIED_WINDOW),
      viewChannels(db, channelSetups),
      viewSettings(deps.shop),
    ]);
    const { last_sweep_at } = health;
    const problems = [...settings.problems, ...problemsOf(setups)];
    const found = { problems, channel_setups: setups, verified_by: verifiedBy, last_sweep_at };
    const ofShop = { shop: shop.settings, half_done: shop.halfDone };
    return c.json({ ...settings, ...found, ...ofShop });
  }),
  plain("POST /channels/:channel/forget", async ({ c, deps, part }) => {
    const channel = part("channel");
    if (findChannel(channel) === null) return problem(c, 404, "There is no such channel");
    await deps.forgetChannel(channel);
    note(c, "channel_forgotten", { about: channel });
    return c.json({ channel });
  }),
];

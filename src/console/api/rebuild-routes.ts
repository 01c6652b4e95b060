/** Rebuilds: apply stored events with the current projection; and the changes that they made. */
import { loadChanges, loadRebuild, startRebuild } from "../../store/state/rebuild-progress";
import { note } from "../activity/note";
import { plain, taking } from "./api-route";
import type { Route } from "../deps";
import { problem } from "./problem";
import { rebuildBody } from "./shapes";

const CHANGES_MAX = 1_000;

export const rebuildRoutes: readonly Route[] = [
  taking("POST /rebuilds", rebuildBody, async ({ c, deps, body }) => {
    const { order_number: orderNumber, event_type: eventType, from, to, dry_run } = body;
    const filter = {
      ...(orderNumber === undefined ? {} : { orderNumber }),
      ...(eventType === undefined ? {} : { eventType }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
    const rebuild = await startRebuild(deps.db, filter, dry_run, deps.now().toISOString());
    if (!dry_run) note(c, "rebuild_started", { about: String(rebuild.id) });
    return c.json(rebuild, 202);
  }),
  plain("GET /rebuilds/:id", async ({ c, deps, part }) => {
    const rebuild = await loadRebuild(deps.db, Number(part("id")));
    if (rebuild === null) return problem(c, 404, "There is no such rebuild");
    return c.json({ ...rebuild, changes: await loadChanges(deps.db, rebuild.id, CHANGES_MAX) });
  }),
];

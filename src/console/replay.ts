/** Replays events, and records the replay so that a person sees the results. */
import { saveReplay } from "../store/replays";
import type { ReplayFilter } from "../store/inbox/waiting";
import type { Context } from "hono";
import { note } from "./activity/note";
import type { AdminApiDeps } from "./deps";

export interface Replayed {
  readonly ids: readonly string[];
  /** The number of its record; null if nothing was replayed. */
  readonly replay: number | null;
}

export async function replayRecorded(
  { db, replay, now }: AdminApiDeps,
  filter: ReplayFilter,
  limit: number,
): Promise<Replayed> {
  const ids = await replay(filter, limit);
  if (ids.length === 0) return { ids, replay: null };
  return { ids, replay: await saveReplay(db, ids, now().toISOString()) };
}

/** Notes the event in the activity if there is only one, otherwise the record of the replay. */
export function noteReplay(c: Context, ids: readonly string[], replay: number | null): void {
  if (replay === null) return;
  note(c, "replayed", { about: ids.length === 1 ? ids[0] : String(replay), times: ids.length });
}

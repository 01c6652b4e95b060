/**
 * Replay: applies quarantined and failed events again, after a fix: one event, a selection, or all with a status,
 * in bounded steps. Applied events are never replayed, because the state would not change; a changed projection
 * needs a rebuild.
 */
import { encodeMessage } from "../events/queue-message";
import { SWEEP_MAX_ROWS } from "../limits";
import { listReplayable, type ReplayFilter, requeue } from "../store/inbox/waiting";

export interface ReplayDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  /** Sends messages (JSON text) to ce-events. */
  readonly push: (messages: readonly string[]) => Promise<void>;
}

/**
 * Replays up to `limit` matching events; returns their ids. Call it until it returns none. If the push fails, the
 * sweep pushes the events later.
 */
export async function replayEvents(
  { db, now, push }: ReplayDeps,
  filter: ReplayFilter,
  limit: number = SWEEP_MAX_ROWS,
): Promise<readonly string[]> {
  const ids = await listReplayable(db, filter, Math.min(limit, SWEEP_MAX_ROWS));
  const requeued = ids.length === 0 ? [] : await requeue(db, ids, now().toISOString());
  if (requeued.length > 0) await push(requeued.map((id) => encodeMessage({ id })));
  return requeued;
}

/**
 * Replay: events that were quarantined or have failed are applied again, after a fix. One, a selection, or
 * all of a status, in bounded steps. What was applied is never replayed: state would not change,
 * and a rebuild is the tool for a changed projection.
 */
import { encodeMessage } from "../events/queue-message";
import { SWEEP_MAX_ROWS } from "../limits";
import { listReplayable, type ReplayFilter, requeue } from "../store/inbox/waiting";

export interface ReplayDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  /** Puts messages (JSON text) onto ce-events. */
  readonly push: (messages: readonly string[]) => Promise<void>;
}

/**
 * Replays up to `limit` matching events; returns their ids. Call it until it returns none. An event that
 * stands as received but could not be pushed is pushed by the sweep.
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

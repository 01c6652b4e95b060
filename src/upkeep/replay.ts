/**
 * Replay: events that were refused or given up on are taken again, after a fix. One, a selection, or
 * all of a status, in bounded steps. What was applied is never taken again: state would not change,
 * and a rebuild is the tool for a changed projection.
 */
import { encodeMessage } from "../events/queue-message";
import { SWEEP_MAX_ROWS } from "../limits";
import type { ReplayFilter } from "../store/waiting";

export interface ReplayDeps {
  /** Ids that the filter matches, oldest first. */
  readonly list: (filter: ReplayFilter, limit: number) => Promise<readonly string[]>;
  /** Makes settled events stand as received again; returns those that could be. */
  readonly requeue: (ids: readonly string[]) => Promise<readonly string[]>;
  /** Puts messages (JSON text) onto ce-events. */
  readonly push: (messages: readonly string[]) => Promise<void>;
}

/**
 * Takes up to `limit` matching events again; returns their ids. Call it until it returns none. An
 * event that stands as received but could not be pushed is pushed by the sweep.
 */
export async function replayEvents(
  deps: ReplayDeps,
  filter: ReplayFilter,
  limit: number = SWEEP_MAX_ROWS,
): Promise<readonly string[]> {
  const ids = await deps.list(filter, Math.min(limit, SWEEP_MAX_ROWS));
  const requeued = ids.length === 0 ? [] : await deps.requeue(ids);
  if (requeued.length > 0) await deps.push(requeued.map((id) => encodeMessage({ id })));
  return requeued;
}

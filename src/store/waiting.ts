/**
 * What is stored but not moving: events that stand as `received` because the queue failed, or the
 * Worker died, after the inbox row was written.
 */
import { PUSH_AFTER_MS } from "../limits";

/** webhook_events_waiting. */
const listSql = `
SELECT id FROM webhook_events WHERE status = 'received' AND push_at <= ?1
ORDER BY push_at LIMIT ?2`;

/** Ids of the events to push, oldest first. */
export async function listWaiting(
  db: D1Database,
  now: string,
  limit: number,
): Promise<readonly string[]> {
  const result = await db.prepare(listSql).bind(now, limit).all<{ id: string }>();
  return result.results.map(({ id }) => id);
}

/**
 * Primary key. The wait doubles with each push: 1, 2, 4, 8 … minutes, at most about a day. Only rows
 * that are still due are moved, so two sweeps at once double no wait.
 */
const deferSql = `
UPDATE webhook_events SET pushes = pushes + 1,
  push_at = strftime('%Y-%m-%dT%H:%M:%fZ', ?2,
    '+' || (${String(PUSH_AFTER_MS / 1000)} << min(pushes + 1, 10)) || ' seconds')
WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'received' AND push_at <= ?2`;

/** Says when each of the events just pushed is to be pushed again. */
export async function deferPush(
  db: D1Database,
  ids: readonly string[],
  now: string,
): Promise<void> {
  await db.prepare(deferSql).bind(JSON.stringify(ids), now).run();
}

/** Which settled events to take again; at least one of the two. */
export interface ReplayFilter {
  readonly ids?: readonly string[];
  readonly status?: "failed" | "quarantined" | "ignored";
}

/** `?1`: ids as JSON; `?2`: status or null; `?3`: limit. Primary key. */
const replayableById = `
SELECT id FROM webhook_events WHERE id IN (SELECT value FROM json_each(?1))
  AND status IN ('failed', 'quarantined', 'ignored') AND (?2 IS NULL OR status = ?2)
  AND payload IS NOT NULL ORDER BY rowid LIMIT ?3`;

/** `?1`: status; `?2`: limit. webhook_events_set_aside. */
const replayableByStatus = `
SELECT id FROM webhook_events
WHERE status IN ('quarantined', 'failed', 'ignored') AND status = ?1 AND payload IS NOT NULL
ORDER BY rowid LIMIT ?2`;

/** Ids of events that may be replayed. */
export async function listReplayable(
  db: D1Database,
  { ids, status }: ReplayFilter,
  limit: number,
): Promise<readonly string[]> {
  if (ids === undefined && status === undefined) return [];
  const statement =
    ids === undefined
      ? db.prepare(replayableByStatus).bind(status ?? null, limit)
      : db.prepare(replayableById).bind(JSON.stringify(ids), status ?? null, limit);
  const result = await statement.all<{ id: string }>();
  return result.results.map(({ id }) => id);
}

/** webhook_events_waiting, primary key. */
const requeueSql = `
UPDATE webhook_events SET status = 'received', push_at = ?2, pushes = 0, error = NULL
WHERE id IN (SELECT value FROM json_each(?1)) AND status IN ('failed', 'quarantined', 'ignored')
  AND payload IS NOT NULL
RETURNING id`;

/** Replay: settled events stand as received again, due at once. Returns those that could be. */
export async function requeue(
  db: D1Database,
  ids: readonly string[],
  now: string,
): Promise<readonly string[]> {
  const result = await db.prepare(requeueSql).bind(JSON.stringify(ids), now).all<{ id: string }>();
  return result.results.map(({ id }) => id);
}

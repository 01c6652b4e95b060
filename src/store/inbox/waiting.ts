/**
 * Stuck events and messages: events that stay `received` because the queue failed or the Worker died after the inbox
 * row was written, and messages whose wake-up call was lost.
 *
 * Nearly all rows move on within seconds without help, so a new row is not indexed for the sweep. Instead, the sweep
 * walks through the inbox once, in the order of receipt. It marks rows that still wait after a minute as stuck, and
 * the indexes contain only marked rows. A message that is written after the walk has passed its event is marked
 * from the start (store/state/apply.ts).
 */
import { PUSH_AFTER_MS } from "../../limits";
import { eventMatches, ifAsked } from "../filters";

/**
 * `?1`: number of rows; `?2`: events received until then are old enough; `?3`: now. The rows after the cursor, by
 * rowid. A receipt in the future, from a wrong clock, does not stop the walk.
 */
const stretchSql = `
WITH at AS (SELECT CASE WHEN c.position > m.last THEN 0 ELSE c.position END AS position
  FROM (SELECT coalesce((SELECT position FROM cursors WHERE name = 'sweep'), 0) AS position) c,
    (SELECT coalesce(max(rowid), 0) AS last FROM webhook_events) m
), stretch AS (
  SELECT rowid AS place, status, received_at FROM webhook_events
  WHERE rowid > (SELECT position FROM at) ORDER BY rowid LIMIT ?1)
SELECT (SELECT position FROM at) AS position, count(*) AS events, max(place) AS last,
  min(CASE WHEN status = 'received' AND received_at > ?2 AND received_at <= ?3 THEN place END) AS young
FROM stretch`;

/** `?1`, `?2`: after and up to which row; `?3`: now; `?4`: events received until then are old enough; rowid. */
const markEventsSql = `
UPDATE webhook_events SET push_at = ?3
WHERE rowid > ?1 AND rowid <= ?2 AND status = 'received' AND push_at IS NULL
  AND (received_at <= ?4 OR received_at > ?3)`;

/** `?1`, `?2`: after and up to which row; rowid, then the primary key of notifications. */
const markMessagesSql = `
UPDATE notifications SET awaits_sweep = 1
WHERE status = 'pending' AND awaits_sweep = 0 AND id IN (
  SELECT j.value FROM webhook_events e, json_each(e.outbox) j
  WHERE e.rowid > ?1 AND e.rowid <= ?2 AND e.outbox IS NOT NULL)`;

const advanceSql = `
INSERT INTO cursors (name, position) VALUES ('sweep', ?1)
ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE position <> excluded.position`;

/**
 * Marks what is stuck in the next `limit` rows of the inbox, up to the first event that is still in progress:
 * `received`, but after `old`. Returns true if there may be more after them.
 */
export async function markStuck(
  db: D1Database,
  now: string,
  old: string,
  limit: number,
): Promise<boolean> {
  const stretch = await db
    .prepare(stretchSql)
    .bind(limit, old, now)
    .first<{ position: number; events: number; last: number | null; young: number | null }>();
  if (stretch === null || stretch.last === null) return false;
  const { position, last, young } = stretch;
  const passed = young === null ? last : young - 1;
  await db.batch([
    db.prepare(markEventsSql).bind(position, last, now, old),
    db.prepare(markMessagesSql).bind(position, last),
    db.prepare(advanceSql).bind(passed),
  ]);
  return young === null && stretch.events === limit;
}

/** webhook_events_waiting. */
const listSql = `
SELECT id FROM webhook_events WHERE status = 'received' AND push_at <= ?1
ORDER BY push_at, rowid LIMIT ?2`;

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
 * Primary key. The wait doubles with each push: 1, 2, 4, 8 … minutes, at most about a day. Only rows that are still
 * due are changed, so two sweeps at the same time do not double a wait twice.
 */
const deferSql = `
UPDATE webhook_events SET pushes = pushes + 1,
  push_at = strftime('%Y-%m-%dT%H:%M:%fZ', ?2,
    '+' || (${String(PUSH_AFTER_MS / 1000)} << min(pushes + 1, 10)) || ' seconds')
WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'received' AND push_at <= ?2`;

/** Sets the next push time of the events that were just pushed. */
export async function deferPush(
  db: D1Database,
  ids: readonly string[],
  now: string,
): Promise<void> {
  await db.prepare(deferSql).bind(JSON.stringify(ids), now).run();
}

/** The settled events to replay; at least one condition. */
export interface ReplayFilter {
  readonly ids?: readonly string[] | undefined;
  readonly status?: "failed" | "quarantined" | "ignored" | undefined;
  readonly type?: string | undefined;
  readonly order?: string | undefined;
  /** Received from here on, ISO 8601. */
  readonly from?: string | undefined;
  /** Received before. */
  readonly to?: string | undefined;
}

/** `?1`: the filter as JSON. An event without its body cannot be replayed. */
const replayable = `payload IS NOT NULL AND ${eventMatches}
  AND ${ifAsked("order", "order_number =")}`;

/** `?2`: limit. Primary key. */
const replayableById = `
SELECT id FROM webhook_events WHERE id IN (SELECT value FROM json_each(?1, '$.ids'))
  AND status IN ('failed', 'quarantined', 'ignored') AND ${replayable}
ORDER BY rowid LIMIT ?2`;

/** `?2`: limit. webhook_events_troubled. */
const replayableTroubled = `
SELECT id FROM webhook_events INDEXED BY webhook_events_troubled
WHERE status IN ('quarantined', 'failed') AND status = ?1->>'status' AND ${replayable}
ORDER BY rowid LIMIT ?2`;

/** `?2`: limit. webhook_events_set_aside. */
const replayableUnapplied = `
SELECT id FROM webhook_events INDEXED BY webhook_events_set_aside
WHERE status IN ('quarantined', 'failed', 'ignored') AND ${replayable}
ORDER BY rowid LIMIT ?2`;

function replaySql({ ids, status }: ReplayFilter): string {
  if (ids !== undefined) return replayableById;
  return status === "failed" || status === "quarantined" ? replayableTroubled : replayableUnapplied;
}

/** Ids of events that may be replayed, oldest first; none if the filter is empty. */
export async function listReplayable(
  db: D1Database,
  filter: ReplayFilter,
  limit: number,
): Promise<readonly string[]> {
  if (Object.values(filter).every((value) => value === undefined)) return [];
  const result = await db
    .prepare(replaySql(filter))
    .bind(JSON.stringify(filter), limit)
    .all<{ id: string }>();
  return result.results.map(({ id }) => id);
}

/** webhook_events_waiting, primary key. */
const requeueSql = `
UPDATE webhook_events SET status = 'received', push_at = ?2, pushes = 0, error = NULL
WHERE id IN (SELECT value FROM json_each(?1)) AND status IN ('failed', 'quarantined', 'ignored')
  AND payload IS NOT NULL
RETURNING id`;

/** Replay: sets settled events back to `received`, due immediately. Returns those that could be set back. */
export async function requeue(
  db: D1Database,
  ids: readonly string[],
  now: string,
): Promise<readonly string[]> {
  const result = await db.prepare(requeueSql).bind(JSON.stringify(ids), now).all<{ id: string }>();
  return result.results.map(({ id }) => id);
}

/** Finds orders that may be finished: a walk through all of them by rowid, again and again, so it needs no index. */
import { isToReread } from "../upgrade-0-2/written-by-0-2";

/** `?1`: orders at once. Rowid. After the last order the walk starts again. */
const stretchSql = `
WITH at AS (SELECT coalesce((SELECT position FROM cursors WHERE name = 'closed_orders'), 0) AS position)
SELECT (SELECT position FROM at) AS start, max(place) AS "end", count(*) AS orders
FROM (SELECT rowid AS place FROM orders WHERE rowid > (SELECT position FROM at) ORDER BY rowid LIMIT ?1)`;

/** `?1`, `?2`: after and up to which row; `?3`: last changed before; `?4`: limit. Rowid. */
const candidatesSql = `
SELECT rowid AS place, order_number FROM orders
WHERE rowid > ?1 AND rowid <= ?2 AND updated_at <= ?3 ORDER BY rowid LIMIT ?4`;

export interface Candidates {
  readonly orders: readonly string[];
  /** Where the walk continues. */
  readonly end: number;
  /** True after the last order. */
  readonly isRound: boolean;
}

/** The next orders that have not changed since `before`; at most `limit` of `stretch` orders. */
export async function findCandidates(
  db: D1Database,
  before: string,
  stretch: number,
  limit: number,
): Promise<Candidates> {
  const at = await db
    .prepare(stretchSql)
    .bind(stretch)
    .first<{ start: number; end: number | null; orders: number }>();
  if (at === null || at.end === null) return { orders: [], end: 0, isRound: true };
  const { results } = await db
    .prepare(candidatesSql)
    .bind(at.start, at.end, before, limit)
    .all<{ place: number; order_number: string }>();
  const isCut = results.length === limit;
  return {
    orders: results.map(({ order_number }) => order_number),
    end: isCut ? (results.at(-1)?.place ?? at.end) : at.end,
    isRound: !isCut && at.orders < stretch,
  };
}

const advanceSql = `
INSERT INTO cursors (name, position, place) VALUES ('closed_orders', ?1, ?2)
ON CONFLICT (name) DO UPDATE SET position = excluded.position, place = excluded.place`;

/** `restUntil`: after a whole round, ISO 8601; blank within one. */
export async function saveWalk(db: D1Database, end: number, restUntil: string): Promise<void> {
  await db.prepare(advanceSql).bind(end, restUntil).run();
}

/**
 * The last three tables have a row for each thing that a person has started, and the index of what is to be read
 * again is empty after an upgrade.
 */
const blockedSql = `
SELECT coalesce((SELECT place FROM cursors WHERE name = 'closed_orders'), '') AS rests_until,
  EXISTS (SELECT 1 FROM webhook_events WHERE (${isToReread}) AND status <> 'received')
  OR EXISTS (SELECT 1 FROM rebuilds WHERE finished_at IS NULL)
  OR EXISTS (SELECT 1 FROM erasures WHERE finished_at IS NULL)
  OR EXISTS (SELECT 1 FROM erasure_orders WHERE pending = 1)
  OR EXISTS (SELECT 1 FROM cursors WHERE name = 'lake' AND place->>'phase' <> 'done') AS is_blocked`;

/** Whether rows may be archived now: not during an upgrade, a rebuild, an erasure or the run of a night, which read or write all rows. */
export async function mayClose(db: D1Database, now: string): Promise<boolean> {
  const found = await db.prepare(blockedSql).first<{ rests_until: string; is_blocked: number }>();
  return found !== null && found.is_blocked === 0 && found.rests_until <= now;
}

/**
 * `?1`: keys of orders, payments, refunds and shipments. webhook_events_subject, webhook_events_set_aside. The key of
 * another kind of row may be the same: its set waits then, too.
 */
const unsettledSql = `
SELECT subject_id AS key FROM webhook_events
WHERE subject_id IN (SELECT value FROM json_each(?1)) AND status IN ('received', 'failed', 'quarantined')
UNION SELECT order_number FROM webhook_events
WHERE order_number IN (SELECT value FROM json_each(?1))
  AND status IN ('quarantined', 'failed', 'ignored') AND status <> 'ignored'`;

/** Of these keys, those about which an event is received, failed or quarantined. */
export async function findUnsettled(
  db: D1Database,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const { results } = await db
    .prepare(unsettledSql)
    .bind(JSON.stringify(keys))
    .all<{ key: string }>();
  return new Set(results.map(({ key }) => key));
}

/**
 * The number of events, without reading all of them: the sweep walks through the inbox once and counts settled
 * events by hour, type and status. Newer events are counted when the number is requested.
 */

/** The rows counted in one step, and the number of uncounted rows that may wait for the next hour. */
const STRETCH_ROWS = 10_000;
const LEFT_MAX_ROWS = 2_000;

/** `?1`: number of rows; `?2`: waits for an event that is in progress and was received after this. By rowid. */
const stretchSql = `
WITH at AS (SELECT coalesce((SELECT position FROM cursors WHERE name = 'counts'), 0) AS position),
stretch AS (
  SELECT rowid AS place, status, received_at FROM webhook_events
  WHERE rowid > (SELECT position FROM at) ORDER BY rowid LIMIT ?1)
SELECT (SELECT position FROM at) AS position, count(*) AS events, max(place) AS last,
  min(received_at) AS first_received,
  min(CASE WHEN status = 'received' AND received_at > ?2 THEN place END) AS under_way
FROM stretch`;

/** `?1`, `?2`: after and up to which row; only if the cursor has not moved. By rowid. */
const countSql = `
INSERT INTO event_counts (period, event_type, status, events)
SELECT p.value, coalesce(e.event_type, 'unknown'), e.status, count(*)
FROM webhook_events e CROSS JOIN json_each(json_array(substr(e.received_at, 1, 13), 'total')) p
WHERE e.rowid > ?1 AND e.rowid <= ?2
  AND coalesce((SELECT position FROM cursors WHERE name = 'counts'), 0) = ?1
GROUP BY 1, 2, 3
ON CONFLICT (period, event_type, status) DO UPDATE SET events = events + excluded.events`;

const advanceSql = `
INSERT INTO cursors (name, position) SELECT 'counts', ?2
WHERE coalesce((SELECT position FROM cursors WHERE name = 'counts'), 0) = ?1
ON CONFLICT (name) DO UPDATE SET position = excluded.position`;

/**
 * Counts the next range, once an hour or when many events have come. `waitSince`: the count waits for an event that
 * is in progress and was received after it. Returns true if there may be more.
 */
export async function countStretch(
  db: D1Database,
  now: string,
  waitSince: string,
): Promise<boolean> {
  const stretch = await db.prepare(stretchSql).bind(STRETCH_ROWS, waitSince).first<{
    position: number;
    events: number;
    last: number | null;
    first_received: string | null;
    under_way: number | null;
  }>();
  if (stretch === null || stretch.last === null) return false;
  const sameHour = (stretch.first_received ?? now).slice(0, 13) >= now.slice(0, 13);
  if (sameHour && stretch.events < LEFT_MAX_ROWS) return false;
  const { position, last, under_way: underWay } = stretch;
  const upTo = underWay === null ? last : underWay - 1;
  if (upTo <= position) return false;
  await db.batch([
    db.prepare(countSql).bind(position, upTo),
    db.prepare(advanceSql).bind(position, upTo),
  ]);
  return underWay === null && stretch.events === STRETCH_ROWS;
}

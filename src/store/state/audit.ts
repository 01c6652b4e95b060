/**
 * The audit: compares the processed events of a slice of the inbox, each minute, with the rows that they are about.
 * The view `state_audit` lists the differences; it is always empty unless there is a defect.
 */

export interface AuditFinding {
  readonly subject: string;
  readonly subject_id: string;
  readonly event_id: string;
}

/** `?1`: after; `?2`: up to; rowid of webhook_events, then primary keys. */
const findSql = `
SELECT subject, subject_id, event_id FROM state_audit
WHERE event_row > ?1 AND event_row <= ?2 LIMIT 10`;

/**
 * `?1`: number of events. Primary key, rowid. After the last event it starts again; a slice spans the gap of purged
 * rows.
 */
const positionSql = `
WITH at AS (SELECT CASE WHEN c.position >= m.last THEN 0 ELSE c.position END AS position
  FROM (SELECT coalesce((SELECT position FROM cursors WHERE name = 'audit'), 0) AS position) c,
    (SELECT coalesce(max(rowid), 0) AS last FROM webhook_events) m
)
SELECT (SELECT position FROM at) AS position, max(place) AS last FROM (
  SELECT rowid AS place FROM webhook_events
  WHERE rowid > (SELECT position FROM at) ORDER BY rowid LIMIT ?1)`;

const advanceSql = `
INSERT INTO cursors (name, position) VALUES ('audit', ?1)
ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE position <> excluded.position`;

/** Audits the next `events` events; returns the findings. */
export async function auditSlice(db: D1Database, events: number): Promise<readonly AuditFinding[]> {
  const at = await db
    .prepare(positionSql)
    .bind(events)
    .first<{ position: number; last: number | null }>();
  if (at === null || at.last === null) return [];
  const [found] = await db.batch<AuditFinding>([
    db.prepare(findSql).bind(at.position, at.last),
    db.prepare(advanceSql).bind(at.last),
  ]);
  return found?.results ?? [];
}

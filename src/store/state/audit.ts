/**
 * The audit: a slice of the inbox each minute, its processed events held against the rows that they
 * are about. The view `state_audit` says what is wrong; it is always empty unless there is a defect.
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
 * `?1`: events at once. Primary key, rowid. Behind the last event it begins anew; where rows are purged
 * between, a slice spans the gap.
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

/** Audits the next `events` events; returns what it found. */
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

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

/** Primary key, rowid. Behind the last event it begins anew. */
const positionSql = `
SELECT coalesce((SELECT position FROM cursors WHERE name = 'audit'), 0) AS position,
  coalesce((SELECT max(rowid) FROM webhook_events), 0) AS last`;

const advanceSql = `
INSERT INTO cursors (name, position) VALUES ('audit', ?1)
ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE position <> excluded.position`;

/** Audits the next `events` events; returns what it found. */
export async function auditSlice(db: D1Database, events: number): Promise<readonly AuditFinding[]> {
  const at = await db.prepare(positionSql).first<{ position: number; last: number }>();
  if (at === null || at.last === 0) return [];
  const from = at.position >= at.last ? 0 : at.position;
  const to = Math.min(from + events, at.last);
  const [found] = await db.batch<AuditFinding>([
    db.prepare(findSql).bind(from, to),
    db.prepare(advanceSql).bind(to),
  ]);
  return found?.results ?? [];
}

/** Walks over the inbox, by rowid: what they have to know once rows may be removed. */

/**
 * Where the newest row goes, SQLite gives its rowid to the next one, and a walk that had passed it would
 * never see that one: walks step back to the last row that stands. Rowid, primary key.
 */
const stepBackSql = `
UPDATE cursors SET position = (SELECT coalesce(max(rowid), 0) FROM webhook_events)
WHERE name IN ('sweep', 'counts', 'audit', 'retention')
  AND position > (SELECT coalesce(max(rowid), 0) FROM webhook_events)`;

/** For every batch that removes rows of the inbox, behind the removal. */
export function stepBackStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(stepBackSql);
}

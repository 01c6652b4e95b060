/** The cursors of walks through the inbox by rowid: what changes when rows are removed, and when a walk pauses. */

/**
 * If the newest row is removed, SQLite gives its rowid to the next row, and a walk that had passed it would never
 * see that row. So walks step back to the last existing row. Rowid, primary key.
 */
const stepBackSql = `
UPDATE cursors SET position = (SELECT coalesce(max(rowid), 0) FROM webhook_events)
WHERE name IN ('sweep', 'counts', 'audit', 'retention')
  AND position > (SELECT coalesce(max(rowid), 0) FROM webhook_events)`;

/** Part of every batch that removes rows of the inbox, after the removal. */
export function stepBackStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(stepBackSql);
}

/** The end of the pause after a round of purges, ISO 8601; blank if no round has ended. Primary key. */
export async function restsUntil(db: D1Database): Promise<string> {
  const until = await db
    .prepare("SELECT place FROM cursors WHERE name = 'purge'")
    .first<string>("place");
  return until ?? "";
}

const restSql = `
INSERT INTO cursors (name, position, place) VALUES ('purge', 0, ?1)
ON CONFLICT (name) DO UPDATE SET place = excluded.place`;

export async function restUntil(db: D1Database, until: string): Promise<void> {
  await db.prepare(restSql).bind(until).run();
}

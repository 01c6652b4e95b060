/** Walks over the inbox, by rowid: what they have to know once rows may be removed, and when they rest. */

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

/** Until when a round of purges rests, ISO 8601; blank where none has ended. Primary key. */
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

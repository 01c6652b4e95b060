/**
 * When the cron and the consumers last did their work, one row of `cursors` each: shows if one of them is missing.
 * A beat is a statement in a batch that is written anyway.
 */

/**
 * `swept_at`: the cron has run. `consumed_at`: a batch of events was applied. `dead_lettered_at`: an event used up
 * its retries. `dead_letters_consumed_at`: a batch of the dead-letter queue was consumed.
 */
type Beat = "swept_at" | "consumed_at" | "dead_lettered_at" | "dead_letters_consumed_at";

/** `?1`: name; `?2`: milliseconds since 1970; `?3`: the time between two writes. Primary key. */
const beatSql = `
INSERT INTO cursors (name, position) VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET position = excluded.position
WHERE excluded.position >= cursors.position + ?3`;

/** Writes the row at most once in `everyMs`: a busy queue has many batches per second. */
export function beatStatement(
  db: D1Database,
  beat: Beat,
  nowMs: number,
  everyMs = 0,
): D1PreparedStatement {
  return db.prepare(beatSql).bind(beat, nowMs, everyMs);
}

export async function recordBeat(db: D1Database, beat: Beat, nowMs: number): Promise<void> {
  await beatStatement(db, beat, nowMs).run();
}

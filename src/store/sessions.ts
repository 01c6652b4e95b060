/**
 * Sessions of the console. A cookie names one and is signed, so a row is worth nothing to whoever can read
 * it; it is there to be ended. Times are milliseconds since 1970.
 */
import { SESSION } from "../limits";

interface Session {
  readonly endsAtMs: number;
  readonly seenAtMs: number;
}

/** A row for each sign-in of the last hours, bounded: sessions that have ended go, and the oldest beyond ?2. */
const forgetSql = `
DELETE FROM sessions WHERE ends_at <= ?1 OR id IN (
  SELECT id FROM sessions ORDER BY ends_at DESC LIMIT -1 OFFSET ?2)`;

const insertSql = "INSERT INTO sessions (id, ends_at, seen_at) VALUES (?1, ?2, ?3)";

export async function saveSession(
  db: D1Database,
  id: string,
  { endsAtMs, seenAtMs }: Session,
): Promise<void> {
  await db.batch([
    db.prepare(forgetSql).bind(seenAtMs, SESSION.max - 1),
    db.prepare(insertSql).bind(id, endsAtMs, seenAtMs),
  ]);
}

/** Primary key. */
const loadSql = "SELECT ends_at AS endsAtMs, seen_at AS seenAtMs FROM sessions WHERE id = ?1";

export async function loadSession(db: D1Database, id: string): Promise<Session | null> {
  return await db.prepare(loadSql).bind(id).first<Session>();
}

/** Primary key. */
const seenSql = "UPDATE sessions SET seen_at = max(seen_at, ?2) WHERE id = ?1";

export async function markSeen(db: D1Database, id: string, nowMs: number): Promise<void> {
  await db.prepare(seenSql).bind(id, nowMs).run();
}

/** Primary key. */
const deleteSql = "DELETE FROM sessions WHERE id = ?1";

export async function deleteSession(db: D1Database, id: string): Promise<void> {
  await db.prepare(deleteSql).bind(id).run();
}

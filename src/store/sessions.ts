/**
 * Sessions of the console. The cookie with the id is signed, so a row alone gives no access; rows exist so that
 * sessions can be ended. Times are milliseconds since 1970.
 */
import { SESSION } from "../limits";

interface Session {
  readonly endsAtMs: number;
  readonly seenAtMs: number;
}

/** One row for each sign-in of the last hours. Removes sessions that have ended, and the oldest beyond ?2. */
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

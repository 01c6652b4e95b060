/**
 * `quiet-until`: nothing that happened before this moment is reported to customers or the team. A person sets it if
 * events arrive again that another copy of the database has applied, or if old events arrive for the first time. It
 * is stored in D1, so a restore overwrites it: set it again after one.
 */
import { QUIET_AHEAD_MAX_MS } from "../../limits";
import { isQuietable, templatesWhere } from "../../notifications/templates";
import { quoted } from "../quoted";

export interface QuietUntil {
  /** ISO time; null if nothing is suppressed. */
  readonly until: string | null;
  /** When a person last set it or took it back; ISO time. */
  readonly setAt: string;
}

/** Primary key. */
const loadSql = "SELECT place, position FROM cursors WHERE name = 'quiet_until'";

/** Null if it was never set. */
export async function loadQuietUntil(db: D1Database): Promise<QuietUntil | null> {
  const row = await db.prepare(loadSql).first<{ place: string | null; position: number }>();
  return row === null ? null : { until: row.place, setAt: new Date(row.position).toISOString() };
}

/** `?1`: until; `?2`: now, in milliseconds since 1970. Primary key. */
const saveSql = `
INSERT INTO cursors (name, position, place) VALUES ('quiet_until', ?2, ?1)
ON CONFLICT (name) DO UPDATE SET place = excluded.place, position = excluded.position`;

/** A moment too far ahead would suppress messages about what happens from now on. */
export function isTooFarAhead(until: string, now: Date): boolean {
  return Date.parse(until) > now.getTime() + QUIET_AHEAD_MAX_MS;
}

/** A person's action; null takes it back. Messages that were suppressed in the meantime stay suppressed. */
export async function saveQuietUntil(
  db: D1Database,
  until: string | null,
  now: Date,
): Promise<void> {
  await db.prepare(saveSql).bind(until, now.getTime()).run();
}

/** The most pending messages that a count reads. */
const COUNT_MAX = 10_000;

/** `?1`: until; `?2`: limit. notifications_due. A resent message is never suppressed by it. */
const countSql = `
SELECT count(*) AS messages FROM (
  SELECT template, resends, coalesce(happened_at, created_at) AS happened_at
  FROM notifications INDEXED BY notifications_due
  WHERE status = 'pending' AND awaits_sweep = 1 ORDER BY next_attempt_at LIMIT ?2)
WHERE happened_at < ?1 AND resends = 0 AND template IN (${quoted(templatesWhere(isQuietable))})`;

/** Counts the waiting messages that would be suppressed when they are due. */
export async function countQuieted(db: D1Database, until: string): Promise<number> {
  const count = await db.prepare(countSql).bind(until, COUNT_MAX).first<number>("messages");
  return count ?? 0;
}

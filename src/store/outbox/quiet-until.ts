/**
 * `quiet-until`: the moment before which nothing that happened is reported to customers and the team. A person sets
 * it where events come again that another copy of the database has applied, or come for the first time and are old.
 * It is kept in D1, so a restore takes it along: it is set again after one.
 */
import { QUIET_AHEAD_MAX_MS } from "../../limits";
import { isQuietable, templatesWhere } from "../../notifications/templates";
import { quoted } from "../quoted";

export interface QuietUntil {
  /** ISO time; null where nothing is suppressed. */
  readonly until: string | null;
  /** When a person has set it, or has taken it back; ISO time. */
  readonly setAt: string;
}

/** Primary key. */
const loadSql = "SELECT place, position FROM cursors WHERE name = 'quiet_until'";

/** To be part of another batch; `quietUntilIn` reads its result. */
export function quietUntilStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(loadSql);
}

/** Null where it was never set. */
export function quietUntilIn(result: D1Result | undefined): QuietUntil | null {
  const [row] = (result?.results ?? []) as { place: string | null; position: number }[];
  return row === undefined
    ? null
    : { until: row.place, setAt: new Date(row.position).toISOString() };
}

export async function loadQuietUntil(db: D1Database): Promise<QuietUntil | null> {
  return quietUntilIn(await quietUntilStatement(db).run());
}

/** `?1`: until; `?2`: now, in milliseconds since 1970. Primary key. */
const saveSql = `
INSERT INTO cursors (name, position, place) VALUES ('quiet_until', ?2, ?1)
ON CONFLICT (name) DO UPDATE SET place = excluded.place, position = excluded.position`;

/** Whether it may be set: what happens from now on is to be reported, soon. */
export function isTooFarAhead(until: string, now: Date): boolean {
  return Date.parse(until) > now.getTime() + QUIET_AHEAD_MAX_MS;
}

/** A person's action; `until` null takes it back. What was suppressed meanwhile stays suppressed. */
export async function saveQuietUntil(
  db: D1Database,
  until: string | null,
  now: Date,
): Promise<void> {
  await db.prepare(saveSql).bind(until, now.getTime()).run();
}

/** Pending messages that are looked through. */
const COUNT_MAX = 10_000;

/** `?1`: until; `?2`: limit. notifications_due. What a person has resent goes out all the same. */
const countSql = `
SELECT count(*) AS messages FROM (
  SELECT template, resends, coalesce(happened_at, created_at) AS happened_at
  FROM notifications INDEXED BY notifications_due
  WHERE status = 'pending' AND awaits_sweep = 1 ORDER BY next_attempt_at LIMIT ?2)
WHERE happened_at < ?1 AND resends = 0 AND template IN (${quoted(templatesWhere(isQuietable))})`;

/** How many of the messages that wait now would be suppressed when their turn comes. */
export async function countQuieted(db: D1Database, until: string): Promise<number> {
  const count = await db.prepare(countSql).bind(until, COUNT_MAX).first<number>("messages");
  return count ?? 0;
}

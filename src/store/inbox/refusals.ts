/**
 * Counts of refused deliveries by clock hour and reason (receiver/refusal-counter.ts counts them), and the queries
 * about them: the last hour, the hours of a day, the totals.
 */
import type { RefusalReason } from "../../events/refusals";
import { addMs } from "../../events/field-formats/time";

/** The number of deliveries that were refused in one clock hour for one reason. */
export interface RefusalCount {
  /** `2026-11-24T10` */
  readonly hour: string;
  readonly reason: string;
  readonly deliveries: number;
  /** When the last of them was refused. */
  readonly last_at: string;
}

/** Primary key. */
const addHoursSql = `
INSERT INTO refused_deliveries (hour, reason, deliveries, last_at)
SELECT value->>'hour', value->>'reason', value->>'deliveries', value->>'last_at'
FROM json_each(?1) WHERE true
ON CONFLICT (hour, reason) DO UPDATE SET deliveries = deliveries + excluded.deliveries,
  last_at = max(last_at, excluded.last_at)`;

/** Primary key. */
const addTotalsSql = `
INSERT INTO refused_totals (reason, deliveries)
SELECT value->>'reason', value->>'deliveries' FROM json_each(?1) WHERE true
ON CONFLICT (reason) DO UPDATE SET deliveries = deliveries + excluded.deliveries`;

/** Adds to the counts in one batch: a row per hour and reason, and a row per reason for the totals. */
export async function saveRefusals(db: D1Database, counts: readonly RefusalCount[]): Promise<void> {
  const list = JSON.stringify(counts);
  await db.batch([db.prepare(addHoursSql).bind(list), db.prepare(addTotalsSql).bind(list)]);
}

/** The deliveries that were refused for one reason. */
export interface RefusedReason {
  readonly reason: string;
  readonly deliveries: number;
  readonly last_at: string;
}

const HOUR_MS = 3_600_000;

/** `?1`: the hour of the time; `?2`: the time. Like webhook_health.refused_last_hour. Primary key. */
const sinceSql = `
SELECT reason, sum(deliveries) AS deliveries, max(last_at) AS last_at FROM refused_deliveries
WHERE hour >= ?1 AND last_at > ?2 GROUP BY reason ORDER BY deliveries DESC, reason`;

/**
 * The statement that reads the RefusedReason rows of the hour before `now`, the most frequent first. It adds whole
 * clock hours: the hour before the present one counts until an hour after its last refusal.
 */
export function lastHourStatement(db: D1Database, now: string): D1PreparedStatement {
  return refusedSince(db, addMs(now, -HOUR_MS));
}

/** The same since any time. */
export function refusedSince(db: D1Database, since: string): D1PreparedStatement {
  return db.prepare(sinceSql).bind(since.slice(0, 13), since);
}

/**
 * The refusals of a sender that signs in another way than we verify. A request without a signature is probably not
 * from a sender: it is counted, and causes no alert.
 */
const signedOtherwise: ReadonlySet<string> = new Set<RefusalReason>([
  "wrong signature",
  "malformed signature",
]);

export function signatureRefusals(refused: readonly RefusedReason[]): readonly RefusedReason[] {
  return refused.filter(({ reason }) => signedOtherwise.has(reason));
}

/** True if no authentic event came within the hour before `now`, or if none ever came. */
export function isQuietHour(lastReceivedAt: string | null, now: string): boolean {
  return lastReceivedAt === null || lastReceivedAt < addMs(now, -HOUR_MS);
}

/** True if signatures were refused within the last hour and no authentic event came. */
export function isLockedOut(
  refused: readonly RefusedReason[],
  lastReceivedAt: string | null,
  now: string,
): boolean {
  return signatureRefusals(refused).length > 0 && isQuietHour(lastReceivedAt, now);
}

/** `?1`: the first hour. Primary key. */
const hoursSql = `
SELECT hour, reason, deliveries, last_at FROM refused_deliveries WHERE hour >= ?1
ORDER BY hour DESC, deliveries DESC, reason`;

/** The clock hours of the day before `now`, newest first: at most seven rows per hour. */
export async function loadRefusedHours(
  db: D1Database,
  now: string,
): Promise<readonly RefusalCount[]> {
  const first = addMs(now, -24 * HOUR_MS).slice(0, 13);
  const { results } = await db.prepare(hoursSql).bind(first).all<RefusalCount>();
  return results;
}

export type RefusedTotal = Pick<RefusedReason, "reason" | "deliveries">;

/** One row per reason; reads the whole table. */
const totalsSql = `
SELECT reason, deliveries FROM refused_totals ORDER BY reason`;

/** All refused deliveries since the beginning, by reason. */
export async function loadRefusedTotals(db: D1Database): Promise<readonly RefusedTotal[]> {
  const { results } = await db.prepare(totalsSql).all<RefusedTotal>();
  return results;
}

/** Primary key, by its beginning. A limited number at a time: the next cron run removes the rest. */
const forgetSql = `
DELETE FROM refused_deliveries WHERE (hour, reason) IN (
  SELECT hour, reason FROM refused_deliveries WHERE hour < ?1 LIMIT 2000)`;

/** The statement that removes hours before `hour`; the totals stay. */
export function forgetStatement(db: D1Database, hour: string): D1PreparedStatement {
  return db.prepare(forgetSql).bind(hour);
}

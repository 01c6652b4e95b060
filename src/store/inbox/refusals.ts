/**
 * Deliveries that were refused, as counts by clock hour and reason (receiver/refusals.ts makes them), and
 * what of them is asked for: the last hour, the hours of a day, the totals.
 */
import type { RefusalReason } from "../../events/refusals";
import { addMs } from "../../events/formats/time";

/** So many deliveries of one clock hour, refused for one reason. */
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

/** Adds to what is counted, in one batch: a row an hour and reason, and one a reason for the totals. */
export async function saveRefusals(db: D1Database, counts: readonly RefusalCount[]): Promise<void> {
  const list = JSON.stringify(counts);
  await db.batch([db.prepare(addHoursSql).bind(list), db.prepare(addTotalsSql).bind(list)]);
}

/** What was refused for one reason. */
export interface RefusedReason {
  readonly reason: string;
  readonly deliveries: number;
  readonly last_at: string;
}

const HOUR_MS = 3_600_000;

/** `?1`: the hour that it lies in; `?2`: the time. As webhook_health.refused_last_hour. Primary key. */
const sinceSql = `
SELECT reason, sum(deliveries) AS deliveries, max(last_at) AS last_at FROM refused_deliveries
WHERE hour >= ?1 AND last_at > ?2 GROUP BY reason ORDER BY deliveries DESC, reason`;

/**
 * The statement that reads RefusedReason rows of the hour before `now`, most first. Whole clock hours are
 * added up: the one before the present counts until an hour after its last refusal.
 */
export function lastHourStatement(db: D1Database, now: string): D1PreparedStatement {
  const since = addMs(now, -HOUR_MS);
  return db.prepare(sinceSql).bind(since.slice(0, 13), since);
}

/**
 * What a sender meets that signs otherwise than we verify. A request without any signature is more likely
 * not a sender's at all: it is counted, and nobody is woken for it.
 */
const signedOtherwise: ReadonlySet<string> = new Set<RefusalReason>([
  "wrong signature",
  "malformed signature",
]);

export function signatureRefusals(refused: readonly RefusedReason[]): readonly RefusedReason[] {
  return refused.filter(({ reason }) => signedOtherwise.has(reason));
}

/** True where no authentic event came within the hour before `now`, or ever. */
export function isQuietHour(lastReceivedAt: string | null, now: string): boolean {
  return lastReceivedAt === null || lastReceivedAt < addMs(now, -HOUR_MS);
}

/** True where signatures were refused within the last hour and nothing authentic came. */
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

/** The clock hours of the day before `now`, newest first: seven rows an hour at most. */
export async function loadRefusedHours(
  db: D1Database,
  now: string,
): Promise<readonly RefusalCount[]> {
  const first = addMs(now, -24 * HOUR_MS).slice(0, 13);
  const { results } = await db.prepare(hoursSql).bind(first).all<RefusalCount>();
  return results;
}

export type RefusedTotal = Pick<RefusedReason, "reason" | "deliveries">;

/** A row a reason: whole. */
const totalsSql = `
SELECT reason, deliveries FROM refused_totals ORDER BY reason`;

/** Everything ever refused, by reason. */
export async function loadRefusedTotals(db: D1Database): Promise<readonly RefusedTotal[]> {
  const { results } = await db.prepare(totalsSql).all<RefusedTotal>();
  return results;
}

/** Primary key, by its beginning. Some at a time: the next run of the cron takes the rest. */
const forgetSql = `
DELETE FROM refused_deliveries WHERE (hour, reason) IN (
  SELECT hour, reason FROM refused_deliveries WHERE hour < ?1 LIMIT 2000)`;

/** The statement that removes hours before `hour`; the totals stay. */
export function forgetStatement(db: D1Database, hour: string): D1PreparedStatement {
  return db.prepare(forgetSql).bind(hour);
}

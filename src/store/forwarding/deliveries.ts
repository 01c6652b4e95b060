/**
 * Lists what was forwarded to each endpoint, for people. No index covers sent forwards by endpoint, but the id of a
 * forward follows from its event. So a page walks a bounded stretch of the inbox, one seek for each event.
 */
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";
import { escaped } from "../outbox/fact-ids";
import type { MessageRecord } from "../schema";

export interface Delivery extends Pick<
  MessageRecord,
  "id" | "order_number" | "status" | "reason" | "error" | "attempt_log"
> {
  readonly event_type: string | null;
  readonly received_at: string;
}

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  /** The cursor of the next page; null after the last one. */
  readonly next: string | null;
}

/** The most events that one page reads. */
const STRETCH_ROWS = 2_000;
/** The latest events whose attempts are counted. */
export const MEASURED_EVENTS = 2_000;

const forwardsOf = `'forward/' || ${escaped("e.id")} ||`;

/** `?1`: last part of the id; `?2`, `?3`: before and from which row; `?4`: limit. Rowid, then primary key. */
const listSql = `
SELECT e.rowid AS place, n.id, n.order_number, n.status, n.reason, n.error, n.attempt_log, e.event_type, e.received_at
FROM webhook_events e CROSS JOIN notifications n ON n.id = ${forwardsOf} '/' || ?1
WHERE e.rowid < ?2 AND e.rowid >= ?3 ORDER BY e.rowid DESC LIMIT ?4`;

/** By rowid: the first and the last row of the inbox. */
const endsSql = `
SELECT (SELECT min(rowid) FROM webhook_events) AS first, (SELECT max(rowid) FROM webhook_events) AS last`;

/** The forwards of one endpoint, by the receipt of their events, newest first. */
export async function listDeliveries(
  db: D1Database,
  endpoint: string,
  { limit, before }: { readonly limit: number; readonly before?: string | undefined },
): Promise<DeliveryPage> {
  const ends = await db.prepare(endsSql).first<{ first: number | null; last: number | null }>();
  const [first, last] = [ends?.first ?? null, ends?.last ?? 0];
  if (first === null) return { deliveries: [], next: null };
  const start = before === undefined ? last + 1 : Number(before);
  const floor = Math.max(first, start - STRETCH_ROWS);
  const { results } = await db
    .prepare(listSql)
    .bind(endpoint === DEFAULT_ENDPOINT ? "forward" : endpoint, start, floor, limit)
    .all<Delivery & { place: number }>();
  const end = results.length === limit ? (results.at(-1)?.place ?? floor) : floor;
  return { deliveries: results, next: end > first ? String(end) : null };
}

/** How an endpoint has answered: measured on the stored attempts for the latest events. */
export interface Measured {
  readonly endpoint: string;
  readonly attempts: number;
  readonly succeeded: number;
  /** Of the answered attempts, in milliseconds; null if there is none. */
  readonly median_ms: number | null;
  readonly p95_ms: number | null;
}

/** `?1`: attempts since; `?2`: events. Rowid, then a range of the primary key for each event. */
const measuredSql = `
WITH attempts AS MATERIALIZED (
  SELECT coalesce(n.endpoint, '${DEFAULT_ENDPOINT}') AS endpoint, a.value->>'ms' AS ms, a.value->>'status' AS status
  FROM webhook_events e CROSS JOIN notifications n ON n.id >= ${forwardsOf} '/' AND n.id < ${forwardsOf} '0'
    CROSS JOIN json_each(n.attempt_log) a
  WHERE e.rowid > (SELECT max(rowid) FROM webhook_events) - ?2 AND a.value->>'at' >= ?1
), ranked AS (
  SELECT endpoint, ms, row_number() OVER (PARTITION BY endpoint ORDER BY ms) AS place,
    count(*) OVER (PARTITION BY endpoint) AS answered FROM attempts WHERE status IS NOT NULL
), latency AS (
  SELECT endpoint, min(ms) FILTER (WHERE place * 2 >= answered) AS median_ms,
    min(ms) FILTER (WHERE place * 100 >= answered * 95) AS p95_ms FROM ranked GROUP BY endpoint
)
SELECT endpoint, count(*) AS attempts, count(*) FILTER (WHERE status BETWEEN 200 AND 299) AS succeeded,
  median_ms, p95_ms
FROM attempts LEFT JOIN latency USING (endpoint) GROUP BY endpoint`;

/** `since`: ISO 8601. Endpoints without an attempt are not included. */
export async function measureEndpoints(
  db: D1Database,
  since: string,
): Promise<ReadonlyMap<string, Measured>> {
  const { results } = await db.prepare(measuredSql).bind(since, MEASURED_EVENTS).all<Measured>();
  return new Map(results.map((row) => [row.endpoint, row]));
}

/**
 * The figures of the overview page for a range of time: orders, events by hour or by ten minutes, messages, and how
 * long events take. Each statement is bounded by an index, by the counts of the sweep, or to the latest events.
 */
import { NOT_CONFIGURED } from "../notifications/channels/reasons";
import { IMPORT_GLOB } from "../events/imports/import-id";
import type { EventStatus } from "./inbox/inbox";
import { rowAtSql } from "./inbox/event-list";
import { type RefusedReason, refusedSince } from "./inbox/refusals";
import {
  type ChannelRow,
  type DeliveryEnds,
  endsSql,
  messagesSql,
  statusStatements,
  type SystemStatus,
  TAIL_ROWS,
  WINDOW_ROWS,
} from "./overview";
import type { TroubledStatus } from "./inbox/inspection";
import { isUnasked, isUnsent } from "./outbox/conditions";
import { isRefundDue, isUndelivered } from "./worklists/conditions";

/** The most orders that are counted, and the most whose amounts are summed: the latest. */
export const ORDERS_COUNT_MAX = 100_000;
export const ORDERS_SUM_MAX = 5_000;
/** The most unsent messages that are counted for a channel that is not set up. */
const UNSET_COUNT_MAX = 1_000;
/** The most messages that no event asks for: the latest. */
const UNASKED_COUNT_MAX = 1_000;
/** The most events that are read one by one, and the most unapplied ones. */
const ROWS_MAX = 20_000;

/** `?1`: the beginning of the range. Selects the latest events in it. */
const inWindow = (rows: number): string =>
  `rowid > (SELECT max(rowid) FROM webhook_events) - ${String(rows)} AND rowid >= (${rowAtSql})`;

/** Events with one status, received within one bar of the chart. */
export interface EventCount {
  /** `2026-11-24T10` or `2026-11-24T10:2`: lies within its bar. */
  readonly start: string;
  readonly status: EventStatus;
  readonly events: number;
}

/**
 * `?1`: the first hour; `?2`: the starts of the bars as JSON. Grouped by bar, because a row for each hour and status
 * would mean 2,000 rows. event_counts by key; the inbox by rowid after the count. A counted event has its present
 * status, even if it was replayed, or was still waiting, when it was counted: webhook_events_troubled,
 * webhook_events_waiting.
 */
const hoursSql = `
WITH bars AS MATERIALIZED (
  SELECT substr(value, 1, 13) AS start, lead(substr(value, 1, 13), 1, 'total') OVER (ORDER BY key) AS next
  FROM json_each(?2)),
counted AS (SELECT coalesce((SELECT position FROM cursors WHERE name = 'counts'), 0) AS place),
recounted AS (
  SELECT place, substr(received_at, 1, 13) AS start, status FROM (
    SELECT rowid AS place, received_at, status FROM webhook_events INDEXED BY webhook_events_troubled
    WHERE status IN ('quarantined', 'failed') AND rowid >= (${rowAtSql}) LIMIT ${String(ROWS_MAX)})
  UNION ALL SELECT place, substr(received_at, 1, 13), 'received' FROM (
    SELECT rowid AS place, received_at FROM webhook_events INDEXED BY webhook_events_waiting
    WHERE status = 'received' AND push_at IS NOT NULL LIMIT ${String(ROWS_MAX)})
  WHERE received_at >= ?1 AND place <= (SELECT place FROM counted))
SELECT start, status, sum(events) AS events FROM (
  SELECT start, iif(status = 'ignored', status, 'processed') AS status, sum(events) AS events
  FROM bars CROSS JOIN event_counts ON period >= start AND period < next GROUP BY 1, 2
  UNION ALL SELECT start, 'processed', -1 FROM recounted WHERE place <= (SELECT place FROM counted)
  UNION ALL SELECT start, status, 1 FROM recounted
  UNION ALL SELECT substr(received_at, 1, 13), status, 1 FROM (
    SELECT received_at, status FROM webhook_events WHERE rowid > (SELECT place FROM counted)
    ORDER BY rowid DESC LIMIT ${String(TAIL_ROWS)})
  WHERE received_at >= ?1 AND status NOT IN ('quarantined', 'failed'))
GROUP BY start, status ORDER BY start`;

/** `?1`: the beginning. By rowid. */
const minutesSql = `
SELECT substr(received_at, 1, 15) AS start, status, count(*) AS events FROM webhook_events
WHERE ${inWindow(ROWS_MAX)} AND received_at >= ?1 GROUP BY start, status ORDER BY start`;

interface Orders {
  /** Counted up to ORDERS_COUNT_MAX. */
  readonly orders: number;
  /** Sums of the latest ORDERS_SUM_MAX orders, by currency. */
  readonly currency: string | null;
  readonly value_micros: number;
  readonly paid_micros: number;
  readonly refunded_micros: number;
}

/** `?1`: the beginning. orders_placed. */
const ordersSql = `
SELECT (SELECT count(*) FROM (
    SELECT 1 FROM orders WHERE placed_at >= ?1 LIMIT ${String(ORDERS_COUNT_MAX)})) AS orders,
  currency, coalesce(sum(grand_total_micros), 0) AS value_micros, sum(paid_micros) AS paid_micros,
  sum(refunded_micros) AS refunded_micros
FROM (SELECT currency, grand_total_micros, paid_micros, refunded_micros FROM orders
  WHERE placed_at >= ?1 ORDER BY placed_at DESC LIMIT ${String(ORDERS_SUM_MAX)})
GROUP BY currency ORDER BY count(*) DESC LIMIT 3`;

/** From receipt to applied, in milliseconds; null if there is no such event. */
interface Latency {
  readonly events: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** `?1`: the beginning. By rowid. */
const latencySql = `
SELECT count(*) AS events, min(ms) FILTER (WHERE share >= 0.5) AS p50, min(ms) FILTER (WHERE share >= 0.95) AS p95
FROM (SELECT ms, cume_dist() OVER (ORDER BY ms) AS share FROM (
  SELECT (julianday(processed_at) - julianday(received_at)) * 86400000 AS ms FROM webhook_events
  WHERE ${inWindow(WINDOW_ROWS)} AND received_at >= ?1 AND status = 'processed'
    AND id NOT GLOB '${IMPORT_GLOB}'))`;

/** When the oldest due refund became due, and when a parcel last did not arrive; null if there is none. */
interface Times {
  readonly refund_due_since: string | null;
  readonly undelivered_at: string | null;
}

/** orders_refund_due, shipments_undelivered. */
const timesSql = `
SELECT
  (SELECT min(cancelled_at) FROM (SELECT cancelled_at FROM orders INDEXED BY orders_refund_due
    WHERE ${isRefundDue} LIMIT 1000)) AS refund_due_since,
  (SELECT updated_at FROM shipments INDEXED BY shipments_undelivered
    WHERE ${isUndelivered} ORDER BY updated_at DESC LIMIT 1) AS undelivered_at`;

/** The latest event that failed or is quarantined. */
interface LatestTroubled {
  readonly id: string;
  readonly status: TroubledStatus;
  readonly received_at: string;
  readonly error: string | null;
}

const latestOf = (status: TroubledStatus): string => `
SELECT * FROM (SELECT id, status, received_at, error FROM webhook_events INDEXED BY webhook_events_troubled
  WHERE status IN ('quarantined', 'failed') AND status = '${status}' ORDER BY rowid DESC LIMIT 1)`;

/** webhook_events_troubled, from its end. */
const latestSql = `${latestOf("failed")} UNION ALL ${latestOf("quarantined")}`;

/** `?1`: the beginning. Messages of the latest events, and those without an event: notifications_unasked. */
const allMessagesSql = `
SELECT channel, status, sum(messages) AS messages, max(latest_at) AS latest_at FROM (
  SELECT * FROM (${messagesSql(`(${rowAtSql})`)})
  UNION ALL SELECT channel, status, 1, created_at FROM (
    SELECT channel, status, created_at FROM notifications INDEXED BY notifications_unasked
    WHERE ${isUnasked} AND created_at >= ?1 ORDER BY created_at DESC LIMIT ${String(UNASKED_COUNT_MAX)}))
GROUP BY channel, status ORDER BY channel, status`;

/** `?1`: the beginning; `?2`: JSON array of channels. notifications_unsent. */
const unsetSql = `
SELECT j.value AS channel, (SELECT count(*) FROM (
  SELECT 1 FROM notifications INDEXED BY notifications_unsent
  WHERE ${isUnsent} AND reason = '${NOT_CONFIGURED}' AND channel = j.value AND created_at >= ?1
  LIMIT ${String(UNSET_COUNT_MAX)})) AS messages
FROM json_each(?2) j`;

export interface Overview extends SystemStatus {
  readonly times: Times;
  readonly latest: readonly LatestTroubled[];
  /** Null before the first delivery. */
  readonly ends: DeliveryEnds | null;
  readonly orders: readonly Orders[];
  readonly counts: readonly EventCount[];
  readonly latency: Latency;
  readonly messages: readonly ChannelRow[];
  /** Messages of the range that were not sent because their channel is not set up; counted up to UNSET_COUNT_MAX. */
  readonly unset: readonly { readonly channel: string; readonly messages: number }[];
  /** The refusals of the range. */
  readonly refusals: readonly RefusedReason[];
}

export interface OverviewQuery {
  readonly from: string;
  readonly step: string;
  /** When the bars of the chart begin. */
  readonly starts: readonly string[];
  /** Channels that are not set up. */
  readonly off: readonly string[];
}

/** `from`: ISO 8601, within the range's first hour. One batch. */
export async function loadOverview(
  db: D1Database,
  now: string,
  { from, step, starts, off }: OverviewQuery,
): Promise<Overview> {
  const ofRange = (sql: string) => db.prepare(sql).bind(from);
  const answers = await db.batch([
    ...statusStatements(db, now),
    db.prepare(timesSql),
    db.prepare(latestSql),
    db.prepare(unsetSql).bind(from, JSON.stringify(off)),
    db.prepare(endsSql),
    ofRange(ordersSql),
    step === "ten minutes"
      ? ofRange(minutesSql)
      : db.prepare(hoursSql).bind(from.slice(0, 13), JSON.stringify(starts)),
    ofRange(latencySql),
    ofRange(allMessagesSql),
    refusedSince(db, from),
  ]);
  const [totals, refused, times, latest, unset, ends, orders, counts, latency, messages, refusals] =
    answers.map(({ results }) => results);
  // oxlint-disable typescript/no-unsafe-type-assertion -- each answers the statement of its place
  return {
    totals: (totals?.[0] as Overview["totals"]) ?? null,
    refused: (refused ?? []) as RefusedReason[],
    times: times?.[0] as Times,
    latest: (latest ?? []) as LatestTroubled[],
    unset: (unset ?? []) as Overview["unset"],
    ends: (ends?.[0] as DeliveryEnds | undefined) ?? null,
    orders: (orders ?? []) as Orders[],
    counts: (counts ?? []) as EventCount[],
    latency: latency?.[0] as Latency,
    messages: (messages ?? []) as ChannelRow[],
    refusals: (refusals ?? []) as RefusedReason[],
  };
}

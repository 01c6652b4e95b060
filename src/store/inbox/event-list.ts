/**
 * Pages of the inbox for people: newest first, or the events after a known row. A page reads a limited range, never
 * the whole table: if a rare filter finds little in it, the page is short and says where the search continues.
 */
import { eventMatches } from "../filters";
import type { EventRecord } from "../schema";
import type { EventStatus } from "./inbox";
import { linkedOrder } from "./linked-order";

const columns = [
  "id",
  "event_type",
  "form",
  "type_hint",
  "subject",
  "subject_id",
  "order_number",
  "occurred_at",
  "received_at",
  "status",
  "redeliveries",
  "attempts",
  "error",
  "processed_at",
  "conflicts",
  "verified_by",
] as const;

export type EventRow = Pick<EventRecord, (typeof columns)[number]> & {
  /** Its position in the inbox, in the order of receipt. */
  readonly event_row: number;
  /** The order that it belongs to, if known (linked-order.ts). */
  readonly linked_order: string | null;
};

export interface EventFilter {
  readonly status?: EventStatus | undefined;
  readonly type?: string | undefined;
  readonly order?: string | undefined;
  /** Received from here on, ISO 8601. */
  readonly from?: string | undefined;
  /** Received before. */
  readonly to?: string | undefined;
  /** The beginning of an event id; or a whole order number, payment id … */
  readonly q?: string | undefined;
}

export interface EventPage {
  readonly events: readonly EventRow[];
  /** The cursor of the next page; null if there is none. */
  readonly next: number | null;
  /** The newest row of the inbox. */
  readonly latest: number;
}

/** The number of rows that one page reads. */
const STRETCH_ROWS = 5_000;
/** The largest number of rows that a search by key finds. */
const FOUND_MAX = 5_000;

export const eventColumns = `rowid AS event_row, ${columns.join(", ")}, ${linkedOrder("webhook_events")} AS linked_order`;

/** `?2`, `?3`: before and from which row; `?4`: limit. By rowid. */
const backwardsSql = `
SELECT ${eventColumns} FROM webhook_events WHERE rowid < ?2 AND rowid >= ?3 AND ${eventMatches}
ORDER BY rowid DESC LIMIT ?4`;

/** `?2`, `?3`: after and up to which row; `?4`: limit. By rowid. */
const forwardsSql = `
SELECT ${eventColumns} FROM webhook_events WHERE rowid > ?2 AND rowid <= ?3 AND ${eventMatches}
  AND (?1->>'order' IS NULL OR order_number = ?1->>'order'
    OR (subject = 'order' AND subject_id = ?1->>'order'))
ORDER BY rowid LIMIT ?4`;

/**
 * Events about the rows of an order, and those that were not applied and name it: `?2`: before which row; the newest
 * FOUND_MAX of each. Primary key, payments_order, refunds_order, shipments_order, then webhook_events_subject, whose
 * entries are put in order before the first event is read; webhook_events_set_aside.
 */
const ofOrder = (number: string): string => `
  SELECT e.rowid FROM (
    SELECT k.subject, f.rowid AS place FROM (
      SELECT 'order' AS subject, ${number} AS row_key
      UNION ALL SELECT 'payment', payment_id FROM payments WHERE order_number = ${number}
      UNION ALL SELECT 'refund', refund_id FROM refunds WHERE order_number = ${number}
      UNION ALL SELECT 'shipment', shipment_id FROM shipments WHERE order_number = ${number}) k
    CROSS JOIN webhook_events f INDEXED BY webhook_events_subject ON f.subject_id = k.row_key
    WHERE f.subject_id IS NOT NULL AND f.rowid < ?2 ORDER BY f.rowid DESC LIMIT ${String(FOUND_MAX)}) newest
  CROSS JOIN webhook_events e ON e.rowid = newest.place AND e.subject = newest.subject
  UNION SELECT rowid FROM (
    SELECT rowid FROM webhook_events INDEXED BY webhook_events_set_aside
    WHERE status IN ('quarantined', 'failed', 'ignored') AND order_number = ${number} AND subject IS NOT 'order'
      AND rowid < ?2 ORDER BY rowid DESC LIMIT ${String(FOUND_MAX)})`;

/** `?2`: before which row. Events about a row of any kind with this key. webhook_events_subject. */
const aboutKey = (key: string): string => `
  SELECT rowid FROM (SELECT rowid FROM webhook_events WHERE subject_id = ${key} AND rowid < ?2
    ORDER BY rowid DESC LIMIT ${String(FOUND_MAX)})`;

/**
 * The sources of a search by key; each finds at most FOUND_MAX rows of an index. `stuck` adds the rows that the
 * sweep has marked as stuck to the newest rows.
 */
const found = {
  order: `rowid IN (${ofOrder("?1->>'order'")})`,
  q: `rowid IN (
    SELECT rowid FROM (SELECT rowid FROM webhook_events
      WHERE id >= ?1->>'q' AND id < ?1->>'q' || char(1114111) LIMIT ${String(FOUND_MAX)})
    UNION ${ofOrder("?1->>'q'")}
    UNION ${aboutKey("?1->>'q'")})`,
  troubled: `rowid IN (SELECT rowid FROM webhook_events INDEXED BY webhook_events_troubled
    WHERE status IN ('quarantined', 'failed') AND status = ?1->>'status' AND rowid < ?2
    ORDER BY rowid DESC LIMIT ${String(FOUND_MAX)})`,
  stuck: `rowid IN (
    SELECT rowid FROM (SELECT rowid FROM webhook_events INDEXED BY webhook_events_waiting
      WHERE status = 'received' AND push_at IS NOT NULL ORDER BY push_at LIMIT ${String(FOUND_MAX)})
    UNION SELECT rowid FROM webhook_events WHERE rowid < ?2 AND rowid >= ?3)`,
} as const;

/** `?2`: before which row; `?4`: limit. Each uses the index of its source. */
const foundSql = (source: keyof typeof found): string => `
SELECT ${eventColumns} FROM webhook_events WHERE ${found[source]} AND rowid < ?2 AND ?3 IS NOT NULL
  AND ${eventMatches}
ORDER BY rowid DESC LIMIT ?4`;

/**
 * `?2`: before which row. The oldest row that the search found, if it reached its limit: there can be more after it.
 */
const behindSql = (source: "order" | "q"): string => `
SELECT CASE WHEN count(*) >= ${String(FOUND_MAX)} THEN min(rowid) END AS event_row FROM (
  SELECT rowid FROM webhook_events WHERE ${found[source]} ORDER BY rowid DESC LIMIT ${String(FOUND_MAX)})`;

/** By rowid: the first and the last. */
const endsSql = `
SELECT (SELECT min(rowid) FROM webhook_events) AS first, (SELECT max(rowid) FROM webhook_events) AS last`;

const middleIsEarlier = `coalesce((SELECT received_at FROM webhook_events
  WHERE rowid >= (low + high) / 2 ORDER BY rowid LIMIT 1), '~') < ?1`;

/**
 * `?1`: a time of receipt. Finds the first row received from then on by binary search: rows are in the order of
 * receipt, except for moments.
 */
export const rowAtSql = `
WITH RECURSIVE bounds(low, high) AS (
  SELECT (SELECT min(rowid) FROM webhook_events), (SELECT max(rowid) FROM webhook_events) + 1
  UNION ALL
  SELECT CASE WHEN ${middleIsEarlier} THEN (low + high) / 2 + 1 ELSE low END,
    CASE WHEN ${middleIsEarlier} THEN high ELSE (low + high) / 2 END
  FROM bounds WHERE low < high)
SELECT low AS event_row FROM bounds WHERE low >= high LIMIT 1`;

/** The first row that was received at this time or later; null if the inbox is empty. */
async function rowAt(db: D1Database, time: string): Promise<number | null> {
  const row = await db.prepare(rowAtSql).bind(time).first<{ event_row: number | null }>();
  return row?.event_row ?? null;
}

function sourceOf({ order, q, status }: EventFilter): keyof typeof found | null {
  if (q !== undefined) return "q";
  if (order !== undefined) return "order";
  if (status === "quarantined" || status === "failed") return "troubled";
  return status === "received" ? "stuck" : null;
}

export interface PageRequest {
  readonly limit: number;
  /** Older than this row. */
  readonly before?: number | undefined;
  /** Instead: newer than this row, oldest first. */
  readonly after?: number | undefined;
}

async function pageForwards(
  db: D1Database,
  filter: EventFilter,
  { limit, after = 0 }: PageRequest,
  last: number,
): Promise<EventPage> {
  const end = Math.min(last, after + STRETCH_ROWS);
  const { results } = await db
    .prepare(forwardsSql)
    .bind(JSON.stringify(filter), after, end, limit)
    .all<EventRow>();
  const at = results.length < limit ? end : (results.at(-1)?.event_row ?? end);
  return { events: results, next: at < last ? at : null, latest: last };
}

/** Where a search continues if the filters left less than a page; null if everything was read. */
async function findBehind(
  db: D1Database,
  source: keyof typeof found,
  filter: EventFilter,
  before: number,
): Promise<number | null> {
  const { status, type, from, to } = filter;
  const isFiltered = [status, type, from, to].some((value) => value !== undefined);
  if ((source !== "order" && source !== "q") || !isFiltered) return null;
  const row = await db
    .prepare(behindSql(source))
    .bind(JSON.stringify(filter), before)
    .first<{ event_row: number | null }>();
  return row?.event_row ?? null;
}

/** A page of the inbox. */
export async function listEvents(
  db: D1Database,
  filter: EventFilter,
  page: PageRequest,
): Promise<EventPage> {
  const ends = await db.prepare(endsSql).first<{ first: number | null; last: number | null }>();
  const [first, last] = [ends?.first ?? null, ends?.last ?? 0];
  if (first === null) return { events: [], next: null, latest: 0 };
  if (page.after !== undefined) return await pageForwards(db, filter, page, last);
  const { from, to } = filter;
  const start = Math.min(
    page.before ?? last + 1,
    to === undefined ? last + 1 : ((await rowAt(db, to)) ?? last + 1),
  );
  const oldest = from === undefined ? first : Math.max(first, (await rowAt(db, from)) ?? first);
  const source = sourceOf(filter);
  const floor = Math.max(oldest, start - STRETCH_ROWS);
  const { results } = await db
    .prepare(source === null ? backwardsSql : foundSql(source))
    .bind(JSON.stringify(filter), start, floor, page.limit)
    .all<EventRow>();
  const full = results.length === page.limit;
  if (full) return { events: results, next: results.at(-1)?.event_row ?? null, latest: last };
  const behind = source === null ? floor : await findBehind(db, source, filter, start);
  const next = behind !== null && behind > oldest ? behind : null;
  return { events: results, next, latest: last };
}

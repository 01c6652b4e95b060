/**
 * All orders, filtered and sorted. A page reads a bounded stretch, of the events or of the orders by time of
 * placement, never the whole table. If a rare filter matches little in it, the page is short and says where the
 * search continues.
 */
import type { FinancialStatus } from "../../projection/money-status/financial-status";
import { ifAsked } from "../filters";
import {
  financialStatusOf,
  orderColumns,
  type OrderPage,
  type OrderRow,
  type Place,
} from "../state/order-list";
import type { OrderSort } from "./conditions";

export interface OrderFilter {
  readonly status?: string | undefined;
  readonly money?: FinancialStatus | undefined;
  /** The status of one of its parcels. */
  readonly shipment?: string | undefined;
  /** Orders with a message that failed. */
  readonly messages?: "failed" | undefined;
  /** Time of placement, ISO 8601: `from` is inclusive, `to` is exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** The events that a page reads if nothing is filtered. */
const LATEST_ROWS = 500;
/** The events or orders that a page reads; fewer for messages, which need several lookups for each order. */
const STRETCH_ROWS = 2_000;
const MESSAGES_STRETCH_ROWS = 500;
/** The orders that are compared by total: the newest that were placed in the range. */
const TOTAL_ROWS = 5_000;

/**
 * `?1`: the filter as JSON; `o`: orders. Primary keys, shipments_order. The plus keeps SQLite from first building an
 * index of all messages by status.
 */
const matches = [
  ifAsked("status", "o.status ="),
  ifAsked("money", `${financialStatusOf("o")} =`),
  `(?1->>'shipment' IS NULL OR EXISTS (SELECT 1 FROM shipments s
    WHERE s.order_number = o.order_number AND s.status = ?1->>'shipment'))`,
  `(?1->>'messages' IS NULL OR EXISTS (SELECT 1 FROM order_messages m
    WHERE m.order_number = o.order_number AND +m.status = ?1->>'messages'))`,
].join(" AND ");

const inRange = `${ifAsked("from", "o.placed_at >=")} AND ${ifAsked("to", "o.placed_at <")}`;

/**
 * `?2`: before this row of the inbox; `?3`: rows to read; `?4`: limit. By rowid, then primary keys: the orders of the
 * latest events.
 */
const latestSql = `
WITH latest AS (
  SELECT rowid AS place, subject, subject_id FROM webhook_events
  WHERE rowid < ?2 ORDER BY rowid DESC LIMIT ?3
), named AS (
  SELECT max(l.place) AS place, CASE l.subject
    WHEN 'order' THEN l.subject_id
    WHEN 'payment' THEN (SELECT p.order_number FROM payments p WHERE p.payment_id = l.subject_id)
    WHEN 'refund' THEN (SELECT r.order_number FROM refunds r WHERE r.refund_id = l.subject_id)
    WHEN 'shipment' THEN (SELECT s.order_number FROM shipments s WHERE s.shipment_id = l.subject_id)
    END AS number
  FROM latest l GROUP BY 2)
SELECT ${orderColumns}, named.place
FROM named CROSS JOIN orders o ON o.order_number = named.number
WHERE named.number IS NOT NULL AND ${matches} AND ${inRange}
ORDER BY named.place DESC LIMIT ?4`;

/** `?1`: before this row; `?2`: rows to read. By rowid. The last row that was read; null if there was none. */
const lookedThroughSql = `
SELECT min(place) AS oldest FROM (
  SELECT rowid AS place FROM webhook_events WHERE rowid < ?1 ORDER BY rowid DESC LIMIT ?2)`;

async function listLatest(
  db: D1Database,
  filter: OrderFilter,
  rows: number,
  { limit, after }: Place,
): Promise<OrderPage> {
  const start = after === undefined ? Number.MAX_SAFE_INTEGER : numberOf(after);
  const { results } = await db
    .prepare(latestSql)
    .bind(JSON.stringify(filter), start, rows, limit)
    .all<OrderRow & { place: number }>();
  const orders = results.map((row) => {
    const { place: _, ...order } = row;
    return order;
  });
  const isFull = results.length === limit;
  const last = isFull
    ? results.at(-1)?.place
    : await db.prepare(lookedThroughSql).bind(start, rows).first<number | null>("oldest");
  return { orders, next: (last ?? 0) > 1 ? String(last) : null };
}

interface Direction {
  readonly order: "ASC" | "DESC";
  /** The comparison that selects later rows, and the condition at the end of the range. */
  readonly behind: "<" | ">";
  readonly end: string;
  /** The time after which the range begins. */
  readonly first: (range: OrderFilter) => string;
}
const newestFirst: Direction = {
  order: "DESC",
  behind: "<",
  end: "placed_at >= coalesce(?1->>'from', '')",
  first: ({ to }) => to ?? "~",
};
const oldestFirst: Direction = {
  order: "ASC",
  behind: ">",
  end: "placed_at < coalesce(?1->>'to', '~')",
  first: ({ from }) => from ?? "",
};

/**
 * `?1`: the filter; `?2`, `?3`: after this time and number. orders_placed alone, starting there. SQLite uses only one
 * of two bounds on the same side for the index, so the beginning of the range is part of the place.
 */
const stretch = ({ order, behind, end }: Direction): string => `
SELECT placed_at, order_number FROM orders
WHERE ${end} AND (placed_at, order_number) ${behind} (?2, ?3)
ORDER BY placed_at ${order}, order_number ${order} LIMIT`;

/** `?4`: rows of the stretch; `?5`: limit; `?6`: offset. orders_placed, then primary keys. */
const placedSql = (direction: Direction, sort: string): string => `
SELECT ${orderColumns}, o.placed_at FROM orders o WHERE o.order_number IN (
  SELECT o.order_number FROM (${stretch(direction)} ?4) stretched
  CROSS JOIN orders o ON o.order_number = stretched.order_number WHERE ${matches}
  ORDER BY ${sort} LIMIT ?5 OFFSET ?6)
ORDER BY ${sort}`;

/** `?4`: the offset of a row in the stretch. orders_placed alone. */
const rowOfStretchSql = (direction: Direction): string => `${stretch(direction)} 1 OFFSET ?4`;

const sqlOf: Readonly<Record<Exclude<OrderSort, "activity">, readonly [Direction, string]>> = {
  newest: [newestFirst, "o.placed_at DESC, o.order_number DESC"],
  oldest: [oldestFirst, "o.placed_at, o.order_number"],
  total: [newestFirst, "o.grand_total_micros DESC, o.order_number"],
};

/** A cursor as a whole number; 0 if it is none. */
const numberOf = (cursor: string): number => (/^\d{1,15}$/.test(cursor) ? Number(cursor) : 0);

/** `2026-11-24T10:00:00.000Z ORD-1`: after this order. */
const cursorOf = ({ placed_at: at, order_number: number }: Placed): string => `${at} ${number}`;

interface Placed {
  readonly placed_at: string;
  readonly order_number: string;
}

async function listPlaced(
  db: D1Database,
  filter: OrderFilter,
  sort: Exclude<OrderSort, "activity">,
  rows: number,
  { limit, after }: Place,
): Promise<OrderPage> {
  const [direction, by] = sqlOf[sort];
  const isByTotal = sort === "total";
  const [, at, number] = /^(\S*) (.*)$/s.exec((isByTotal ? null : after) ?? "") ?? [];
  const offset = isByTotal && after !== undefined ? numberOf(after) : 0;
  const asked = [JSON.stringify(filter), at ?? direction.first(filter), number ?? ""] as const;
  const { results } = await db
    .prepare(placedSql(direction, by))
    .bind(...asked, rows, limit, offset)
    .all<OrderRow & Placed>();
  const orders = results.map((row) => {
    const { placed_at: _, ...order } = row;
    return order;
  });
  const last = results.length === limit ? results.at(-1) : undefined;
  if (last !== undefined && !isByTotal) return { orders, next: cursorOf(last) };
  // The last row of a whole stretch; by total, the first row after it. Null if the orders end before it.
  const row = await db
    .prepare(rowOfStretchSql(direction))
    .bind(...asked, isByTotal ? rows : rows - 1)
    .first<Placed>();
  if (!isByTotal) return { orders, next: row === null ? null : cursorOf(row) };
  const next = last === undefined ? null : String(offset + limit);
  return row === null ? { orders, next } : { orders, next, compared: rows };
}

/** A page of all orders; if sorted by activity, a later page may show an order again. */
export async function listAllOrders(
  db: D1Database,
  filter: OrderFilter,
  sort: OrderSort,
  place: Place,
): Promise<OrderPage> {
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const most = filter.messages === undefined ? STRETCH_ROWS : MESSAGES_STRETCH_ROWS;
  if (sort === "activity") {
    return await listLatest(db, filter, isFiltered ? most : LATEST_ROWS, place);
  }
  const rows = sort === "total" && filter.messages === undefined ? TOTAL_ROWS : most;
  return await listPlaced(db, filter, sort, rows, place);
}

/** The list of orders for people: by number, by e-mail address or phone, or the latest ones. */

import type { FinancialStatus } from "../../projection/money-status/financial-status";
import type { OrderRecord } from "../schema";

const columnNames = [
  "order_number",
  "status",
  "payment_status",
  "currency",
  "grand_total_micros",
  "paid_micros",
  "refunded_micros",
  "refundable_micros",
  "customer_name",
  "customer_email",
  "customer_phone",
  "order_date",
  "updated_at",
] as const;

export type OrderRow = Pick<OrderRecord, (typeof columnNames)[number]> & {
  /** From the view order_overview. */
  readonly financial_status: FinancialStatus;
};

export interface OrderPage {
  readonly orders: readonly OrderRow[];
  /** The cursor of the next page; null if there is none. */
  readonly next: string | null;
}

/** The number of events that a page of the latest orders reads. */
const STRETCH_ROWS = 500;

/** In the order of OrderRow; `o`: orders. */
export const orderColumns = `${columnNames.map((name) => `o.${name}`).join(", ")},
  (SELECT v.financial_status FROM order_overview v WHERE v.order_number = o.order_number)
    AS financial_status`;

/** `?1`: the beginning of a number; `?2`: contacts; `?3`: after; `?4`: limit. Primary keys. */
const searchSql = `
SELECT ${orderColumns} FROM orders o WHERE o.order_number IN (
  SELECT order_number FROM (SELECT order_number FROM orders
    WHERE order_number >= ?1 AND order_number < ?1 || char(1114111) AND order_number > ?3
    ORDER BY order_number LIMIT ?4)
  UNION SELECT order_number FROM (SELECT order_number FROM order_contacts
    WHERE contact IN (SELECT value FROM json_each(?2)) AND order_number > ?3 ORDER BY order_number LIMIT ?4))
ORDER BY o.order_number LIMIT ?4`;

/**
 * `?1`: before which row of the inbox; `?2`: rows to read; `?3`: limit. By rowid, then primary keys: the orders of
 * the latest events.
 */
const latestSql = `
WITH latest AS (
  SELECT rowid AS place, subject, subject_id FROM webhook_events
  WHERE rowid < ?1 ORDER BY rowid DESC LIMIT ?2
), named AS (
  SELECT max(l.place) AS place, CASE l.subject
    WHEN 'order' THEN l.subject_id
    WHEN 'payment' THEN (SELECT p.order_number FROM payments p WHERE p.payment_id = l.subject_id)
    WHEN 'refund' THEN (SELECT r.order_number FROM refunds r WHERE r.refund_id = l.subject_id)
    WHEN 'shipment' THEN (SELECT s.order_number FROM shipments s WHERE s.shipment_id = l.subject_id)
    END AS number
  FROM latest l GROUP BY 2)
SELECT ${orderColumns}, named.place, (SELECT min(place) FROM latest) AS oldest
FROM named CROSS JOIN orders o ON o.order_number = named.number
WHERE named.number IS NOT NULL
ORDER BY named.place DESC LIMIT ?3`;

/** `?1`, `?2`: as above. By rowid: the last row that was read; null if there was none. */
const lookedThroughSql = `
SELECT min(place) AS oldest FROM (
  SELECT rowid AS place FROM webhook_events WHERE rowid < ?1 ORDER BY rowid DESC LIMIT ?2)`;

/** The place where the search continues; null if there are no more rows. */
const placeOf = (row: number | null | undefined): string | null =>
  row === null || row === undefined || row <= 1 ? null : String(row);

/** If a range of events has no order, older events may still have one. */
async function behindStretch(db: D1Database, start: number): Promise<string | null> {
  const row = await db
    .prepare(lookedThroughSql)
    .bind(start, STRETCH_ROWS)
    .first<{ oldest: number | null }>();
  return placeOf(row?.oldest);
}

async function listLatest(
  db: D1Database,
  limit: number,
  before: string | undefined,
): Promise<OrderPage> {
  const start = before === undefined ? Number.MAX_SAFE_INTEGER : Number(before);
  const { results } = await db
    .prepare(latestSql)
    .bind(start, STRETCH_ROWS, limit)
    .all<OrderRow & { place: number; oldest: number }>();
  const orders = results.map((row) => {
    const { place: _, oldest: __, ...order } = row;
    return order;
  });
  const last = results.at(-1);
  if (last === undefined) return { orders, next: await behindStretch(db, start) };
  return { orders, next: placeOf(results.length === limit ? last.place : last.oldest) };
}

/**
 * A page of orders. `q`: the beginning of an order number; `contacts`: in the format of
 * projection/patches/contacts.ts. With neither, the orders of the latest events; a later page may show an order
 * again.
 */
export async function listOrders(
  db: D1Database,
  search: { readonly q: string; readonly contacts: readonly string[] } | null,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<OrderPage> {
  if (search === null) return await listLatest(db, limit, after);
  const { results } = await db
    .prepare(searchSql)
    .bind(search.q, JSON.stringify(search.contacts), after ?? "", limit)
    .all<OrderRow>();
  return {
    orders: results,
    next: results.length === limit ? (results.at(-1)?.order_number ?? null) : null,
  };
}

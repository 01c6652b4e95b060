/** The columns of an order in lists, and the orders with a number, an e-mail address or a telephone number. */

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
  "payable_micros",
  "customer_name",
  "customer_email",
  "customer_phone",
  "order_date",
  "updated_at",
] as const;

export type OrderRow = Pick<OrderRecord, (typeof columnNames)[number]> & {
  /** From the view order_overview. */
  readonly financial_status: FinancialStatus;
  /** How many parcels it has, and how many were delivered. */
  readonly shipments: number;
  readonly shipments_delivered: number;
  /** The status of a parcel under way, else of a delivered one; of several, the one with the latest event. */
  readonly shipment_status: string | null;
  /** When that parcel last changed. */
  readonly shipment_updated_at: string | null;
};

/** `after`: the cursor of the previous page. */
export interface Place {
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface OrderPage {
  readonly orders: readonly OrderRow[];
  /** The cursor of the next page; null if there is none. */
  readonly next: string | null;
  /** How many orders were compared to sort them, if not all. */
  readonly compared?: number;
}

const parcels = "FROM shipments s WHERE s.order_number = o.order_number";
const mainParcel = (column: string): string =>
  `(SELECT s.${column} ${parcels}
    ORDER BY s.status IS 'cancelled', s.status IS 'delivered', s.updated_at DESC LIMIT 1) AS shipment_${column}`;

export const financialStatusOf = (order: string): string =>
  `(SELECT v.financial_status FROM order_overview v WHERE v.order_number = ${order}.order_number)`;

/** In the order of OrderRow; `o`: orders. Primary key, shipments_order. */
export const orderColumns = `${columnNames.map((name) => `o.${name}`).join(", ")},
  ${financialStatusOf("o")} AS financial_status,
  (SELECT count(*) ${parcels}) AS shipments,
  (SELECT count(*) ${parcels} AND s.status = 'delivered') AS shipments_delivered,
  ${mainParcel("status")}, ${mainParcel("updated_at")}`;

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
 * A page of the orders that a search finds, by number. `q`: the beginning of an order number; `contacts`: in the format
 * of projection/patches/contacts.ts.
 */
export async function listOrders(
  db: D1Database,
  search: { readonly q: string; readonly contacts: readonly string[] },
  { limit, after }: Place,
): Promise<OrderPage> {
  const { results } = await db
    .prepare(searchSql)
    .bind(search.q, JSON.stringify(search.contacts), after ?? "", limit)
    .all<OrderRow>();
  return {
    orders: results,
    next: results.length === limit ? (results.at(-1)?.order_number ?? null) : null,
  };
}

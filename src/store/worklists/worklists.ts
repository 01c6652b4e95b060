/** The orders that need a person, by reason. Each list has an index that contains only its rows. */
import { pendingStatuses } from "../../events/stages";
import { quoted } from "../quoted";
import {
  isRefundDue,
  isToPay,
  isUnderWay,
  isUndelivered,
  type Worklist,
  worklists,
} from "./conditions";
import { orderColumns, type OrderPage, type OrderRow, type Place } from "../state/order-list";

/**
 * A parcel under way is stuck after STUCK_AFTER_DAYS without an event, and no longer counts after STUCK_UNTIL_DAYS.
 */
export const STUCK_AFTER_DAYS = 5;
export const STUCK_UNTIL_DAYS = 60;
/** Orders that were placed longer ago are no longer expected to be paid. */
export const TO_PAY_UNTIL_DAYS = 60;
export const UNDELIVERED_UNTIL_DAYS = 30;

/** The most orders in a list, and the most that are counted: the latest ones, as for events (overview.ts). */
const WORKLIST_MAX = 10_000;

/** A time in the format of stored times. */
const daysAgo = (days: number): string =>
  `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-${String(days)} days')`;

/** orders_to_pay: its entries decide before a row is read. */
const toPay = (paymentStatus: string): string =>
  `SELECT order_number FROM orders INDEXED BY orders_to_pay
    WHERE ${isToPay} AND placed_at > ${daysAgo(TO_PAY_UNTIL_DAYS)} AND payment_status ${paymentStatus}
    ORDER BY placed_at DESC LIMIT ${String(WORKLIST_MAX)}`;

/** A pending payment in cash on delivery, as projection/money-status/cash.ts recognizes it. payments_order. */
const awaitsCash = `SELECT 1 FROM payments c WHERE c.order_number = u.order_number
  AND c.status IN (${quoted(["pending", ...pendingStatuses])})
  AND (${["cash", "cod"].map((word) => `' ' || lower(c.method) || ' ' GLOB '*[^a-z]${word}[^a-z]*'`).join(" OR ")})`;

/** The open orders of the parcels. Primary key. */
const openOrdersOf = (
  parcels: string,
): string => `SELECT DISTINCT parcels.order_number FROM (${parcels}
    ORDER BY updated_at DESC LIMIT ${String(WORKLIST_MAX)}) parcels
  CROSS JOIN orders o ON o.order_number = parcels.order_number
    AND coalesce(o.status, '') NOT IN ('complete', 'cancelled')`;

const sources: Readonly<Record<Worklist, string>> = {
  refunds_due: `SELECT order_number FROM orders INDEXED BY orders_refund_due WHERE ${isRefundDue}`,
  unpaid: `SELECT u.order_number FROM (${toPay("IS NOT 'partially_paid'")}) u
    WHERE NOT EXISTS (${awaitsCash})`,
  partly_paid: toPay("= 'partially_paid'"),
  undelivered: openOrdersOf(`SELECT order_number FROM shipments INDEXED BY shipments_undelivered
    WHERE ${isUndelivered} AND updated_at > ${daysAgo(UNDELIVERED_UNTIL_DAYS)}`),
  stuck_shipments: openOrdersOf(`SELECT order_number FROM shipments INDEXED BY shipments_under_way
    WHERE ${isUnderWay} AND updated_at > ${daysAgo(STUCK_UNTIL_DAYS)} AND updated_at < ${daysAgo(STUCK_AFTER_DAYS)}`),
};

/** `?1`: after this number; `?2`: limit. The index of the list, then primary keys. */
const listSql = (list: Worklist): string => `
SELECT ${orderColumns} FROM orders o
WHERE o.order_number IN (
  SELECT order_number FROM (${sources[list]}) WHERE order_number > ?1 ORDER BY order_number LIMIT ?2)
ORDER BY o.order_number`;

/** A page of the list, by order number. */
export async function listWorklist(
  db: D1Database,
  list: Worklist,
  { limit, after = "" }: Place,
): Promise<OrderPage> {
  const { results } = await db.prepare(listSql(list)).bind(after, limit).all<OrderRow>();
  const last = results.at(-1)?.order_number ?? null;
  return { orders: results, next: results.length === limit ? last : null };
}

export type WorklistCounts = Readonly<Record<Worklist, number>>;

const countsSql = `SELECT ${worklists
  .map(
    (list) =>
      `(SELECT count(*) FROM (SELECT 1 FROM (${sources[list]}) LIMIT ${String(WORKLIST_MAX)})) AS ${list}`,
  )
  .join(", ")}`;

export async function countWorklists(db: D1Database): Promise<WorklistCounts> {
  const row = await db.prepare(countsSql).first<WorklistCounts>();
  return row ?? { refunds_due: 0, unpaid: 0, partly_paid: 0, undelivered: 0, stuck_shipments: 0 };
}

/** The orders that wait for a person, by what they wait for. Each list has an index in which only its rows are. */
import { isRefundDue, isUndelivered, type Worklist, worklists } from "./conditions";
import { orderColumns, type OrderPage, type OrderRow } from "../state/order-list";

const sources: Readonly<Record<Worklist, string>> = {
  refunds_due: `SELECT order_number FROM orders INDEXED BY orders_refund_due WHERE ${isRefundDue}`,
  undelivered: `SELECT DISTINCT s.order_number FROM (
    SELECT order_number FROM shipments INDEXED BY shipments_undelivered
    WHERE ${isUndelivered} AND updated_at > date('now', '-30 days')) s
  CROSS JOIN orders o ON o.order_number = s.order_number
    AND coalesce(o.status, '') NOT IN ('complete', 'cancelled')`,
};

/** `?1`: after; `?2`: limit. The index of the list, then primary keys. */
const listSql = (list: Worklist): string => `
SELECT ${orderColumns} FROM orders o
WHERE o.order_number IN (
  SELECT order_number FROM (${sources[list]}) WHERE order_number > ?1 ORDER BY order_number LIMIT ?2)
ORDER BY o.order_number`;

/** A page of the list, by number. */
export async function listWorklist(
  db: D1Database,
  list: Worklist,
  { limit, after = "" }: { readonly limit: number; readonly after?: string | undefined },
): Promise<OrderPage> {
  const { results } = await db.prepare(listSql(list)).bind(after, limit).all<OrderRow>();
  const last = results.at(-1)?.order_number ?? null;
  return { orders: results, next: results.length === limit ? last : null };
}

/** No more are counted, as of events (overview.ts). */
const WORKLIST_COUNT_MAX = 10_000;

export type WorklistCounts = Readonly<Record<Worklist, number>>;

const countsSql = `SELECT ${worklists
  .map(
    (list) =>
      `(SELECT count(*) FROM (${sources[list]} LIMIT ${String(WORKLIST_COUNT_MAX)})) AS ${list}`,
  )
  .join(", ")}`;

export async function countWorklists(db: D1Database): Promise<WorklistCounts> {
  const row = await db.prepare(countsSql).first<WorklistCounts>();
  return row ?? { refunds_due: 0, undelivered: 0 };
}

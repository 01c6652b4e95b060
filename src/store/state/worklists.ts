/** The orders that wait for a person, by what they wait for. Each list has an index in which only its rows are. */
import { isRefundDue, isUndelivered, type Worklist, worklists } from "../worklist-conditions";
import { orderColumns, type OrderPage, type OrderRow } from "./order-list";

const sources: Readonly<Record<Worklist, string>> = {
  refunds_due: `SELECT order_number FROM orders INDEXED BY orders_refund_due WHERE ${isRefundDue}`,
  undelivered: `SELECT DISTINCT order_number FROM shipments INDEXED BY shipments_undelivered WHERE ${isUndelivered}`,
};

/** `?1`: after; `?2`: limit. The index of the list, then the primary key. */
const listSql = (list: Worklist): string => `
SELECT ${orderColumns} FROM orders o
WHERE o.order_number IN (${sources[list]} AND order_number > ?1 ORDER BY order_number LIMIT ?2)
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

/** No more are counted. */
const WORKLIST_COUNT_MAX = 1_000;

export type WorklistCounts = Readonly<Record<Worklist, number>>;

const countsSql = `SELECT ${worklists
  .map(
    (list) =>
      `(SELECT count(*) FROM (${sources[list]} LIMIT ${String(WORKLIST_COUNT_MAX)})) AS ${list}`,
  )
  .join(", ")}`;

export const noWorklists: WorklistCounts = { refunds_due: 0, undelivered: 0 };

export function countsStatement(db: D1Database): D1PreparedStatement {
  return db.prepare(countsSql);
}

export async function countWorklists(db: D1Database): Promise<WorklistCounts> {
  return (await countsStatement(db).first<WorklistCounts>()) ?? noWorklists;
}

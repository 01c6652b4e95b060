/** The orders of a list as a CSV file, with names and contacts masked as in the list. */
import {
  balanceDueMicros,
  refundOutstandingMicros,
} from "../../projection/money-status/financial-status";
import type { OrderRow } from "../../store/state/order-list";
import { type CsvColumn, csvStream } from "../../csv";
import { decimal } from "../../money";
import { type OrdersQuery, ordersQuery } from "../api/shapes";
import { maskOrder } from "../mask";
import { asked, type PageContext, readQuery } from "../page-context";
import { listAsked, orderFields } from "./listing";

/** The maximum number of orders in a file, and the number that is read at once. */
export const CSV_MAX_ORDERS = 10_000;
const PAGE_ORDERS = 500;
/** A rare filter finds few orders per page. D1 allows a thousand queries per request, and a page takes two. */
const MOST_PAGES = 300;

const fields = [
  "order_number",
  "order_date",
  "status",
  "financial_status",
  "shipment_status",
  "shipment_updated_at",
  "shipments",
  "shipments_delivered",
  "currency",
  "customer_name",
  "customer_email",
  "customer_phone",
  "updated_at",
] as const;

/** Amounts in the unit of the currency. */
const amounts: Readonly<Record<string, (order: OrderRow) => number | null>> = {
  grand_total: (order) => order.grand_total_micros,
  paid: (order) => order.paid_micros,
  refunded: (order) => order.refunded_micros,
  balance_due: balanceDueMicros,
  refund_outstanding: refundOutstandingMicros,
};

const columns: readonly CsvColumn<OrderRow>[] = [
  ...fields.map((head) => ({ head, cell: (order: OrderRow) => order[head] })),
  ...Object.entries(amounts).map(([head, microsOf]) => ({
    head,
    cell: (order: OrderRow) => decimal(microsOf(order)),
  })),
];

/** Sorted by activity, an order may be on two pages; the file contains it once. */
async function* pagesOf(
  deps: PageContext["deps"],
  query: OrdersQuery,
): AsyncGenerator<readonly OrderRow[], string | null> {
  const seen = new Set<string>();
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES && seen.size < CSV_MAX_ORDERS; pages += 1) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- a page begins where the one before ends
    const { orders, next, compared } = await listAsked(deps, query, { limit: PAGE_ORDERS, after });
    const fresh = orders.filter(({ order_number: number }) => !seen.has(number));
    for (const { order_number: number } of fresh) seen.add(number);
    yield fresh.map(maskOrder);
    if (next === null) {
      return compared === undefined
        ? null
        : `Not complete: the orders were taken from the newest ${String(compared)}`;
    }
    after = next;
  }
  return `Not complete: there may be more than these ${String(seen.size)} orders`;
}

export async function ordersFile({ c, deps }: PageContext): Promise<Response> {
  const { query, problem } = readQuery(ordersQuery, asked(c, orderFields));
  if (problem !== null) return c.text(problem, 400);
  const day = deps.now().toISOString().slice(0, 10);
  const name = `orders-${query.list ?? "all"}-${day}.csv`;
  return c.body(csvStream(columns, pagesOf(deps, query)), 200, {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${name}"`,
  });
}

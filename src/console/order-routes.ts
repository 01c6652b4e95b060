/** Orders: found, shown, explained, and told as a timeline. */
import { contactsLike } from "../projection/contacts";
import { financialStatus } from "../projection/financial-status";
import { loadRows } from "../store/history";
import { loadTimeline } from "../store/order-detail";
import { listOrders } from "../store/order-list";
import { asking, plain } from "./api-route";
import type { Route } from "./deps";
import { maskOrder } from "./mask";
import { explainNumber, isKnown } from "./order-view";
import { problem } from "./problem";
import { ordersQuery } from "./shapes";

const TIMELINE_MAX = 1_000;
const noOrder = (number: string): string => `No event has named the order ${number}`;

export const orderRoutes: readonly Route[] = [
  asking("GET /orders", ordersQuery, async ({ c, deps, query: { q, limit, cursor } }) => {
    const search =
      q === undefined ? null : { q: q.trim(), contacts: contactsLike(q, deps.defaults) };
    const page = await listOrders(deps.db, search, { limit, after: cursor });
    return c.json({ orders: page.orders.map(maskOrder), next_cursor: page.next });
  }),
  plain("GET /orders/:number", async ({ c, deps, part }) => {
    const number = part("number");
    const rows = await loadRows(deps.db, number);
    const own = (entity: string): readonly object[] =>
      rows
        .filter((row) => row.entity === entity && row.columns["order_number"] === number)
        .map(({ columns }) => columns);
    const order = rows.find(({ entity }) => entity === "orders")?.columns;
    if (order === undefined) return problem(c, 404, noOrder(number));
    return c.json({
      order: { ...order, financial_status: financialStatus(order) },
      payments: own("payments"),
      refunds: own("refunds"),
      shipments: own("shipments"),
    });
  }),
  plain("GET /orders/:number/explain", async ({ c, deps, part }) => {
    const number = part("number");
    const view = await explainNumber(deps.db, number, deps.defaults);
    if (!isKnown(view)) return problem(c, 404, noOrder(number));
    return c.json({ ...view.explained, payment: view.payment });
  }),
  plain("GET /orders/:number/timeline", async ({ c, deps, part }) => {
    const number = part("number");
    const entries = await loadTimeline(deps.db, number, TIMELINE_MAX);
    return entries.length === 0 ? problem(c, 404, noOrder(number)) : c.json({ entries });
  }),
];

/** Orders: search, details, explanation and timeline. */
import {
  balanceDueMicros,
  financialStatus,
  refundOutstandingMicros,
} from "../../projection/money-status/financial-status";
import type { StateRow } from "../../projection/history/explanation";
import type { Entity } from "../../projection/registers";
import { VIEW_LIMITS } from "../../limits";
import { keyOf } from "../../store/closed-orders/keys";
import { loadRows } from "../../store/state/rows";
import { loadTimeline } from "../../store/state/order-detail";
import { asking, plain } from "./api-route";
import type { Route } from "../deps";
import { maskOrder } from "../mask";
import { type LeftOut, leftOutOfOrder, leftOutOfTimeline } from "../left-out";
import { explainNumber, isKnown, type Row } from "../order-view";
import { listAsked } from "../orders/listing";
import { problem } from "./problem";
import { ordersQuery } from "./shapes";

const TIMELINE_MAX = 1_000;
const noOrder = (number: string): string => `No event has named the order ${number}`;

/** An order with its parts, from its rows; null if it has no row of its own. */
export function answerOrder(
  number: string,
  rows: readonly StateRow[],
  leftOut: readonly LeftOut[],
) {
  const own = (entity: Entity): readonly Row[] =>
    rows
      .filter((row) => row.entity === entity && row.columns["order_number"] === number)
      .map(({ columns }) => columns);
  const [order] = own("orders");
  if (order === undefined) return null;
  return {
    order: {
      ...order,
      financial_status: financialStatus(order),
      balance_due_micros: balanceDueMicros(order),
      refund_outstanding_micros: refundOutstandingMicros(order),
    },
    payments: own("payments"),
    refunds: own("refunds"),
    shipments: own("shipments"),
    left_out: leftOut,
  };
}

export const orderRoutes: readonly Route[] = [
  asking("GET /orders", ordersQuery, async ({ c, deps, query }) => {
    const { limit, cursor } = query;
    const { orders, next, compared } = await listAsked(deps, query, { limit, after: cursor });
    return c.json({ orders: orders.map(maskOrder), next_cursor: next, compared });
  }),
  plain("GET /orders/:number", async ({ c, deps, part }) => {
    const number = part("number");
    const sets = await deps.archived.putBack([keyOf.order(number)]);
    const { rows, leftOut } = await loadRows(deps.db, number, VIEW_LIMITS);
    const answer = answerOrder(number, rows, leftOutOfOrder(leftOut));
    if (answer === null) return problem(c, 404, noOrder(number));
    return c.json({ ...answer, was_archived: sets > 0 });
  }),
  plain("GET /orders/:number/explain", async ({ c, deps, part }) => {
    const number = part("number");
    await deps.archived.putBack([keyOf.order(number)]);
    const view = await explainNumber(deps.db, number, deps.defaults);
    if (!isKnown(view)) return problem(c, 404, noOrder(number));
    return c.json({ ...view.explained, payment: view.payment, leftOut: view.leftOut });
  }),
  plain("GET /orders/:number/timeline", async ({ c, deps, part }) => {
    const number = part("number");
    await deps.archived.putBack([keyOf.order(number)]);
    const { entries, left_out } = await loadTimeline(deps.db, number, TIMELINE_MAX);
    if (entries.length === 0) return problem(c, 404, noOrder(number));
    return c.json({ entries, left_out: leftOutOfTimeline(left_out) });
  }),
];

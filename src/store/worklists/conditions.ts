/** The lists of orders that wait for a person, and which rows are in them, in SQL: for the schema's indexes and readers. */

/**
 * `refunds_due`: cancelled, and more was paid than has gone back. `unpaid`, `partly_paid`: open, with something still
 * to be paid. `undelivered`: open, with a parcel that did not arrive. `stuck_shipments`: open, with a parcel under way
 * that does not move.
 */
export const worklists = [
  "refunds_due",
  "unpaid",
  "partly_paid",
  "undelivered",
  "stuck_shipments",
] as const;
export type Worklist = (typeof worklists)[number];

/** By the latest event; by the time at which they were placed, newest or oldest first; the highest total first. */
export const orderSorts = ["activity", "newest", "oldest", "total"] as const;
export type OrderSort = (typeof orderSorts)[number];

/** Since when an order was placed: an hour ago, today, six days before today, the first of this month. */
export const placedPresets = ["hour", "today", "week", "month"] as const;
export type PlacedPreset = (typeof placedPresets)[number];

/**
 * Of a row of orders. The view refunds_due and financial-status.ts say the same. SQLite recognises the condition of an
 * index where a column stands first alone.
 */
export const isRefundDue =
  "status = 'cancelled' AND refunded_micros < min(coalesce(refundable_micros, paid_micros), paid_micros)";

/**
 * Of a row of orders: open, with a balance due, and its financial status is partially_paid, failed or pending, as in
 * financial-status.ts. In SQL, NOT IN leaves out a status that is not known.
 */
export const isToPay =
  "status NOT IN ('draft', 'pending', 'awaiting_approval', 'complete', 'cancelled') AND refunded_micros = 0 AND paid_micros < payable_micros AND coalesce(payment_status, '') <> 'success'";

/** Of a row of shipments that belongs to an order: it did not arrive, or is on its way back. */
export const isUndelivered =
  "order_number IS NOT NULL AND status IN ('undelivered', 'store_rejected', 'return_to_origin', 'lost')";

/** Of a row of shipments that belongs to an order: the courier has it, and it has neither arrived nor failed to. */
export const isUnderWay =
  "order_number IS NOT NULL AND status IN ('shipped', 'in_transit', 'out_for_delivery', 'ready_to_collect', 'delivery_attempted')";

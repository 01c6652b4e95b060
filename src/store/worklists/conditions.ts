/**
 * The lists of orders that need a person, and the SQL conditions of their rows, for the schema's indexes and the
 * readers.
 */

/**
 * `refunds_due`: cancelled, and more was paid than was refunded. `unpaid`, `partly_paid`: open, and a balance is due.
 * `undelivered`: open, with a parcel that did not arrive. `stuck_shipments`: open, with a parcel under way that does
 * not move.
 */
export const worklists = [
  "refunds_due",
  "unpaid",
  "partly_paid",
  "undelivered",
  "stuck_shipments",
] as const;
export type Worklist = (typeof worklists)[number];

/** By the latest event; by the time of placement, newest or oldest first; by total, highest first. */
export const orderSorts = ["activity", "newest", "oldest", "total"] as const;
export type OrderSort = (typeof orderSorts)[number];

/** Placed since an hour ago, since today, since six days before today, or since the first of this month. */
export const placedPresets = ["hour", "today", "week", "month"] as const;
export type PlacedPreset = (typeof placedPresets)[number];

/**
 * For rows of orders. The view refunds_due and financial-status.ts state the same rule. SQLite recognizes the
 * condition of a partial index only if a column stands alone on the left.
 */
export const isRefundDue =
  "status = 'cancelled' AND refunded_micros < min(coalesce(refundable_micros, paid_micros), paid_micros)";

/**
 * For rows of orders: open, with a balance due, and with the financial status partially_paid, failed or pending, as
 * in financial-status.ts. In SQL, NOT IN excludes an unknown status.
 */
export const isToPay =
  "status NOT IN ('draft', 'pending', 'awaiting_approval', 'complete', 'cancelled') AND refunded_micros = 0 AND paid_micros < payable_micros AND coalesce(payment_status, '') <> 'success'";

/** For rows of shipments with an order: the parcel did not arrive, or is on its way back. */
export const isUndelivered =
  "order_number IS NOT NULL AND status IN ('undelivered', 'store_rejected', 'return_to_origin', 'lost')";

/** For rows of shipments with an order: the courier has the parcel; it has neither arrived nor failed to arrive. */
export const isUnderWay =
  "order_number IS NOT NULL AND status IN ('shipped', 'in_transit', 'out_for_delivery', 'ready_to_collect', 'delivery_attempted')";

/** The lists of orders that wait for a person, and which rows are in them, in SQL: for the schema's indexes and readers. */

/** `refunds_due`: cancelled, and more was paid than has gone back. `undelivered`: open, with a parcel that did not arrive. */
export const worklists = ["refunds_due", "undelivered"] as const;
export type Worklist = (typeof worklists)[number];

/**
 * Of a row of orders. The view refunds_due and financial-status.ts say the same. SQLite recognises the condition of an
 * index where a column stands first alone.
 */
export const isRefundDue =
  "status = 'cancelled' AND refunded_micros < min(coalesce(refundable_micros, paid_micros), paid_micros)";

/** Of a row of shipments that belongs to an order: it did not arrive, or is on its way back. */
export const isUndelivered =
  "order_number IS NOT NULL AND status IN ('undelivered', 'store_rejected', 'return_to_origin', 'lost')";

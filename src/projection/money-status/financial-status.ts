/**
 * The financial status of an order, in one word: the first one that applies. The view `order_overview` does the
 * same in SQL; pages, lists and the command line use only this status.
 */
import type { Value } from "../registers.ts";

export const financialStatuses = [
  "refund_due",
  "refunded",
  "partially_refunded",
  "paid",
  "partially_paid",
  "failed",
  "pending",
] as const;
export type FinancialStatus = (typeof financialStatuses)[number];

/** The columns of `orders` that decide. */
type Order = Readonly<
  Partial<
    Record<
      | "status"
      | "payment_status"
      | "payable_micros"
      | "paid_micros"
      | "refunded_micros"
      | "refundable_micros",
      Value
    >
  >
>;

const numberIn = (order: Order, column: keyof Order): number | null => {
  const value = order[column];
  return typeof value === "number" ? value : null;
};

/** Still to be paid back on a cancelled order, in millionths; 0 if there is nothing. */
export function refundOutstandingMicros(order: Order): number {
  if (order.status !== "cancelled") return 0;
  const paid = numberIn(order, "paid_micros") ?? 0;
  const owed = Math.min(numberIn(order, "refundable_micros") ?? paid, paid);
  return Math.max(0, owed - (numberIn(order, "refunded_micros") ?? 0));
}

/**
 * Still to be paid, in millionths: 0 if the order is cancelled or paid; null if the amount to pay is not known.
 */
export function balanceDueMicros(order: Order): number | null {
  if (order.status === "cancelled" || order.payment_status === "success") return 0;
  const payable = numberIn(order, "payable_micros");
  return payable === null ? null : Math.max(0, payable - (numberIn(order, "paid_micros") ?? 0));
}

/** `order`: a row of `orders`. */
export function financialStatus(order: Order): FinancialStatus {
  const paid = numberIn(order, "paid_micros") ?? 0;
  const refunded = numberIn(order, "refunded_micros") ?? 0;
  if (refundOutstandingMicros(order) > 0) return "refund_due";
  if (paid > 0 && refunded >= paid) return "refunded";
  if (refunded > 0) return "partially_refunded";
  const status = order.payment_status;
  if (status === "success") return "paid";
  return status === "partially_paid" || status === "failed" ? status : "pending";
}

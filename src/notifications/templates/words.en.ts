/**
 * The words that several messages share; those of one stand beside it. A shop that wants to sound otherwise
 * changes these files and nothing else; `npm run preview:mail` shows the result.
 */
import type { SumKind } from "../../projection/money-status/order-sums";

export const greeting = (name: string | null): string =>
  name === null ? "Hello," : `Hello ${name},`;

/** A subject may name the shop too; the sender's name says it already. */
export type Subject = (order: string, store: string) => string;
export const about = (subject: Subject): Subject => subject;

export const labels = {
  items: "Your items",
  summary: "Summary",
  parcelItems: "In this parcel",
  toCome: "Still to come",
  address: "Delivery address",
  order: "Order",
  orderDate: "Placed on",
  free: "Free",
  paid: "Paid",
  quantity: (count: number): string => `Qty ${count}`,
  moreItems: (count: number): string => `and ${count} more`,
  courier: "Courier",
  awb: "Tracking number",
  eta: "Expected by",
  amount: "Amount",
  method: "Payment method",
  refundMode: "Refunded to",
  reference: "Reference",
} as const;

/** The lines of an order's total. */
export const sumLabels: Readonly<Record<SumKind, string>> = {
  subtotal: "Subtotal",
  discount: "Discount",
  shipping: "Shipping",
  handling: "Handling",
  tax: "Tax",
  adjustments: "Adjustments",
  total: "Total",
  included_tax: "Includes tax of",
  credit: "Store credit",
  points: "Loyalty points",
  paid: "Paid",
  due: "To be paid",
};

/** Of the facts in a note to the team. */
export const teamLabels = {
  order: "Order",
  customer: "Customer",
  cancelledAt: "Cancelled",
  paid: "Paid",
  refunded: "Paid back",
  refund: "Refund",
  mode: "Mode",
  remarks: "Remarks",
  courier: "Courier",
  awb: "Tracking number",
  reason: "Reason",
  kind: "Kind",
} as const;

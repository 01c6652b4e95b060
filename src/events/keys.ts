/**
 * Which row a body is about. Payments, refunds and shipments have several identifiers, each of
 * which may be missing; the first one there is the key, down to the order number itself.
 */
import type { Subject } from "./catalog";
import { firstOf, type JsonObject, textOf } from "./values";

const identifiers: Readonly<Record<Subject, readonly string[]>> = {
  order: ["order_number"],
  payment: ["request_number", "payment_reference_number", "id"],
  refund: ["request_number", "payment_reference_number", "id"],
  shipment: ["reference_number", "awb_no", "id"],
};

/** The key of the row, or null where the body has none; `orderNumber` is the last resort. */
export function keyOf(
  subject: Subject,
  data: JsonObject,
  orderNumber: string | null,
): string | null {
  return firstOf(...identifiers[subject].map((name) => textOf(data[name])), orderNumber);
}

/**
 * Which row a body is about. Payments, refunds and shipments have several identifiers, each of
 * which may be missing; the first one there is the key, down to the order number itself.
 */
import type { Subject } from "./catalog.ts";
import { type JsonObject, textOf } from "./values.ts";

/** Longer keys are none: they become parts of notification ids and of indexes, which D1 bounds. */
const KEY_MAX_CHARACTERS = 65_536;

/** The identifiers that are an entity's own. */
const ownIdentifiers: Readonly<Record<Subject, readonly string[]>> = {
  order: ["order_number"],
  payment: ["request_number", "payment_reference_number", "id"],
  refund: ["request_number", "payment_reference_number", "id"],
  shipment: ["reference_number", "awb_no", "id"],
};

/** A stated identifier; null where it is absent, blank, no text, or too long to be a key. */
export function identifierOf(value: unknown): string | null {
  const text = textOf(value);
  return text !== null && text.length > KEY_MAX_CHARACTERS ? null : text;
}

/** Whether a body names its entity by more than its order. */
export function hasOwnIdentifier(subject: Subject, data: JsonObject): boolean {
  return ownIdentifiers[subject].some((name) => textOf(data[name]) !== null);
}

/**
 * The key of the row; `orderNumber` is the last resort. Null where the body has none, or where the
 * one that would be it cannot be a key: another row must not be taken for it.
 */
export function keyOf(
  subject: Subject,
  data: JsonObject,
  orderNumber: string | null,
): string | null {
  const stated = ownIdentifiers[subject].find((name) => textOf(data[name]) !== null);
  return stated === undefined ? orderNumber : identifierOf(data[stated]);
}

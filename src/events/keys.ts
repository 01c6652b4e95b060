/**
 * The row that a body is about. Payments, refunds and shipments have several identifiers, each of which may be
 * missing. The first one that is present is the key; the last resort is the order number.
 */
import type { Subject } from "./catalog.ts";
import { type JsonObject, textOf } from "./values.ts";

/** Longer texts are not keys: keys become parts of notification ids and of indexes, whose size D1 limits. */
const KEY_MAX_CHARACTERS = 65_536;

/** The own identifiers of each entity. */
const ownIdentifiers: Readonly<Record<Subject, readonly string[]>> = {
  order: ["order_number"],
  payment: ["request_number", "payment_reference_number", "id"],
  refund: ["request_number", "payment_reference_number", "id"],
  shipment: ["reference_number", "awb_no", "id"],
};

/** A stated identifier; null if it is absent, blank, not text, or too long for a key. */
export function identifierOf(value: unknown): string | null {
  const text = textOf(value);
  return text !== null && text.length > KEY_MAX_CHARACTERS ? null : text;
}

/** Whether a body identifies its entity by more than its order. */
export function hasOwnIdentifier(subject: Subject, data: JsonObject): boolean {
  return ownIdentifiers[subject].some((name) => textOf(data[name]) !== null);
}

/**
 * The key of the row; `orderNumber` is the last resort. Null if the body has none, or if the identifier that
 * decides cannot be a key: the next one could name another row.
 */
export function keyOf(
  subject: Subject,
  data: JsonObject,
  orderNumber: string | null,
): string | null {
  const stated = ownIdentifiers[subject].find((name) => textOf(data[name]) !== null);
  return stated === undefined ? orderNumber : identifierOf(data[stated]);
}

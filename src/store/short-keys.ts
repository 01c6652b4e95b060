/**
 * How the tables store `extra` of orders and parcels. Its keys are the vendor's field names, the same in every row and
 * longer than their values, so each of these is stored as two quotes and a letter, which no JSON contains. The column
 * is `short_extra`; `extra` is generated from it, so queries read it in full. JSON with its keys in full may be stored,
 * too. SQLite generates it with each write of a row, so the lists are short.
 */
import type { Entity } from "../projection/registers";

/** The first is `a`. Rows and migration 0038 have these letters: never change the order. */
const keys: Readonly<Partial<Record<Entity, readonly string[]>>> = {
  orders: [
    "payment_success_date",
    "shipping_amount_including_tax",
    "total_savings",
    "promotion_savings",
    "coupon_savings",
    "order_items_count",
    "estimated_delivery_days",
    "fulfillment_preference",
    "is_coupon_applied",
    "is_cancellation_allowed",
    "cancellation_refund_details",
    "refundable_amount",
  ],
  shipments: [
    "total_weight",
    "total_boxes",
    "shipment_items_count",
    "shipping_amount",
    "created_at",
    "modified_at",
    "is_return_allowed",
  ],
};

const shortKey = (at: number): string => `""${String.fromCharCode(97 + at)}`;

/** The column that is written for this one. */
export function storedColumn(entity: Entity, name: string): string {
  return name === "extra" && keys[entity] !== undefined ? "short_extra" : name;
}

/** `extra` as it is stored. */
export function shortenKeys(entity: Entity, json: string): string {
  return json.replaceAll(/"(\w+)":/g, (full, key: string) => {
    const at = keys[entity]?.indexOf(key) ?? -1;
    return at < 0 ? full : shortKey(at);
  });
}

/** The expression that `extra` is generated from. */
export function fullKeysSql(entity: "orders" | "shipments"): string {
  return (keys[entity] ?? []).reduce(
    (json, key, at) => `replace(${json}, '${shortKey(at)}', '"${key}":')`,
    "short_extra",
  );
}

/** The current facts that messages about an order are made from, for previews by people. */
import { CONTENTS_MAX_BYTES, PARCELS_MAX } from "../../limits";
import type {
  Facts,
  OrderFacts,
  ParcelContents,
  PaymentFacts,
  RefundFacts,
  ShipmentFacts,
} from "../../notifications/templates/facts";

/** Primary key. */
const orderSql = "SELECT * FROM orders WHERE order_number = ?1";

/** Indexes payments_order, refunds_order, shipments_order: the newest of an order. */
const newestSql = (table: "payments" | "refunds" | "shipments"): string =>
  `SELECT * FROM ${table} WHERE order_number = ?1 ORDER BY status_precedence DESC LIMIT 1`;

/**
 * The parcels of an order with their items, as SQL; `most` parcels, and items up to `bytes` in total: the rest is
 * unknown. Index shipments_order.
 */
export const contentsOf = (orderNumber: string, most: string, bytes: string): string => `
SELECT parcel.shipment_id, CASE WHEN sum(octet_length(parcel.items)) OVER (ORDER BY parcel.shipment_id) <= ${bytes}
  THEN parcel.items END AS items
FROM shipments parcel WHERE parcel.order_number = ${orderNumber} AND coalesce(parcel.status, '') <> 'cancelled'
ORDER BY parcel.shipment_id LIMIT ${most}`;

function first(result: D1Result | undefined): unknown {
  return result?.results[0] ?? null;
}

/** Null if there is no such order. */
export async function loadOrderFacts(db: D1Database, orderNumber: string): Promise<Facts | null> {
  const [orders, payments, refunds, shipments, contents] = await db.batch([
    ...[orderSql, newestSql("payments"), newestSql("refunds"), newestSql("shipments")].map((sql) =>
      db.prepare(sql).bind(orderNumber),
    ),
    db.prepare(contentsOf("?1", "?2", "?3")).bind(orderNumber, PARCELS_MAX + 1, CONTENTS_MAX_BYTES),
  ]);
  const order = first(orders) as OrderFacts | null;
  if (order === null) return null;
  return {
    orderNumber,
    order,
    payment: first(payments) as PaymentFacts | null,
    paymentEvents: [],
    refund: first(refunds) as RefundFacts | null,
    shipment: first(shipments) as ShipmentFacts | null,
    parcels: { delivered: 0, open: 0, failed: 0 },
    contents: (contents?.results ?? []) as ParcelContents[],
    event: null,
  };
}

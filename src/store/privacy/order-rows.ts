/** The rows and messages that belong or ever belonged to orders: fragments of SQL for erasure and export. */

/**
 * The orders for which events have named one of the contacts, and the orders that are listed as `order:ORD-1`: a
 * person without a contact is known only by orders. order_contacts by its primary key.
 */
export const ordersOfPerson = (contacts: string): string => `
  SELECT order_number FROM order_contacts WHERE contact IN (SELECT value FROM json_each(${contacts}))
  UNION SELECT substr(value, 7) FROM json_each(${contacts}) WHERE substr(value, 1, 6) = 'order:'`;

/**
 * `?1`: orders. `subject` and `key` of the orders, of their payments, refunds and shipments, and of those that
 * different events have named for these and for other orders. payments_order, refunds_order, shipments_order,
 * disputed_links_order.
 */
export const rowsOfOrders = `
  SELECT 'order' AS subject, value AS key FROM json_each(?1)
  UNION SELECT 'payment', p.payment_id FROM json_each(?1) j CROSS JOIN payments p ON p.order_number = j.value
  UNION SELECT 'refund', r.refund_id FROM json_each(?1) j CROSS JOIN refunds r ON r.order_number = j.value
  UNION SELECT 'shipment', s.shipment_id FROM json_each(?1) j
    CROSS JOIN shipments s ON s.order_number = j.value
  UNION SELECT substr(d.entity, 1, length(d.entity) - 1), d.row_key FROM json_each(?1) j
    CROSS JOIN disputed_links d ON d.order_number = j.value`;

/**
 * `?1`: orders. Keys of payments, refunds or shipments that different events have named for these and for other
 * orders. disputed_links_order.
 */
const disputedKeys = (entity: "payments" | "refunds" | "shipments"): string =>
  `SELECT d.row_key FROM json_each(?1) j CROSS JOIN disputed_links d ON d.order_number = j.value
    WHERE d.entity = '${entity}'`;

/** The tables other than orders, each with its key. */
export const parts = {
  payments: { subject: "payment", key: "payment_id" },
  refunds: { subject: "refund", key: "refund_id" },
  shipments: { subject: "shipment", key: "shipment_id" },
} as const;
export type Part = keyof typeof parts;
export const partNames: readonly Part[] = ["payments", "refunds", "shipments"];

/** A condition on the rows of a table. */
export type RowsWhere = (table: Part) => string;

/** `?1`: orders. payments_order, refunds_order, shipments_order, disputed_links_order, primary keys. */
export const whereOfOrders: RowsWhere = (table) =>
  `(order_number IN (SELECT value FROM json_each(?1)) OR ${parts[table].key} IN (${disputedKeys(table)}))`;

/** `?1`: [subject, key] of rows. Primary keys. */
export const whereOfKeys: RowsWhere = (table) =>
  `${parts[table].key} IN (SELECT value->>1 FROM json_each(?1) WHERE value->>0 = '${parts[table].subject}')`;

/**
 * The messages of these rows, which are listed under the order that each row is linked to now. The plus, here and in
 * the other statements of erasure and export, keeps SQLite from building an index of all messages.
 */
const movedMessages = (entity: "payments" | "refunds" | "shipments", key: string): string => `
  SELECT m.id FROM (${disputedKeys(entity)}) d CROSS JOIN ${entity} row ON row.${key} = d.row_key
    CROSS JOIN order_messages m ON m.order_number = row.order_number AND +m.subject_id = row.${key}
    CROSS JOIN notifications n ON n.id = m.id
  WHERE n.order_number IN (SELECT value FROM json_each(?1))
    OR (n.order_number IS NULL AND coalesce(n.recipient, n.rendered) IS NOT NULL)`;

/**
 * `?1`: orders. Ids of their messages, and of messages that were written for them before the payment, refund or
 * parcel was named for another order; not the other order's own messages. The primary keys behind the view.
 */
export const messagesOfOrders = `
  SELECT m.id FROM json_each(?1) j CROSS JOIN order_messages m ON m.order_number = j.value
  UNION ${movedMessages("payments", "payment_id")}
  UNION ${movedMessages("refunds", "refund_id")}
  UNION ${movedMessages("shipments", "shipment_id")}`;

/** What is stored about a person, found through the contacts that order events have named. */
import { ERASURE_ORDERS_COUNTED } from "../../privacy-limits";
import { aboutOrders } from "./erased-bodies";
import { forwardsOfOrders } from "./forwarded-orders";
import { messagesOfOrders, ordersOfPerson } from "./order-rows";

type Row = Readonly<Record<string, string | number | null>>;

/** `?1`: contacts; `?2`: after which order; `?3`: limit. The index of `ordersOfPerson`. */
const ordersSql = `
SELECT order_number FROM (${ordersOfPerson("?1")}) WHERE order_number > ?2
ORDER BY order_number LIMIT ?3`;

/** Orders for which events have named one of the contacts, past ones included, sorted by number. */
export async function listOrdersOf(
  db: D1Database,
  contacts: readonly string[],
  after: string,
  limit: number,
): Promise<readonly string[]> {
  const { results } = await db
    .prepare(ordersSql)
    .bind(JSON.stringify(contacts), after, limit)
    .all<{ order_number: string }>();
  return results.map((row) => row.order_number);
}

/** `?1`: orders. Primary key; see `messagesOfOrders`, and `forwardsOfOrders` for forwards of rows that have moved. */
const messagesSql = `
SELECT n.* FROM notifications n WHERE n.id IN (${messagesOfOrders} UNION ${forwardsOfOrders}) ORDER BY n.id`;

/** `?1`: orders. By the indexes of `aboutOrders`. */
const eventsSql = `SELECT * FROM webhook_events WHERE ${aboutOrders} ORDER BY rowid`;

/** `?1`: orders; payments_order, refunds_order, shipments_order. */
const partSql = (table: string, key: string): string =>
  `SELECT * FROM ${table} WHERE order_number IN (SELECT value FROM json_each(?1)) ORDER BY ${key}`;

export interface HeldOrder {
  readonly order: Row | null;
  readonly payments: readonly Row[];
  readonly refunds: readonly Row[];
  readonly shipments: readonly Row[];
  readonly events: readonly Row[];
  readonly notifications: readonly Row[];
}

/** `extra` is generated from `short_extra`. */
function withoutShort(found: Row): Row {
  const { short_extra: _, ...row } = found;
  return row;
}

/** Everything that is stored about one order: one batch. */
export async function loadHeld(db: D1Database, orderNumber: string): Promise<HeldOrder> {
  const list = JSON.stringify([orderNumber]);
  const [orders, payments, refunds, shipments, events, notifications] = (
    await db.batch<Row>(
      [
        partSql("orders", "order_number"),
        partSql("payments", "payment_id"),
        partSql("refunds", "refund_id"),
        partSql("shipments", "shipment_id"),
        eventsSql,
        messagesSql,
      ].map((sql) => db.prepare(sql).bind(list)),
    )
  ).map(({ results }) => results.map(withoutShort));
  return {
    order: orders?.[0] ?? null,
    payments: payments ?? [],
    refunds: refunds ?? [],
    shipments: shipments ?? [],
    events: events ?? [],
    notifications: notifications ?? [],
  };
}

/** `?1`: orders. By the indexes of `aboutOrders` and the keys of the view. */
const countSql = `
SELECT json_array_length(?1) AS orders,
  (SELECT count(*) FROM webhook_events WHERE ${aboutOrders} AND payload IS NOT NULL) AS events,
  (SELECT count(*) FROM notifications WHERE id IN (${messagesOfOrders})) AS notifications`;

/** What an erasure would find through the orders. */
export interface HeldCounts {
  readonly orders: number;
  /** Events with a body. */
  readonly events: number;
  readonly notifications: number;
}

/** Counts what is stored about a person, in at most a thousand orders. */
export async function countHeld(db: D1Database, contacts: readonly string[]): Promise<HeldCounts> {
  const orders = await listOrdersOf(db, contacts, "", ERASURE_ORDERS_COUNTED);
  const row = await db.prepare(countSql).bind(JSON.stringify(orders)).first<HeldCounts>();
  return row ?? { orders: 0, events: 0, notifications: 0 };
}

/** The customer of an order, as its row names them. */
export interface Customer {
  readonly order_number: string;
  readonly customer_name: string | null;
  readonly customer_email: string | null;
  readonly customer_phone: string | null;
}

/** `?1`: orders. Primary key. */
const customersSql = `
SELECT order_number, customer_name, customer_email, customer_phone FROM orders
WHERE order_number IN (SELECT value FROM json_each(?1)) ORDER BY order_number`;

/** The customers of those orders that exist. */
export async function loadCustomers(
  db: D1Database,
  orders: readonly string[],
): Promise<readonly Customer[]> {
  const { results } = await db.prepare(customersSql).bind(JSON.stringify(orders)).all<Customer>();
  return results;
}

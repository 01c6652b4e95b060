/**
 * The rows of an order and every stored event that patches any of them: the input for explanation and rebuild.
 */
import { HISTORY_MAX_EVENTS } from "../../limits";
import type { HistoricEvent, StateRow } from "../../projection/history/explanation";
import { entities, type Entity, entityNames, type Value } from "../../projection/registers";

/** Keys of rows, by entity. */
export type RowKeys = Readonly<Record<Entity, readonly string[]>>;

/**
 * `?1`: the order. Primary keys, payments_order, payments_reference, refunds_order,
 * refunds_reference, shipments_order. Other names of a payment, and refunds that follow it, are included even if
 * they are linked to another order.
 */
const rowsOfOrder: Readonly<Record<Entity, string>> = {
  orders: "SELECT * FROM orders WHERE order_number = ?1",
  payments: `
    SELECT * FROM payments WHERE payment_id IN (
      SELECT payment_id FROM payments WHERE order_number = ?1
      UNION SELECT reference_number FROM payments
        WHERE order_number = ?1 AND reference_number IS NOT NULL
      UNION SELECT q.payment_id FROM payments p JOIN payments q ON q.reference_number = p.payment_id
        WHERE p.order_number = ?1)
    ORDER BY payment_id`,
  refunds: `
    SELECT * FROM refunds WHERE refund_id IN (
      SELECT refund_id FROM refunds WHERE order_number = ?1
      UNION SELECT r.refund_id FROM payments p JOIN refunds r
        ON r.payment_reference = p.reference_number AND r.named_order IS NULL
        WHERE p.order_number = ?1)
    ORDER BY refund_id`,
  shipments: "SELECT * FROM shipments WHERE order_number = ?1 ORDER BY shipment_id",
};

/** Reads the rows of each entity: one batch. */
async function readRows(
  db: D1Database,
  named: readonly Entity[],
  statementFor: (entity: Entity) => D1PreparedStatement,
): Promise<readonly StateRow[]> {
  if (named.length === 0) return [];
  const results = await db.batch<Record<string, Value>>(named.map(statementFor));
  return named.flatMap((entity, index) =>
    (results[index]?.results ?? []).map((columns) => ({
      entity,
      key: String(columns[entities[entity].key]),
      columns,
    })),
  );
}

/** Reads every row of an order: one batch. */
export async function loadRows(db: D1Database, orderNumber: string): Promise<readonly StateRow[]> {
  return await readRows(db, entityNames, (entity) =>
    db.prepare(rowsOfOrder[entity]).bind(orderNumber),
  );
}

export function keysOf(rows: readonly StateRow[]): RowKeys {
  const keys = (entity: Entity): string[] =>
    rows.filter((row) => row.entity === entity).map(({ key }) => key);
  return {
    orders: keys("orders"),
    payments: keys("payments"),
    refunds: keys("refunds"),
    shipments: keys("shipments"),
  };
}

/**
 * `?1`: the order; `?2` to `?4`: keys of payments, refunds and shipments; `?5`: limit. Finds events about the rows
 * themselves, events of every order that one of them was ever linked to (an order event patches the rows that it
 * lists), and unapplied events that name the order. webhook_events_subject,
 * webhook_events_set_aside, disputed_links by its primary key.
 */
const eventsSql = `
WITH named(order_number) AS (
  SELECT ?1
  UNION SELECT named_order FROM payments WHERE payment_id IN (SELECT value FROM json_each(?2))
  UNION SELECT d.order_number FROM json_each(?2) k JOIN disputed_links d
    ON d.entity = 'payments' AND d.row_key = k.value
  UNION SELECT d.order_number FROM json_each(?3) k JOIN disputed_links d
    ON d.entity = 'refunds' AND d.row_key = k.value
  UNION SELECT d.order_number FROM json_each(?4) k JOIN disputed_links d
    ON d.entity = 'shipments' AND d.row_key = k.value
), about(event_row) AS (
  SELECT rowid FROM webhook_events
    WHERE subject_id IN (SELECT order_number FROM named) AND subject = 'order'
  UNION SELECT rowid FROM webhook_events
    WHERE subject_id IN (SELECT value FROM json_each(?2)) AND subject = 'payment'
  UNION SELECT rowid FROM webhook_events
    WHERE subject_id IN (SELECT value FROM json_each(?3)) AND subject = 'refund'
  UNION SELECT rowid FROM webhook_events
    WHERE subject_id IN (SELECT value FROM json_each(?4)) AND subject = 'shipment'
  UNION SELECT rowid FROM webhook_events
    WHERE status IN ('quarantined', 'failed', 'ignored') AND order_number = ?1
)
SELECT id, event_type AS eventType, type_hint AS typeHint, occurred_at AS occurredAt, received_at AS receivedAt, status,
  error, redeliveries, conflicts, payload
FROM webhook_events WHERE rowid IN (SELECT event_row FROM about) ORDER BY rowid LIMIT ?5`;

/** Reads the events that patch any of the rows. */
export async function loadHistory(
  db: D1Database,
  orderNumber: string,
  keys: RowKeys,
): Promise<readonly HistoricEvent[]> {
  const { results } = await db
    .prepare(eventsSql)
    .bind(
      orderNumber,
      JSON.stringify(keys.payments),
      JSON.stringify(keys.refunds),
      JSON.stringify(keys.shipments),
      HISTORY_MAX_EVENTS,
    )
    .all<HistoricEvent>();
  return results;
}

/**
 * `?1`: keys of rows, and of the orders that they belong to; `?2`: limit. webhook_events_subject. Another kind of
 * row may have the same key; an extra id does no harm.
 */
const idsSql =
  "SELECT id FROM webhook_events WHERE subject_id IN (SELECT value FROM json_each(?1)) LIMIT ?2";

/** The ids of the events that may have set the rows' registers, to name them. */
export async function loadEventIds(
  db: D1Database,
  rows: readonly StateRow[],
): Promise<readonly string[]> {
  const keys = rows.flatMap(({ key, columns }) => [
    key,
    columns["order_number"] ?? key,
    columns["named_order"] ?? key,
  ]);
  const { results } = await db
    .prepare(idsSql)
    .bind(JSON.stringify([...new Set(keys)]), HISTORY_MAX_EVENTS)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Primary keys. `?1`: keys. */
const byKeySql = (entity: Entity): string =>
  `SELECT * FROM ${entity} WHERE ${entities[entity].key} IN (SELECT value FROM json_each(?1))`;

/** Reads rows by their keys: one batch. */
export async function loadRowsOf(
  db: D1Database,
  rows: readonly Pick<StateRow, "entity" | "key">[],
): Promise<readonly StateRow[]> {
  const keysIn = (name: Entity): readonly string[] =>
    rows.filter(({ entity }) => entity === name).map(({ key }) => key);
  const named = entityNames.filter((name) => keysIn(name).length > 0);
  return await readRows(db, named, (name) =>
    db.prepare(byKeySql(name)).bind(JSON.stringify(keysIn(name))),
  );
}

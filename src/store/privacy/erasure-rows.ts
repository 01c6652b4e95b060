/**
 * Removes a person from rows, messages and contacts. Each statement can be repeated: what is already erased does
 * not change.
 */
import { ERASED } from "../../events/erased-body";
import { customerChannels } from "../../notifications/channels";
import { ERASE_STRETCH_ROWS } from "../../privacy-limits";
import { escaped } from "../outbox/fact-ids";
import { aboutOrders, type RowKey } from "./erased-bodies";
import type { Erasure, PendingOrders } from "./erasure";
import { forwardsOfOrders } from "./forwarded-orders";
import { eraseKeptColumns } from "./kept-columns";
import {
  messagesOfOrders,
  partNames,
  rowsOfOrders,
  type RowsWhere,
  whereOfKeys,
  whereOfOrders,
} from "./order-rows";
import { personalColumns } from "../../projection/registers";
import { quoted } from "../quoted";
import { storedColumn } from "../short-keys";

const isCustomers = `channel IN (${quoted(customerChannels)})`;

const gone = (column: string): string => `${column} = iif(${column} IS NULL, NULL, '${ERASED}')`;

const goneParts = (column: string): string => `${column} = CASE WHEN ${column} IS NOT NULL THEN
    (SELECT json_group_object(key, '${ERASED}') FROM json_each(${column})) END`;

/** An empty object shows that there was a value. The projection gives the same for an erased body. */
const emptied = (column: string): string =>
  `${storedColumn("orders", column)} = iif(${column} IS NULL, NULL, '{}')`;

const { texts, addresses, objects } = personalColumns;

/** Columns whose values in the report of a rebuild may name the person, including those of kept-columns.ts. */
const reportedColumns = [
  ...Object.values(personalColumns).flat(),
  ..."items method payment_mode courier tracking_url currency eta".split(" "),
];

/** `?1`: orders. Primary key. Gives the same row as the projection of erased bodies. */
const eraseOrdersSql = `
UPDATE orders SET ${texts.map(gone).join(", ")},
  ${addresses.map(goneParts).join(", ")}, 
  ${objects.map(emptied).join(", ")}
WHERE order_number IN (SELECT value FROM json_each(?1))`;

/** Free text may contain anything. */
const eraseRowSqls = (where: RowsWhere): readonly string[] => [
  ...partNames.map((table) => {
    const extra = storedColumn(table, "extra");
    return `UPDATE ${table} SET ${extra} = '{}' WHERE ${where(table)} AND ${extra} <> '{}'`;
  }),
  `UPDATE refunds SET remarks = '${ERASED}' WHERE ${where("refunds")} AND remarks <> '${ERASED}'`,
  `UPDATE shipments SET cancellation_reason = '${ERASED}'
    WHERE ${where("shipments")} AND cancellation_reason <> '${ERASED}'`,
  // Erased bodies keep a date only within these years.
  `UPDATE shipments SET eta = NULL WHERE ${where("shipments")} AND (eta < '2000' OR eta >= '2100')`,
];

/** rebuilds has one row for each rebuild; primary key. The report of a rebuild contains old and new values. */
const eraseChangesSql = (own: string): string => `
UPDATE rebuild_changes SET ${["from_value", "to_value"].map(gone).join(", ")}
WHERE (rebuild_id, entity, row_key, column_name) IN (
  SELECT c.rebuild_id, c.entity, c.row_key, c.column_name FROM (${own}) own
    CROSS JOIN rebuilds r CROSS JOIN rebuild_changes c ON c.rebuild_id = r.id
      AND c.entity = own.subject || 's' AND c.row_key = own.key
  WHERE c.column_name IN (${quoted(reportedColumns)}))`;

/** `?1`: orders. By the indexes of `aboutOrders`. Notes about omitted fields contain the names of the fields. */
const eraseNotesSql = `
UPDATE webhook_events SET notes = NULL WHERE ${aboutOrders} AND instr(notes, 'too much to keep') > 0`;

/**
 * `?1`: orders. The keys of the view. Pending messages to customers are suppressed. If one is just being sent, its
 * outcome is not recorded, because the row has changed. Messages to the team stay pending and are rendered again,
 * without the person; a run that has already read one finds that `attempts` has changed.
 */
const eraseMessagesSql = (ids: string): string => `
UPDATE notifications SET recipient = NULL, error = NULL, provider_message_id = NULL, attempt_log = NULL,
  rendered = CASE WHEN in_flight = 1 AND NOT ${isCustomers} THEN json_set(rendered, '$.message', (
    SELECT json_group_object(key, iif(type = 'array', json('[]'), iif(key = 'channel', value, '${ERASED}')))
    FROM json_each(rendered, '$.message'))) END,
  attempts = attempts + (status = 'pending' AND in_flight = 0),
  reason = iif(status = 'pending' AND ${isCustomers}, 'erased', reason),
  next_attempt_at = iif(${isCustomers}, NULL, next_attempt_at),
  in_flight = in_flight AND NOT ${isCustomers},
  status = iif(status = 'pending' AND ${isCustomers}, 'suppressed', status)
WHERE id IN (${ids})
  AND (status = 'pending' OR coalesce(recipient, rendered, error, provider_message_id, attempt_log) IS NOT NULL)`;

/**
 * `?1`: orders. The indexes of `aboutOrders`, then primary keys. Removes the order that a forward of their events was
 * rendered with, and the stored answers. A run that has already read a forward finds that `attempts` has changed.
 */
const eraseForwardsSql = `
UPDATE notifications SET rendered = NULL, attempt_log = NULL,
  attempts = attempts + (status = 'pending' AND in_flight = 0)
WHERE id IN (${forwardsOfOrders}) AND (status = 'pending' OR coalesce(rendered, attempt_log) IS NOT NULL)`;

/** `?2`: the erasure. Primary keys. The orders of a finished erasure are removed (`forgetSql`). */
const donePendingSql = `
UPDATE erasure_orders SET pending = 0
WHERE erasure_id = ?2 AND order_number IN (SELECT value FROM json_each(?1))`;
/**
 * `?1`: orders; `?2`: the erasure. webhook_events_subject and others (erased-bodies.ts). If bodies of a late order
 * are archived or purged, the erasure repeats its last stages: they may have passed the contacts and archived
 * bodies of this order.
 */
const reopenSql = `
UPDATE erasures SET stage = 'forwards', place = '', finished_at = NULL
WHERE id = ?2 AND stage IN ('forwards', 'contacts', 'archive', 'done')
  AND EXISTS (SELECT 1 FROM webhook_events WHERE ${aboutOrders} AND (archived = 1 OR payload IS NULL))`;

/** `?1`: orders; `?2`: contacts that their bodies named. Primary key. */
const forgetNamedSql = `
DELETE FROM order_contacts WHERE contact IN (SELECT value FROM json_each(?2))
  AND order_number IN (SELECT value FROM json_each(?1))`;

const forgetSql = `
DELETE FROM erasure_orders
WHERE erasure_id = ?2 AND order_number IN (SELECT value FROM json_each(?1))
  AND EXISTS (SELECT 1 FROM erasures WHERE id = ?2 AND finished_at IS NOT NULL)`;

const countSql = `
UPDATE erasures SET events = events + ?2, notifications = notifications + ?3
WHERE id = ?1 AND finished_at IS NULL`;

/**
 * Erases rows and messages of the orders and marks the orders as done. `contacts`: those that their bodies named;
 * `events`: the number of those bodies that changed.
 */
export async function eraseRows(
  db: D1Database,
  { erasureId, orders }: PendingOrders,
  contacts: readonly string[],
  events: number,
): Promise<void> {
  const list = JSON.stringify(orders);
  const [messages] = await db.batch([
    db.prepare(eraseMessagesSql(messagesOfOrders)).bind(list),
    db.prepare(eraseOrdersSql).bind(list),
    ...eraseRowSqls(whereOfOrders).map((sql) => db.prepare(sql).bind(list)),
    db.prepare(eraseChangesSql(rowsOfOrders)).bind(list),
    db.prepare(eraseNotesSql).bind(list),
    db.prepare(eraseForwardsSql).bind(list),
    db.prepare(forgetNamedSql).bind(list, JSON.stringify(contacts)),
  ]);
  await eraseKeptColumns(db, ["orders", ...partNames], list, whereOfOrders);
  await db.batch([
    db.prepare(countSql).bind(erasureId, events, messages?.meta.changes ?? 0),
    db.prepare(donePendingSql).bind(list, erasureId),
    db.prepare(reopenSql).bind(list, erasureId),
    db.prepare(forgetSql).bind(list, erasureId),
  ]);
}

/**
 * `?1`: [subject, key] of rows. Primary key. Messages to the team about the rows may quote the person. Messages to
 * customers go to the customer of the order, so they stay.
 */
const teamMessagesSql = `
  SELECT n.id FROM json_each(?1) j CROSS JOIN message_templates known CROSS JOIN notifications n
    ON n.id >= known.template || '/' || ${escaped("(j.value->>1)")} || '/'
    AND n.id < known.template || '/' || ${escaped("(j.value->>1)")} || '0'
  WHERE +n.about = j.value->>0 AND n.${isCustomers.replace(" IN ", " NOT IN ")}`;
const keyedRows = "SELECT value->>0 AS subject, value->>1 AS key FROM json_each(?1)";

/** Erases payments, refunds and shipments whose events name a person but whose order is another person's. */
export async function eraseKeyedRows(db: D1Database, rows: readonly RowKey[]): Promise<void> {
  const list = JSON.stringify(rows.map(({ subject, key }) => [subject, key]));
  await db.batch([
    db.prepare(eraseMessagesSql(teamMessagesSql)).bind(list),
    ...eraseRowSqls(whereOfKeys).map((sql) => db.prepare(sql).bind(list)),
    db.prepare(eraseChangesSql(keyedRows)).bind(list),
  ]);
  await eraseKeptColumns(db, partNames, list, whereOfKeys);
}

/**
 * `?1`, `?2`: after which contact and order; `?3`: rows at once; `?4`: the erasure. Primary keys: no index leads
 * from an order to its contacts, which include past ones.
 */
const contactsEndSql = `
SELECT contact, order_number FROM order_contacts WHERE (contact, order_number) > (?1, ?2)
ORDER BY contact, order_number LIMIT 1 OFFSET ?3`;
const forgetContactsSql = `
DELETE FROM order_contacts WHERE (contact, order_number) IN (
  SELECT c.contact, c.order_number FROM (
    SELECT contact, order_number FROM order_contacts WHERE (contact, order_number) > (?1, ?2)
    ORDER BY contact, order_number LIMIT ?3) c
  JOIN erasure_orders e ON e.erasure_id = ?4 AND e.order_number = c.order_number)`;

/**
 * Removes the contacts of an erasure's orders, in the next range of contacts. `place`: where to continue, as JSON;
 * returns null after the last.
 */
export async function forgetContacts(
  db: D1Database,
  { id, place }: Pick<Erasure, "id" | "place">,
): Promise<string | null> {
  const [contact, order] = JSON.parse(place === "" ? '["",""]' : place) as [string, string];
  const [end] = await db.batch<{ contact: string; order_number: string }>([
    db.prepare(contactsEndSql).bind(contact, order, ERASE_STRETCH_ROWS - 1),
    db.prepare(forgetContactsSql).bind(contact, order, ERASE_STRETCH_ROWS, id),
  ]);
  const last = end?.results[0];
  return last === undefined ? null : JSON.stringify([last.contact, last.order_number]);
}

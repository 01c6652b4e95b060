/**
 * Forwards that were rendered with an order in addition to their event. If a payment, refund or shipment has moved to
 * another order since, its forward still shows the old one. So these forwards are found by their content, in
 * stretches of the inbox.
 */
import { ERASE_STRETCH_ROWS } from "../../privacy-limits";
import { escaped } from "../outbox/fact-ids";
import { aboutOrders } from "./erased-bodies";
import { ordersOfPerson } from "./order-rows";

type Row = Readonly<Record<string, string | number | null>>;

const forwardsOf = (events: string): string => `
  ${events} CROSS JOIN notifications n
    ON n.id >= 'forward/' || ${escaped("e.id")} || '/' AND n.id < 'forward/' || ${escaped("e.id")} || '0'`;

/** `?1`: orders. Ids of the forwards of all their events. The indexes of `aboutOrders`, then primary keys. */
export const forwardsOfOrders = `
  SELECT n.id FROM ${forwardsOf(`(SELECT id FROM webhook_events WHERE ${aboutOrders}) e`)}
  WHERE +n.channel = 'forward'`;

/** `?1`: after which row; `?2`: rows at once. Rowid. */
const endSql = `
SELECT max(place) AS "end" FROM (
  SELECT rowid AS place FROM webhook_events WHERE rowid > ?1 ORDER BY rowid LIMIT ?2)`;

/** `?1`, `?2`: after and up to which row; `orders`: SQL that lists order numbers. Rowid, then primary keys. */
const holding = (orders: string): string => `
  FROM ${forwardsOf("webhook_events e")}
  WHERE e.rowid > ?1 AND e.rowid <= ?2 AND +n.channel = 'forward'
    AND iif(json_valid(n.rendered), (n.rendered->>'$.message.order')->>'order_number', NULL) IN (${orders})`;

/** `?3`: the erasure. A run that has already read a forward finds that `attempts` has changed. */
const eraseSql = `
UPDATE notifications SET rendered = NULL, attempt_log = NULL,
  attempts = attempts + (status = 'pending' AND in_flight = 0)
WHERE id IN (SELECT n.id ${holding("SELECT order_number FROM erasure_orders WHERE erasure_id = ?3")})`;

/** Removes the orders of an erasure from the next stretch; returns where to continue, null after the last. */
export async function eraseForwardedOrders(
  db: D1Database,
  erasureId: number,
  after: number,
): Promise<number | null> {
  const end = await db.prepare(endSql).bind(after, ERASE_STRETCH_ROWS).first<number | null>("end");
  if (end !== null) await db.prepare(eraseSql).bind(after, end, erasureId).run();
  return end;
}

/** `?3`: contacts. The index of `ordersOfPerson`. */
const listSql = `
SELECT n.*, e.subject AS event_subject, e.subject_id AS event_subject_id
${holding(ordersOfPerson("?3"))}
ORDER BY e.rowid, n.id`;

interface ForwardedOrder {
  readonly message: Row;
  /** The subject of its event. */
  readonly subject: string;
  readonly key: string;
}

/** Forwards that show an order of these contacts, for events between two rows of the inbox. */
export async function listForwardedOrders(
  db: D1Database,
  contacts: readonly string[],
  after: number,
  end: number,
): Promise<readonly ForwardedOrder[]> {
  const { results } = await db
    .prepare(listSql)
    .bind(after, end, JSON.stringify(contacts))
    .all<Row>();
  return results.map(({ event_subject: subject, event_subject_id: key, ...message }) => ({
    message,
    subject: String(subject),
    key: String(key),
  }));
}

/** Bodies in the inbox that may have to be erased: finds them, and replaces them with what remains. */
import { BODIES_MAX_BYTES } from "../../limits";
import { ERASE_STRETCH_BODIES } from "../../privacy-limits";
import { isLarge, slicedRows, slicedStatements } from "../slices";
import { rowsOfOrders } from "./order-rows";

/** A stored event whose body is to be replaced. */
export interface ErasedBody {
  readonly id: string;
  readonly payload: string;
  /**
   * True if the order that it names is erased as the person's own; false for a payment on another person's order.
   */
  readonly isOrders: boolean;
}

/** The key of a payment, refund or shipment. */
export interface RowKey {
  readonly subject: string;
  readonly key: string;
}

/** A stored body, with the position of its event in the inbox. */
export interface StoredBody {
  readonly id: string;
  readonly payload: string;
  readonly place: number;
  readonly eventType: string | null;
  readonly subject: string | null;
  readonly subjectId: string | null;
}

/** Reads in order, after `after`, as many bytes of bodies as fit; the first body always fits. */
const bodiesOf = (rows: string, after: string): string => `
SELECT place, id, eventType, subject, subjectId, payload FROM (
  SELECT rowid AS place, id, event_type AS eventType, subject, subject_id AS subjectId, payload,
    coalesce(sum(octet_length(payload)) OVER (ORDER BY rowid
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM webhook_events WHERE ${rows} AND rowid > ${after} AND payload IS NOT NULL)
WHERE before < ${String(BODIES_MAX_BYTES)} ORDER BY place LIMIT 500`;

/**
 * `?1`: orders. The events about the orders and about all that belongs or ever belonged to them, in any status.
 * The indexes of `rowsOfOrders`, webhook_events_subject, webhook_events_set_aside.
 */
export const aboutOrders = `rowid IN (
    SELECT e.rowid FROM (${rowsOfOrders}) own
      CROSS JOIN webhook_events e ON e.subject_id = own.key WHERE +e.subject = own.subject
    UNION SELECT e.rowid FROM json_each(?1) j
      CROSS JOIN webhook_events e ON e.order_number = j.value
      WHERE e.status IN ('quarantined', 'failed', 'ignored'))`;

/** `?1`: orders; `?2`: after which row. Rowid. */
const ofOrdersSql = bodiesOf(aboutOrders, "?2");

/** The next bodies of the orders' events. */
export async function loadBodiesOfOrders(
  db: D1Database,
  orders: readonly string[],
  after: number,
): Promise<readonly StoredBody[]> {
  const { results } = await db
    .prepare(ofOrdersSql)
    .bind(JSON.stringify(orders), after)
    .all<StoredBody>();
  return results;
}

/** `?1`: [subject, key] of rows; `?2`: after which row. webhook_events_subject. */
const ofKeysSql = bodiesOf(
  `rowid IN (SELECT e.rowid FROM json_each(?1) j
    CROSS JOIN webhook_events e ON e.subject_id = j.value->>1 WHERE +e.subject = j.value->>0)`,
  "?2",
);

/** The next bodies of the events about these rows. */
export async function loadBodiesOfRows(
  db: D1Database,
  rows: readonly RowKey[],
  after: number,
): Promise<readonly StoredBody[]> {
  const list = JSON.stringify(rows.map(({ subject, key }) => [subject, key]));
  const { results } = await db.prepare(ofKeysSql).bind(list, after).all<StoredBody>();
  return results;
}

/** `?1`: after which row; `?2`: rows at once. Rowid. */
const stretchEndSql = `
SELECT max(place) AS "end" FROM (
  SELECT rowid AS place FROM webhook_events WHERE rowid > ?1 ORDER BY rowid LIMIT ?2)`;

/** `?1`, `?2`: after and up to which row. Rowid. A contact may occur anywhere in any body. */
const stretchSql = bodiesOf("rowid <= ?2", "?1");

/** The next bodies of the inbox, and where to continue; null after the last. */
export async function loadStretch(
  db: D1Database,
  after: number,
): Promise<{ readonly bodies: readonly StoredBody[]; readonly next: number | null }> {
  const end = await db
    .prepare(stretchEndSql)
    .bind(after, ERASE_STRETCH_BODIES)
    .first<number | null>("end");
  if (end === null) return { bodies: [], next: null };
  const { results } = await db.prepare(stretchSql).bind(after, end).all<StoredBody>();
  // No body was found up to `end`: the range is done.
  return { bodies: results, next: results.at(-1)?.place ?? end };
}

/** Notes about omitted fields contain the names of the fields. */
const withoutNames = "notes = iif(instr(notes, 'too much to keep') > 0, NULL, notes)";

/** Primary key. */
const replaceSql = `
UPDATE webhook_events SET payload = v.payload, ${withoutNames}
FROM ${slicedRows("id", "payload")} AS v
WHERE webhook_events.id = v.id AND webhook_events.payload <> v.payload`;
const replaceOneSql = `
UPDATE webhook_events SET payload = ?2, ${withoutNames} WHERE id = ?1 AND payload <> ?2`;

type StoredText = Pick<ErasedBody, "id" | "payload">;

function replaceStatements(
  db: D1Database,
  bodies: readonly StoredText[],
): readonly D1PreparedStatement[] {
  const rows = bodies.filter((body) => !isLarge(body)).map(({ id, payload }) => [id, payload]);
  return [
    ...slicedStatements(db, replaceSql, rows),
    ...bodies.filter(isLarge).map(({ id, payload }) => db.prepare(replaceOneSql).bind(id, payload)),
  ];
}

/** Replaces stored bodies. A purged body stays purged. */
export async function replaceBodies(db: D1Database, bodies: readonly StoredText[]): Promise<void> {
  if (bodies.length > 0) await db.batch([...replaceStatements(db, bodies)]);
}

/** `?1`: ids. Primary keys. Everything else about the orders that they name is erased too. */
const enterOrdersSql = `
INSERT INTO erasure_orders (erasure_id, order_number)
SELECT DISTINCT (SELECT max(id) FROM erasures), order_number FROM webhook_events
WHERE id IN (SELECT value FROM json_each(?1)) AND order_number IS NOT NULL
  AND (SELECT max(id) FROM erasures) IS NOT NULL
ON CONFLICT (erasure_id, order_number) DO UPDATE SET pending = 1`;

/**
 * `?1`: the erasure; `?2`: orders. Primary key, erasure_orders_pending. Leaves out orders that another erasure
 * still has to erase: if it cannot, this erasure is not blocked.
 */
const enterFoundSql = `
INSERT INTO erasure_orders (erasure_id, order_number)
SELECT ?1, value FROM json_each(?2)
WHERE value NOT IN (SELECT order_number FROM erasure_orders WHERE pending = 1)
ON CONFLICT (erasure_id, order_number) DO UPDATE SET pending = 1`;

/** Adds orders whose events name the person: all of each order is erased. */
export async function enterOrders(
  db: D1Database,
  erasureId: number,
  orders: readonly string[],
): Promise<void> {
  if (orders.length === 0) return;
  await db.prepare(enterFoundSql).bind(erasureId, JSON.stringify(orders)).run();
}

/**
 * For events that arrive after an erasure: stores their erased bodies, and adds their orders to it. Part of the
 * batch that settles the events, after the statements that store which order each is about.
 */
export function rewriteStatements(
  db: D1Database,
  bodies: readonly ErasedBody[],
): readonly D1PreparedStatement[] {
  if (bodies.length === 0) return [];
  const ids = bodies.filter(({ isOrders }) => isOrders).map(({ id }) => id);
  const enter = db.prepare(enterOrdersSql).bind(JSON.stringify(ids));
  return [...replaceStatements(db, bodies), ...(ids.length === 0 ? [] : [enter])];
}

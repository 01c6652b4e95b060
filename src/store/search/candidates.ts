/**
 * Where a search looks. It first uses the existing indexes, by whole keys and their beginnings. Only if that finds no
 * exact match does it scan the index of order numbers, and the contacts of one kind. Each scan takes ten to twenty
 * milliseconds with 200,000 orders, and needs no extra rows (docs/scale.md).
 */
import { maybeWaiting } from "../inbox/waiting-of-order";
import { escaped, type SearchTerms } from "./terms";

/** The most candidates of one kind. If there are more, the person must type more. */
export const CANDIDATES_MAX = 200;
/** The most results of each kind other than orders. */
const PARTS_MAX = 20;
/** The most unapplied events whose order number is read: those with the highest numbers. */
const UNAPPLIED_READ = 2_000;

/** The highest code point: it ends a range of keys with the same beginning. */
const LAST = "char(1114111)";

/** `?1`: beginnings. Keys that start with one of them, by the index of `key`. */
const beginsWith = (from: string, key: string): string =>
  `json_each(?1) j CROSS JOIN ${from} WHERE ${key} >= j.value AND ${key} < j.value || ${LAST}`;

/** `?1`: forms. Primary key. */
const numberBeginsSql = `
SELECT o.order_number FROM ${beginsWith("orders o", "o.order_number")} LIMIT ${String(CANDIDATES_MAX)}`;

/** `?1`: a pattern. Scans the index of the primary key, highest number first. */
const numberContainsSql = `
SELECT order_number FROM orders WHERE order_number LIKE ?1 ESCAPE '!'
ORDER BY order_number DESC LIMIT ${String(CANDIDATES_MAX)}`;

/** `?1`: contacts. Primary key. */
const contactSql = `
SELECT contact, order_number FROM order_contacts
WHERE contact IN (SELECT value FROM json_each(?1)) LIMIT ${String(CANDIDATES_MAX)}`;

/** `?1`: beginnings. Primary key. */
const contactBeginsSql = `
SELECT c.contact, c.order_number FROM ${beginsWith("order_contacts c", "c.contact")}
LIMIT ${String(CANDIDATES_MAX)}`;

/** Contacts of one kind. Primary key. */
const ofKind = (kind: string): string =>
  `SELECT contact, order_number FROM order_contacts WHERE contact >= '${kind}:' AND contact < '${kind};'`;

/** `?1`: a pattern. Primary key. */
const phoneEndsSql = ["phone", "dialled", "told"]
  .map((kind) => `${ofKind(kind)} AND contact LIKE ?1`)
  .join(" UNION ALL ")
  .concat(` LIMIT ${String(CANDIDATES_MAX)}`);

/** `?1`, `?2` and so on: words. Primary key. Cuts off the kind only if a word is part of it: that takes time. */
function hasWordsSql(kind: "name" | "email", words: readonly string[]): string {
  const isPart = words.some((word) => `${kind}:`.includes(word));
  const text = isPart ? `substr(contact, ${String(kind.length + 2)})` : "contact";
  const tests = words.map((_, index) => `AND instr(${text}, ?${String(index + 1)}) > 0`);
  return `${ofKind(kind)} ${tests.join(" ")} LIMIT ${String(CANDIDATES_MAX)}`;
}

/** `?1`: forms. Primary key and payments_reference; then the order's key. */
const paymentsSql = `
SELECT p.payment_id, p.reference_number, p.order_number, p.status, p.amount_micros, p.method, o.currency
FROM payments p LEFT JOIN orders o ON o.order_number = p.order_number
WHERE p.payment_id IN (SELECT payment_id FROM ${beginsWith("payments", "payment_id")} LIMIT ${String(PARTS_MAX)})
  OR p.payment_id IN (SELECT payment_id FROM ${beginsWith("payments INDEXED BY payments_reference", "reference_number")}
    AND reference_number IS NOT NULL LIMIT ${String(PARTS_MAX)})
LIMIT ${String(PARTS_MAX)}`;

/** `?1`: forms. Primary keys. */
const refundsSql = `
SELECT r.refund_id, r.order_number, r.status, r.amount_micros, o.currency
FROM refunds r LEFT JOIN orders o ON o.order_number = r.order_number
WHERE r.refund_id IN (SELECT refund_id FROM ${beginsWith("refunds", "refund_id")} LIMIT ${String(PARTS_MAX)})
LIMIT ${String(PARTS_MAX)}`;

const shipmentColumns = "s.shipment_id, s.order_number, s.status, s.courier, s.awb_no";

/** `?1`: forms; `?2`: the airway bill's contact. Primary keys; shipments_order. */
const shipmentsSql = `
SELECT ${shipmentColumns} FROM shipments s WHERE s.shipment_id IN (
  SELECT shipment_id FROM ${beginsWith("shipments", "shipment_id")} LIMIT ${String(PARTS_MAX)})
UNION SELECT ${shipmentColumns} FROM order_contacts c
  CROSS JOIN shipments s ON s.order_number = c.order_number
  WHERE ?2 <> '' AND c.contact >= ?2 AND c.contact < ?2 || ${LAST}
    AND 'awb:' || lower(s.awb_no) >= ?2 AND 'awb:' || lower(s.awb_no) < ?2 || ${LAST}
LIMIT ${String(PARTS_MAX)}`;

const eventColumns = "e.id, e.event_type, e.order_number, e.received_at, e.status";

/** `?1`: forms. The index of `id`. */
const eventsSql = `
SELECT ${eventColumns} FROM ${beginsWith("webhook_events e", "e.id")} LIMIT ${String(PARTS_MAX)}`;

/** `?1`: a pattern; `?2`: forms. */
const namesOrder =
  "(order_number LIKE ?1 ESCAPE '!' OR order_number IN (SELECT value FROM json_each(?2)))";

/**
 * `?1`: a pattern; `?2`: forms. Events that are not applied: those of orders that no applied event has named, and
 * those about a payment, refund or shipment with one of these ids. webhook_events_set_aside, the indexes of
 * `maybeWaiting`, then the order's key; webhook_events_subject.
 */
const unappliedSql = `
SELECT ${eventColumns} FROM webhook_events e WHERE e.rowid IN (
    SELECT rowid FROM (SELECT rowid, order_number FROM webhook_events
      WHERE status IN ('quarantined', 'failed', 'ignored') AND order_number > ''
      ORDER BY order_number DESC LIMIT ${String(UNAPPLIED_READ)}) WHERE ${namesOrder}
    UNION SELECT rowid FROM webhook_events
      WHERE rowid IN (${maybeWaiting}) AND status = 'received' AND ${namesOrder})
  AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.order_number = e.order_number)
UNION SELECT ${eventColumns} FROM webhook_events e
  WHERE e.subject_id IN (SELECT value FROM json_each(?2)) AND e.status <> 'processed'
ORDER BY received_at DESC LIMIT ${String(PARTS_MAX)}`;

export interface FoundPayment {
  readonly payment_id: string;
  readonly reference_number: string | null;
  readonly order_number: string | null;
  readonly status: string | null;
  readonly amount_micros: number | null;
  readonly method: string | null;
  readonly currency: string | null;
}

export type FoundRefund = Pick<
  FoundPayment,
  "order_number" | "status" | "amount_micros" | "currency"
> & { readonly refund_id: string };

export interface FoundShipment {
  readonly shipment_id: string;
  readonly order_number: string | null;
  readonly status: string | null;
  readonly courier: string | null;
  readonly awb_no: string | null;
}

export interface FoundEvent {
  readonly id: string;
  readonly event_type: string | null;
  readonly order_number: string | null;
  readonly received_at: string;
  readonly status: string;
}

/** A possible order, and the contact by which it was found; null if it was found by its number. */
export interface Candidate {
  readonly order_number: string;
  readonly contact: string | null;
}

interface Parts {
  readonly payments: readonly FoundPayment[];
  readonly refunds: readonly FoundRefund[];
  readonly shipments: readonly FoundShipment[];
  readonly events: readonly FoundEvent[];
}

export interface Candidates extends Parts {
  /** The most likely first; an order may occur several times. */
  readonly orders: readonly Candidate[];
  /** True if a limit was reached: there may be more. */
  readonly isCut: boolean;
}

/** Lookups by whole keys and their beginnings. */
function keyStatements(db: D1Database, terms: SearchTerms): readonly D1PreparedStatement[] {
  const forms = JSON.stringify(terms.forms);
  const bill = terms.beginnings.find((one) => one.startsWith("awb:")) ?? "";
  return [
    db.prepare(paymentsSql).bind(forms),
    db.prepare(refundsSql).bind(forms),
    db.prepare(shipmentsSql).bind(forms, bill),
    db.prepare(eventsSql).bind(forms),
    db.prepare(contactSql).bind(JSON.stringify(terms.contacts)),
    db.prepare(numberBeginsSql).bind(forms),
    db.prepare(contactBeginsSql).bind(JSON.stringify(terms.beginnings)),
  ];
}

/** Unapplied events first, then orders and contacts. */
function scanStatements(db: D1Database, terms: SearchTerms): readonly D1PreparedStatement[] {
  const { forms, number, start, ending, words } = terms;
  const beginning = start === null ? "" : `${escaped(start)}%`;
  const pattern = number === null ? beginning : `%${escaped(number)}%`;
  const statements = [db.prepare(unappliedSql).bind(pattern, JSON.stringify(forms))];
  if (number !== null) statements.push(db.prepare(numberContainsSql).bind(pattern));
  if (ending !== null) statements.push(db.prepare(phoneEndsSql).bind(`%${ending}`));
  if (words.length === 0) return statements;
  const isAddress = words.some((word) => word.includes("@"));
  for (const kind of isAddress ? (["email"] as const) : (["name", "email"] as const)) {
    statements.push(db.prepare(hasWordsSql(kind, words)).bind(...words));
  }
  return statements;
}

/** True if the text is exactly one of these keys: then no scan is needed. */
function isWhole(
  { forms, contacts }: SearchTerms,
  { payments, refunds, shipments, events }: Parts,
  orders: readonly OrderHit[],
): boolean {
  const keys = [
    ...payments.flatMap((one) => [one.payment_id, one.reference_number]),
    ...refunds.map((one) => one.refund_id),
    ...shipments.flatMap((one) => [one.shipment_id, one.awb_no]),
    ...events.map((one) => one.id),
    ...orders.map((one) => one.order_number),
  ];
  const isContact = orders.some(
    ({ contact }) => contact !== undefined && contacts.includes(contact),
  );
  return isContact || keys.some((key) => key !== null && forms.includes(key));
}

interface OrderHit {
  readonly order_number: string;
  readonly contact?: string;
}

/** All candidates, in one or two round trips. */
export async function findCandidates(db: D1Database, terms: SearchTerms): Promise<Candidates> {
  const keyed = await db.batch([...keyStatements(db, terms)]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each statement of a batch has rows of its own
  const found = keyed.map(({ results }) => results) as [
    FoundPayment[],
    FoundRefund[],
    FoundShipment[],
    FoundEvent[],
    ...OrderHit[][],
  ];
  const [payments, refunds, shipments, events, ...hits] = found;
  const parts: Parts = { payments, refunds, shipments, events };
  const isEnough =
    isWhole(terms, parts, hits.flat()) || hits.some((rows) => rows.length === CANDIDATES_MAX);
  const scans = isEnough ? [] : await db.batch([...scanStatements(db, terms)]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  const [unapplied = [], ...scanned] = scans.map(({ results }) => results) as [
    FoundEvent[]?,
    ...OrderHit[][],
  ];
  const all = [...hits, ...scanned];
  const known = new Set(events.map(({ id }) => id));
  return {
    ...parts,
    events: [...events, ...unapplied.filter(({ id }) => !known.has(id))],
    orders: all.flat().map(({ order_number, contact = null }) => ({ order_number, contact })),
    isCut:
      all.some((rows) => rows.length === CANDIDATES_MAX) ||
      [payments, refunds, shipments, events, unapplied].some((rows) => rows.length === PARTS_MAX),
  };
}

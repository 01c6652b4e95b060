/**
 * Loads due messages with the facts that they depend on, as they are at sending time: the order, the payment, refund or
 * shipment, and for `forward` the stored event. One D1 batch for a slice, of as few statements as its templates need:
 * D1 runs one statement at a time, and one that finds nothing to do takes as long as others.
 */
import { BODIES_MAX_BYTES, CONTENTS_MAX_BYTES, PARCELS_MAX } from "../../limits";
import { templatesWhere } from "../../notifications/templates";
import { example } from "../../notifications/templates/example";
import type {
  EventFacts,
  Facts,
  OrderFacts,
  ParcelContents,
  ParcelCounts,
  PaymentFacts,
  RefundFacts,
  ShipmentFacts,
} from "../../notifications/templates/facts";
import type { Reading, TemplateDefinition } from "../../notifications/templates/template";
import { STAGE_POSITION } from "../../projection/precedence";
import { renewPrecedence } from "../../projection/precedence-0-2";
import { parseJson } from "../../events/values";
import { type DueRow, dueColumns, isFirstTwin, nameOrderSql } from "./outbox";
import { type Rules, rulesIn, rulesStatement } from "../shop/rules";
import { linkedOrder } from "../inbox/linked-order";
import { quoted } from "../quoted";
import { renderedOrder } from "./rendered";
import { contentsOf } from "../state/order-facts";
import { otherNameOf } from "../state/refund-names";

/** True if the template of `n` is judged by this, or rendered from it. */
const reads = (reading: Reading): string =>
  `n.template IN (${quoted(templatesWhere((template) => template.reads.includes(reading)))})`;

/** The subject of a message that reads this, else null: then nothing is read. */
const subject = (reading: Reading): string => `CASE WHEN ${reads(reading)} THEN n.subject_id END`;

/** Each message `n` with the payment, the refund or the shipment that it is about. Primary keys. */
const subjects = `
  LEFT JOIN payments ON payment_id = ${subject("payment")}
  LEFT JOIN refunds ON refund_id = ${subject("refund")}
  LEFT JOIN shipments ON shipment_id = ${subject("shipment")}`;
const orderNumber = `CASE WHEN ${reads("order")} THEN coalesce(n.order_number, payments.order_number,
  refunds.order_number, shipments.order_number) END`;

/** Primary key. The messages with the ids `?1` that are due at `?2`, or all of them if `?2` is empty. */
const wanted = `n.id IN (SELECT value FROM json_each(?1))
  AND (?2 = '' OR n.status = 'pending' AND n.next_attempt_at <= ?2)`;

/** `orders.status AS "orders.status"`, for each column of the fact; `partsOf` takes the row apart again. */
const columns = (table: string, fact: object): string =>
  Object.keys(fact)
    .map((name) => `${table}.${name} AS "${table}.${name}"`)
    .join(", ");
const { twin_succeeded: _, ...refund } = example.refund;
const { twin_status: __, ...payment } = example.payment;

/** The start of the precedences of the failure's moment; empty, so before all, if version 0.2 wrote the row. */
const failedFrom = `CASE WHEN n.context->>'precedence' < '0'
  THEN substr(n.context->>'precedence', 1, ${String(STAGE_POSITION - 1)}) ELSE '' END`;

/**
 * Index webhook_events_subject. Reads only events that may outrank the failure, the highest twenty. They show whether
 * a later event about the payment itself has followed.
 */
const paymentEvents = `(SELECT json_group_array(status_precedence) FROM (
  SELECT e.status_precedence FROM webhook_events e
  WHERE e.subject_id = n.subject_id AND e.subject = 'payment' AND e.status = 'processed'
    AND e.status_precedence >= ${failedFrom}
  ORDER BY e.status_precedence DESC LIMIT 20))`;

/** Index shipments_order. A parcel without a status counts as open. */
const parcels = `(SELECT json_object('delivered', count(*) FILTER (WHERE status = 'delivered'),
    'failed', count(*) FILTER (WHERE status IN ('lost', 'return_to_origin')),
    'open', count(*) FILTER (WHERE coalesce(status, '') NOT IN ('delivered', 'lost',
      'return_to_origin', 'cancelled')))
  FROM shipments parcel WHERE parcel.order_number = ${orderNumber})`;
const noParcels: ParcelCounts = { delivered: 0, open: 0, failed: 0 };

/** `?3`: most parcels of one order; `?4`: most bytes of their items. */
const contents = `(SELECT json_group_array(json_object('shipment_id', shipment_id, 'items', items))
  FROM (${contentsOf(orderNumber, "?3", "?4")}))`;

/** Whether the refund has since succeeded under its other name. Primary key, refunds_order. */
const twinSucceeded = `EXISTS (SELECT 1 FROM refunds twin
  WHERE twin.refund_id = (SELECT other.refund_id FROM (${otherNameOf("n.subject_id")}) other LIMIT 1)
    AND twin.status = 'success' AND twin.status_precedence > refunds.status_precedence)`;

/** Of a payment under two names, one counts (store/state/derive.ts). Primary key, payments_reference. */
const twinStatus = `(SELECT twin.status FROM payments twin
  WHERE (twin.payment_id = payments.reference_number OR twin.reference_number = payments.payment_id)
    AND twin.payment_id <> payments.payment_id AND twin.status_precedence > payments.status_precedence
  ORDER BY twin.status_precedence DESC LIMIT 1)`;

/** A fact that is one value, if a template reads it. */
const value = (name: string, reading: Reading, sql: string): string =>
  `CASE WHEN ${reads(reading)} THEN ${sql} END AS "${name}"`;

/** Primary keys. Due messages as DueRows, with their facts. */
const messagesSql = `
SELECT ${dueColumns}, ${columns("orders", example.order)}, ${columns("payments", payment)},
  ${columns("refunds", refund)}, ${columns("shipments", example.shipment)},
  ${value("payments.twin_status", "payment", twinStatus)},
  ${value("refunds.twin_succeeded", "refund", twinSucceeded)}, ${orderNumber} AS "facts.orderNumber",
  ${value("facts.paymentEvents", "payment", paymentEvents)}, ${value("facts.parcels", "parcels", parcels)},
  ${value("facts.contents", "contents", contents)}
FROM notifications n ${subjects} LEFT JOIN orders ON orders.order_number = ${orderNumber}
WHERE ${wanted} AND ${isFirstTwin}`;

/** `?3`: most bytes of bodies at once. The first body is always read; bodies beyond the limit are deferred. */
const eventsSql = `
SELECT notification_id, event_type, form, occurred_at, received_at,
  CASE WHEN before < ?3 THEN payload END AS payload,
  before >= ?3 AND payload IS NOT NULL AS deferred
FROM (
  SELECT n.id AS notification_id, e.event_type, e.form, e.occurred_at, e.received_at, e.payload,
    coalesce(sum(octet_length(e.payload)) OVER (ORDER BY n.id
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM notifications n JOIN webhook_events e ON e.id = n.event_id
  WHERE ${wanted} AND ${reads("event")})`;

/**
 * Primary keys; forward_endpoints is read whole. The order of an event, if the endpoint wants it and the forward was
 * not rendered before.
 */
const forwardedOrdersSql = `
SELECT n.id AS notification_id, o.* FROM notifications n
JOIN forward_endpoints f ON f.id = n.endpoint AND f.include_order = 1
JOIN webhook_events e ON e.id = n.event_id
JOIN order_overview o ON o.order_number = coalesce(n.order_number, ${linkedOrder("e")})
WHERE ${wanted} AND n.rendered IS NULL AND ${reads("event")}`;

/** True for forwards to endpoints other than FORWARD_URL (projection/outbox-rows.ts): only these may show an order. */
function mayShowOrder(id: string): boolean {
  return id.startsWith("forward/") && !id.endsWith("/forward");
}

/** JSON: the order as rendered before, else as it is now. */
function forwardedOrder(row: DueRow, found: object | undefined): string | null {
  if (row.rendered !== null) return renderedOrder(row.rendered);
  if (found === undefined) return null;
  const { notification_id: _, ...order } = found as Keyed<object>;
  return JSON.stringify(order);
}

/** In the current format, whichever version wrote it. */
function renewed<Row extends { readonly status_precedence: string }>(row: Row): Row {
  return { ...row, status_precedence: renewPrecedence(row.status_precedence, "payment") };
}

type Keyed<Row> = Row & { readonly notification_id: string };

function byNotification<Row extends object>(
  rows: readonly object[] = [],
): ReadonlyMap<string, Row> {
  return new Map((rows as Keyed<Row>[]).map((row) => [row.notification_id, row]));
}

export interface DueFacts {
  readonly row: DueRow;
  readonly facts: Facts;
}

export interface Due extends Rules {
  readonly rows: readonly DueFacts[];
}

/** A row of `messagesSql`: `orders.status` is the column `status` of the part `orders`, the message has the part "". */
interface Parts {
  readonly "": DueRow;
  readonly orders: OrderFacts;
  readonly payments: PaymentFacts;
  readonly refunds: RefundFacts;
  readonly shipments: ShipmentFacts;
  /** All but `orderNumber` are JSON, null if the template does not read them. */
  readonly facts: Readonly<
    Record<"orderNumber" | "paymentEvents" | "parcels" | "contents", string | null>
  >;
}

function partsOf(row: object): Parts {
  const parts: Record<string, Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(row)) {
    const dot = name.indexOf(".");
    (parts[name.slice(0, Math.max(0, dot))] ??= {})[name.slice(dot + 1)] = value;
  }
  return parts as unknown as Parts;
}

/** A left join returns nulls if there is no such row. */
function found<Row extends object>(row: Row, key: keyof Row): Row | null {
  return row[key] === null ? null : row;
}

function parsed<Value>(json: string | null, otherwise: Value): Value {
  return (parseJson(json) ?? otherwise) as Value;
}

type Question = "named" | "messages" | "events" | "orders" | "rules";
type Answers = Readonly<Partial<Record<Question, readonly object[]>>>;

/** Asks in one batch. Null stands for nothing to ask. */
async function ask(
  db: D1Database,
  questions: Readonly<Record<Question, D1PreparedStatement | null>>,
): Promise<Answers> {
  const asked = Object.entries(questions).flatMap(([name, statement]) =>
    statement === null ? [] : [{ name, statement }],
  );
  const results = await db.batch<object>(asked.map(({ statement }) => statement));
  return Object.fromEntries(asked.map(({ name }, index) => [name, results[index]?.results]));
}

/** Only what the templates read; their names begin the ids. */
function questionsAbout(db: D1Database, ids: readonly string[], now: string) {
  const list = JSON.stringify(ids);
  const named = new Set<string>(ids.map((id) => id.slice(0, id.indexOf("/"))));
  const has = (holds: (template: TemplateDefinition) => boolean): boolean =>
    templatesWhere(holds).some((name) => named.has(name));
  const about = (sql: string, ...values: readonly number[]): D1PreparedStatement =>
    db.prepare(sql).bind(list, now, ...values);
  return {
    named: has(({ once }) => once?.by === "order") ? about(nameOrderSql) : null,
    messages: about(messagesSql, PARCELS_MAX + 1, CONTENTS_MAX_BYTES),
    events: has(({ reads }) => reads.includes("event")) ? about(eventsSql, BODIES_MAX_BYTES) : null,
    orders: ids.some(mayShowOrder) ? about(forwardedOrdersSql) : null,
    // For forwards there are no rules.
    rules: has(({ audience }) => audience !== "system") ? rulesStatement(db) : null,
  };
}

function messagesIn(answers: Answers): readonly DueFacts[] {
  const events = byNotification<Omit<EventFacts, "order">>(answers.events);
  const forwarded = byNotification<object>(answers.orders);
  return (answers.messages ?? []).map((cells) => {
    const { "": row, orders, payments, refunds, shipments, facts } = partsOf(cells);
    const payment = found(payments, "payment_id");
    const event = events.get(row.id);
    const precedences = parsed<readonly string[]>(facts.paymentEvents, []);
    return {
      row,
      facts: {
        orderNumber: facts.orderNumber,
        order: found(orders, "order_number"),
        payment: payment && renewed(payment),
        paymentEvents: precedences.map((one) => renewed({ status_precedence: one })),
        refund: found(refunds, "refund_id"),
        shipment: found(shipments, "shipment_id"),
        parcels: parsed(facts.parcels, noParcels),
        contents: parsed<readonly ParcelContents[]>(facts.contents, []),
        event:
          event === undefined
            ? null
            : { ...event, order: forwardedOrder(row, forwarded.get(row.id)) },
      },
    };
  });
}

/** The current facts about any message, whatever its status; null if there is no such message. */
export async function loadFactsOf(db: D1Database, id: string): Promise<Facts | null> {
  const questions = { ...questionsAbout(db, [id], ""), named: null, rules: null };
  return messagesIn(await ask(db, questions))[0]?.facts ?? null;
}

/** The messages of `ids` that are due, each with its current facts, and the rules: one round trip. */
export async function loadDue(db: D1Database, ids: readonly string[], now: string): Promise<Due> {
  const answers = await ask(db, questionsAbout(db, ids, now));
  return { rows: messagesIn(answers), ...rulesIn(answers.rules) };
}

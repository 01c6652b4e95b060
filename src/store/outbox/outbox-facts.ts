/**
 * Loads the facts that due messages depend on, as they are at sending time: the order, the payment, refund or
 * shipment, and for `forward` the stored event. One D1 batch for a whole run.
 */
import { BODIES_MAX_BYTES, CONTENTS_MAX_BYTES, PARCELS_MAX } from "../../limits";
import { templatesWhere } from "../../notifications/templates";
import type {
  EventFacts,
  Facts,
  OrderFacts,
  ParcelContents,
  ParcelCounts,
  PaymentEventFacts,
  PaymentFacts,
  RefundFacts,
  ShipmentFacts,
} from "../../notifications/templates/facts";
import type { Reading } from "../../notifications/templates/template";
import { STAGE_POSITION } from "../../projection/precedence";
import { renewPrecedence } from "../../projection/precedence-0-2";
import { type DueRow, dueStatements } from "./outbox";
import { type EditedText, editedTextsIn, editedTextsStatement } from "../texts/message-texts";
import { quietUntilIn, quietUntilStatement } from "./quiet-until";
import { settingsIn, settingsStatement, type StoredSetting } from "../shop/settings";
import { recipientKeyIn, recipientKeyStatement } from "../shop/opt-outs";
import { switchesIn, switchesStatement, type SwitchRow } from "../shop/switches";
import { linkedOrder } from "../inbox/linked-order";
import { quoted } from "../quoted";
import { renderedOrder } from "./rendered";
import { otherNameOf } from "../state/refund-names";

/** True if the template of `n` or `t` is judged by this, or rendered from it. */
const reads = (row: "n" | "t", reading: Reading): string =>
  `${row}.template IN (${quoted(templatesWhere((template) => template.reads.includes(reading)))})`;

/**
 * Primary keys only. The messages of the ids `?1` that are due at `?2`, or all if `?2` is empty; each with its order.
 */
const target = `
WITH target AS MATERIALIZED (
  SELECT n.id AS notification_id, n.template, n.subject_id, n.event_id, n.context,
    coalesce(n.order_number, CASE
      WHEN ${reads("n", "payment")}
        THEN (SELECT order_number FROM payments WHERE payment_id = n.subject_id)
      WHEN ${reads("n", "refund")}
        THEN (SELECT order_number FROM refunds WHERE refund_id = n.subject_id)
      WHEN ${reads("n", "shipment")}
        THEN (SELECT order_number FROM shipments WHERE shipment_id = n.subject_id)
    END) AS order_number
  FROM json_each(?1) JOIN notifications n ON n.id = json_each.value
    AND (?2 = '' OR n.status = 'pending' AND n.next_attempt_at <= ?2)
)`;

const ordersSql = `${target}
SELECT t.notification_id, t.order_number AS resolved, o.* FROM target t
LEFT JOIN orders o ON o.order_number = t.order_number WHERE ${reads("t", "order")}`;

const paymentsSql = `${target}
SELECT t.notification_id, p.* FROM target t JOIN payments p ON p.payment_id = t.subject_id
WHERE ${reads("t", "payment")}`;

/** The start of the precedences of the failure's moment; empty, so before all, if version 0.2 wrote the row. */
const failedFrom = `CASE WHEN t.context->>'precedence' < '0'
  THEN substr(t.context->>'precedence', 1, ${String(STAGE_POSITION - 1)}) ELSE '' END`;

/**
 * Index webhook_events_subject. Reads only events that may outrank the failure, the highest twenty. They show whether
 * a later event about the payment itself has followed.
 */
const paymentEventsSql = `${target}
SELECT notification_id, status_precedence FROM (
  SELECT t.notification_id, e.status_precedence,
    row_number() OVER (PARTITION BY t.notification_id ORDER BY e.status_precedence DESC) AS place
  FROM target t JOIN webhook_events e ON e.subject_id = t.subject_id
  WHERE ${reads("t", "payment")} AND e.subject = 'payment' AND e.status = 'processed'
    AND e.status_precedence >= ${failedFrom}
) WHERE place <= 20`;

/** Primary key, refunds_order. */
const refundsSql = `${target}
SELECT t.notification_id, r.*, EXISTS (SELECT 1 FROM refunds twin
    WHERE twin.refund_id = (SELECT other.refund_id FROM (${otherNameOf("t.subject_id")}) other LIMIT 1)
      AND twin.status = 'success' AND twin.status_precedence > r.status_precedence) AS twin_succeeded
FROM target t JOIN refunds r ON r.refund_id = t.subject_id
WHERE ${reads("t", "refund")}`;

const shipmentsSql = `${target}
SELECT t.notification_id, s.* FROM target t JOIN shipments s ON s.shipment_id = t.subject_id
WHERE ${reads("t", "shipment")}`;

/** Index shipments_order. A parcel without a status counts as open. */
const parcelsSql = `${target}
SELECT t.notification_id, count(*) FILTER (WHERE s.status = 'delivered') AS delivered,
  count(*) FILTER (WHERE s.status IN ('lost', 'return_to_origin')) AS failed,
  count(*) FILTER (WHERE coalesce(s.status, '') NOT IN ('delivered', 'lost', 'return_to_origin',
    'cancelled')) AS open
FROM target t JOIN shipments s ON s.order_number = t.order_number
WHERE ${reads("t", "parcels")} GROUP BY t.notification_id`;
const noParcels: ParcelCounts = { delivered: 0, open: 0, failed: 0 };

/**
 * Index shipments_order. `?3`: most parcels of one order; `?4`: most bytes of items in total; the rest counts as
 * unknown.
 */
const contentsSql = `${target}
SELECT notification_id, shipment_id,
  CASE WHEN coalesce(sum(octet_length(items)) OVER (ORDER BY notification_id, shipment_id), 0) <= ?4
    THEN items END AS items
FROM (
  SELECT t.notification_id, s.shipment_id, s.items,
    row_number() OVER (PARTITION BY t.notification_id ORDER BY s.shipment_id) AS place
  FROM target t JOIN shipments s ON s.order_number = t.order_number
  WHERE ${reads("t", "contents")}
    AND coalesce(s.status, '') <> 'cancelled'
) WHERE place <= ?3`;

/** `?3`: most bytes of bodies at once. The first body is always read; bodies beyond the limit are deferred. */
const eventsSql = `${target}
SELECT notification_id, event_type, form, occurred_at, received_at,
  CASE WHEN before < ?3 THEN payload END AS payload,
  before >= ?3 AND payload IS NOT NULL AS deferred
FROM (
  SELECT t.notification_id, e.event_type, e.form, e.occurred_at, e.received_at, e.payload,
    coalesce(sum(octet_length(e.payload)) OVER (ORDER BY t.notification_id
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM target t JOIN webhook_events e ON e.id = t.event_id WHERE ${reads("t", "event")})`;

/**
 * Primary keys; forward_endpoints is read whole. The order of an event, if the endpoint wants it and the forward was
 * not rendered before.
 */
const forwardedOrdersSql = `${target}
SELECT t.notification_id, o.* FROM target t
JOIN notifications n ON n.id = t.notification_id AND n.rendered IS NULL
JOIN forward_endpoints f ON f.id = n.endpoint AND f.include_order = 1
JOIN webhook_events e ON e.id = t.event_id
JOIN order_overview o ON o.order_number = coalesce(t.order_number, ${linkedOrder("e")})
WHERE ${reads("t", "event")}`;

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
  result: D1Result | undefined,
): ReadonlyMap<string, Row> {
  const rows = (result?.results ?? []) as Keyed<Row>[];
  return new Map(rows.map((row) => [row.notification_id, row]));
}

export interface DueFacts {
  readonly row: DueRow;
  readonly facts: Facts;
}

export interface Due {
  readonly rows: readonly DueFacts[];
  /** Nothing that happened before this moment is sent; null: no limit. */
  readonly quietUntil: string | null;
  /** The shop's settings and the switches of messages, as people have set them. */
  readonly settings: readonly StoredSetting[];
  readonly switches: readonly SwitchRow[];
  /** The texts of messages that people have edited. */
  readonly editedTexts: readonly EditedText[];
  /** The key of the hashes of recipients. */
  readonly recipientKey: string | null;
}

/** Settings that decide which messages are sent and what they say. */
type Rules = Omit<Due, "rows">;

/** Where the results of `ruleStatements` begin, after those about the messages, and how many they are. */
const RULES_AT = 8;
const RULES = 5;

function ruleStatements(db: D1Database): readonly D1PreparedStatement[] {
  return [
    quietUntilStatement(db),
    settingsStatement(db),
    switchesStatement(db),
    editedTextsStatement(db),
    recipientKeyStatement(db),
  ];
}

function rulesIn([quiet, settings, switches, texts, key]: readonly D1Result[]): Rules {
  return {
    quietUntil: quietUntilIn(quiet)?.until ?? null,
    settings: settingsIn(settings),
    switches: switchesIn(switches),
    editedTexts: editedTextsIn(texts),
    recipientKey: recipientKeyIn(key),
  };
}

const nothingDue: Due = { rows: [], ...rulesIn([]) };

function factStatements(db: D1Database, list: string, now: string): readonly D1PreparedStatement[] {
  const reads = [ordersSql, paymentsSql, paymentEventsSql, refundsSql, shipmentsSql, parcelsSql];
  return [
    ...reads.map((sql) => db.prepare(sql).bind(list, now)),
    db.prepare(contentsSql).bind(list, now, PARCELS_MAX + 1, CONTENTS_MAX_BYTES),
    db.prepare(eventsSql).bind(list, now, BODIES_MAX_BYTES),
  ];
}

/** Finds the facts of one message by its id, in the results of `factStatements`. */
function factsIn(results: readonly D1Result[]): (id: string) => Facts {
  const orders = byNotification<OrderFacts & { readonly resolved: string | null }>(results[0]);
  const payments = byNotification<PaymentFacts>(results[1]);
  const paymentEvents = ((results[2]?.results ?? []) as Keyed<PaymentEventFacts>[]).map(renewed);
  const refunds = byNotification<RefundFacts>(results[3]);
  const shipments = byNotification<ShipmentFacts>(results[4]);
  const parcels = byNotification<ParcelCounts>(results[5]);
  const contents = (results[6]?.results ?? []) as Keyed<ParcelContents>[];
  const events = byNotification<Omit<EventFacts, "order">>(results[7]);
  return (id) => {
    const order = orders.get(id);
    const payment = payments.get(id);
    const event = events.get(id);
    return {
      orderNumber: order?.resolved ?? null,
      // A left join returns nulls if there is no such order.
      order: order !== undefined && order.order_number !== null ? order : null,
      payment: payment === undefined ? null : renewed(payment),
      paymentEvents: paymentEvents.filter((event) => event.notification_id === id),
      refund: refunds.get(id) ?? null,
      shipment: shipments.get(id) ?? null,
      parcels: parcels.get(id) ?? noParcels,
      contents: contents.filter((parcel) => parcel.notification_id === id),
      event: event === undefined ? null : { ...event, order: null },
    };
  };
}

/** The current facts about any message, whatever its status. */
export async function loadFactsOf(db: D1Database, id: string): Promise<Facts> {
  return factsIn(await db.batch([...factStatements(db, JSON.stringify([id]), "")]))(id);
}

/** The messages of `ids` that are due, each with its current facts: one round trip. */
export async function loadDue(db: D1Database, ids: readonly string[], now: string): Promise<Due> {
  if (ids.length === 0) return nothingDue;
  const list = JSON.stringify(ids);
  const [, due, ...results] = await db.batch([
    ...dueStatements(db, ids, now),
    ...factStatements(db, list, now),
    ...ruleStatements(db),
    ...(ids.some(mayShowOrder) ? [db.prepare(forwardedOrdersSql).bind(list, now)] : []),
  ]);
  const factsOf = factsIn(results);
  const forwarded = byNotification<object>(results[RULES_AT + RULES]);
  const rows = ((due?.results ?? []) as DueRow[]).map((row) => {
    const facts = factsOf(row.id);
    const event = facts.event && {
      ...facts.event,
      order: forwardedOrder(row, forwarded.get(row.id)),
    };
    return { row, facts: { ...facts, event } };
  });
  return { rows, ...rulesIn(results.slice(RULES_AT)) };
}

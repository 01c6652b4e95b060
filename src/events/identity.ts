/**
 * What a recognized body is about, told without its models: subject, row, order, and the times that its
 * precedence uses. The receiver writes it beside the body; the projection builds on the same answer.
 */
import type { Subject } from "./catalog";
import { identifierOf, keyOf } from "./keys";
import {
  type Form,
  type KnownBody,
  type Recognition,
  recognize,
  type StatedTime,
} from "./recognition";
import { isRefundAsPayment } from "./subjects";
import { judgeTime, knownTime, type TimeFrame } from "./formats/time";
import { firstOf, isObject, type JsonObject } from "./values";

/** Which row, and which order. */
export interface About {
  /** Null where the type is none that is known. */
  readonly subject: Subject | null;
  /** The key of the row; null where the body has none. */
  readonly subjectId: string | null;
  readonly orderNumber: string | null;
}

export interface Identity extends About {
  /** The time that the envelope states; null where it states none that can be believed. */
  readonly statedAt: string | null;
  /** That time, else the body's own: of a payment, refund or parcel its date, of an order what it shows. */
  readonly occurredAt: string | null;
  /** What was odd about the times. */
  readonly notes: readonly string[];
}

/** Where an entity says itself when it changed; order bodies carry no such time. */
const entityTimes: Readonly<Record<Exclude<Subject, "order">, string>> = {
  payment: "payment_date",
  refund: "refund_date",
  shipment: "modified_at",
};

/** What an order shows of its past, and never what is expected: a snapshot is no older than that. */
const shownTimes = {
  order: ["order_date", "payment_success_date"],
  payments: ["payment_date"],
  shipments: ["created_at", "modified_at", "shipped_date", "delivered_date"],
} as const;

type Found = Pick<Identity, "notes"> & { readonly time: string | null };

function findTime(candidates: readonly StatedTime[], frame: TimeFrame): Found {
  const notes: string[] = [];
  for (const { field, value } of candidates) {
    const verdict = judgeTime(value, frame);
    if (verdict.known) return { time: verdict.time, notes };
    if (verdict.problem !== null) notes.push(`${field} ${verdict.problem}`);
  }
  return { time: null, notes };
}

function timesOf(list: unknown, fields: readonly string[]): readonly unknown[] {
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  return entries.filter(isObject).flatMap((entry) => fields.map((field) => entry[field]));
}

/** The latest date of something past that an order body shows. */
function latestShown(data: JsonObject, frame: TimeFrame): string | null {
  const values = [
    ...shownTimes.order.map((field) => data[field]),
    ...timesOf(data["payments"], shownTimes.payments),
    ...timesOf(data["shipments"], shownTimes.shipments),
  ];
  let latest: string | null = null;
  for (const value of values) {
    const time = knownTime(value, frame);
    if (time !== null && (latest === null || time > latest)) latest = time;
  }
  return latest;
}

function findOwnTime(subject: Subject | null, data: JsonObject, frame: TimeFrame): Found {
  if (subject === null) return { time: null, notes: [] };
  if (subject === "order") return { time: latestShown(data, frame), notes: [] };
  // A refund that is told as a payment has the payment's date.
  const asPayment = subject === "refund" && isRefundAsPayment(data) ? [entityTimes.payment] : [];
  const candidates = [entityTimes[subject], ...asPayment].map((field) => ({
    field: `data.${field}`,
    value: data[field],
  }));
  return findTime(candidates, frame);
}

function dataOf({ data }: KnownBody): JsonObject {
  return isObject(data) ? data : {};
}

/** Which row, and which order, a body is about. */
export function aboutOf(body: Recognition): About {
  if (body.form === "unknown") {
    return { subject: null, subjectId: null, orderNumber: body.orderNumber };
  }
  const data = dataOf(body);
  const subject = body.row?.subject ?? null;
  const orderNumber = firstOf(identifierOf(data["order_number"]), body.orderNumber);
  const subjectId = subject === null ? null : keyOf(subject, data, orderNumber);
  return { subject, subjectId, orderNumber };
}

/** Times are judged against the first receipt once and for all. */
export function identify(body: Recognition, frame: TimeFrame): Identity {
  const about = aboutOf(body);
  if (body.form === "unknown") return { ...about, statedAt: null, occurredAt: null, notes: [] };
  const stated = findTime(body.times, frame);
  if (stated.time !== null) {
    return { ...about, statedAt: stated.time, occurredAt: stated.time, notes: stated.notes };
  }
  const own = findOwnTime(about.subject, dataOf(body), frame);
  const notes = [...stated.notes, ...own.notes];
  return { ...about, statedAt: null, occurredAt: own.time, notes };
}

/** What the inbox keeps of a recognized body beside the body itself. */
export interface Description extends About {
  readonly form: Form;
  /** The catalog's spelling of a known type, another one as it was sent; null where none was found. */
  readonly eventType: string | null;
  readonly occurredAt: string | null;
}

/** A longer type is none of the 14; the body keeps it whole. */
const EVENT_TYPE_MAX_CHARACTERS = 65_536;

/** What the inbox keeps of a body that is recognized and identified. */
export function describe(body: Recognition, identity: Identity): Description {
  const { subject, subjectId, orderNumber, occurredAt } = identity;
  const eventType = body.form === "unknown" ? null : body.type.slice(0, EVENT_TYPE_MAX_CHARACTERS);
  return { form: body.form, eventType, subject, subjectId, orderNumber, occurredAt };
}

/** A body as it comes: what the inbox keeps of it, and the sender's id, where it gives one. */
export function describeBody(
  payload: string,
  typeHint: string | null,
  frame: TimeFrame,
): { readonly id: string | null; readonly description: Description } {
  const body = recognize(payload, typeHint);
  const id = body.form === "unknown" ? null : body.id;
  return { id, description: describe(body, identify(body, frame)) };
}

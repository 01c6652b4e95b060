/**
 * What a recognized body is about, without the use of its models: subject, row, order, and the times for its
 * precedence. The receiver stores it with the body; the projection uses the same result.
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
import { judgeTime, knownTime, type TimeFrame } from "./field-formats/time";
import { firstOf, isObject, type JsonObject } from "./values";

/** The row and the order. */
export interface About {
  /** Null if the type is not known. */
  readonly subject: Subject | null;
  /** The key of the row; null if the body has none. */
  readonly subjectId: string | null;
  readonly orderNumber: string | null;
}

export interface Identity extends About {
  /** The time in the envelope; null if it has none, or none that is plausible. */
  readonly statedAt: string | null;
  /** That time, otherwise the body's own: the date of a payment, refund or parcel, or the latest date in an order. */
  readonly occurredAt: string | null;
  /** Notes about unusual times. */
  readonly notes: readonly string[];
}

/** The field in which an entity states when it changed; order bodies have no such field. */
const entityTimes: Readonly<Record<Exclude<Subject, "order">, string>> = {
  payment: "payment_date",
  refund: "refund_date",
  shipment: "modified_at",
};

/** The fields of an order with past dates, without expected dates: a snapshot is not older than these. */
const shownTimes = {
  order: ["order_date", "payment_success_date"],
  payments: ["payment_date"],
  shipments: ["created_at", "modified_at", "shipped_date", "delivered_date"],
} as const;

/**
 * The most payments, and parcels, that are read from one order event. A body of 1 MB has room for 350,000 empty
 * entries, but for no more real ones than these.
 */
export const ENTRIES_MAX = 2_000;

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
  const entries: readonly unknown[] = Array.isArray(list) ? list.slice(0, ENTRIES_MAX) : [];
  return entries.filter(isObject).flatMap((entry) => fields.map((field) => entry[field]));
}

/** The latest past date in an order body. */
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

/** The field in which an export states when an entity changed. */
const CHANGED_FIELD = "modified_at";

function findOwnTime(
  subject: Subject | null,
  data: JsonObject,
  frame: TimeFrame,
  isImport: boolean,
): Found {
  if (subject === null) return { time: null, notes: [] };
  const changed = isImport ? knownTime(data[CHANGED_FIELD], frame) : null;
  if (changed !== null) return { time: changed, notes: [] };
  if (subject === "order") return { time: latestShown(data, frame), notes: [] };
  // A refund in the form of a payment has the payment's date.
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

/** The row and the order that a body is about. */
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

/**
 * Times are compared with the first receipt, so the result never changes. `isImport`: the body is of a file, not
 * of a delivery.
 */
export function identify(body: Recognition, frame: TimeFrame, isImport = false): Identity {
  const about = aboutOf(body);
  if (body.form === "unknown") return { ...about, statedAt: null, occurredAt: null, notes: [] };
  const stated = findTime(body.times, frame);
  if (stated.time !== null) {
    return { ...about, statedAt: stated.time, occurredAt: stated.time, notes: stated.notes };
  }
  const own = findOwnTime(about.subject, dataOf(body), frame, isImport);
  const notes = [...stated.notes, ...own.notes];
  return { ...about, statedAt: null, occurredAt: own.time, notes };
}

/** What the inbox stores about a recognized body, in addition to the body. */
export interface Description extends About {
  readonly form: Form;
  /** The catalog's spelling of a known type, or an unknown type as it was sent; null if none was found. */
  readonly eventType: string | null;
  readonly occurredAt: string | null;
}

/** A longer type cannot be one of the 14; the body keeps it whole. */
const EVENT_TYPE_MAX_CHARACTERS = 65_536;

/** What the inbox stores about a recognized and identified body. */
export function describe(body: Recognition, identity: Identity): Description {
  const { subject, subjectId, orderNumber, occurredAt } = identity;
  const eventType = body.form === "unknown" ? null : body.type.slice(0, EVENT_TYPE_MAX_CHARACTERS);
  return { form: body.form, eventType, subject, subjectId, orderNumber, occurredAt };
}

/** A new body: what the inbox stores about it, and the sender's id, if there is one. */
export function describeBody(
  payload: string,
  typeHint: string | null,
  frame: TimeFrame,
  isImport = false,
): { readonly id: string | null; readonly description: Description } {
  const body = recognize(payload, typeHint);
  const id = body.form === "unknown" ? null : body.id;
  return { id, description: describe(body, identify(body, frame, isImport)) };
}

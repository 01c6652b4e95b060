/**
 * A stored event in; the same event, decoded or quarantined, out. Unknown types are ignored. A body that cannot
 * be understood is quarantined with path and reason, and can be replayed after a fix.
 */
import type { core } from "zod/mini";
import type { CatalogRow } from "../events/catalog";
import { type Identity, identify } from "../events/identity";
import { isErased } from "../events/erased-body";
import { isImported } from "../events/imports/import-id";
import { describeIssues } from "../events/issues";
import { models } from "../events/models";
import { type KnownBody, type Recognition, recognize, statedStatus } from "../events/recognition";
import { isKnownStatus } from "../events/stages";
import { hasFieldOf, isRefundAsPayment } from "../events/subjects";
import { addMs, DAY_MS } from "../events/field-formats/time";
import { isObject, isPresent, type JsonObject } from "../events/values";
import type { DecodedEvent, EventFrame, StoredEvent } from "./decoded-event";
import { holdsErased } from "./patches/extra";
import { refundFromPayment } from "./patches/money-patches";

export type DecodeResult =
  | { readonly outcome: "decoded"; readonly event: DecodedEvent }
  | { readonly outcome: "ignored"; readonly reason: string }
  | { readonly outcome: "quarantined"; readonly reason: string };

function quarantined(reason: string): DecodeResult {
  return { outcome: "quarantined", reason };
}

/** An event with its recognized body. */
export interface RecognizedEvent {
  readonly stored: StoredEvent;
  readonly timeZone: string | null;
  readonly body: Recognition;
  readonly identity: Identity;
}

/** `timeZone`: the zone of times without a zone. */
export function recognizeEvent(stored: StoredEvent, timeZone: string | null): RecognizedEvent {
  const { id, payload, typeHint, receivedAt } = stored;
  const body = recognize(payload, typeHint);
  return {
    stored,
    timeZone,
    body,
    identity: identify(body, { receivedAt, timeZone }, isImported(id)),
  };
}

/** A refund that uses the field names of a payment; fields under a refund's own names are kept. */
function refundIn(data: JsonObject): JsonObject | core.$ZodError {
  const parsed = models.OrderPayment.safeParse(data);
  if (!parsed.success) return parsed.error;
  const own = Object.entries(data).filter(([, value]) => isPresent(value));
  return { ...refundFromPayment(parsed.data), ...Object.fromEntries(own) };
}

function parseRefund(data: JsonObject) {
  const refund = isRefundAsPayment(data) ? refundIn(data) : data;
  if (!isObject(refund)) return { success: false as const, error: refund };
  return models.OrderRefund.safeParse(refund);
}

/** Parses `data` by the model of its subject; payments have one model under two names. */
function parseData(common: EventFrame, data: JsonObject): DecodedEvent | core.$ZodError {
  const { subject } = common.row;
  switch (subject) {
    case "order": {
      const parsed = models.OrderDetail.safeParse(data);
      return parsed.success ? { ...common, subject, data: parsed.data } : parsed.error;
    }
    case "payment": {
      const parsed = models.OrderPayment.safeParse(data);
      return parsed.success ? { ...common, subject, data: parsed.data } : parsed.error;
    }
    case "refund": {
      const parsed = parseRefund(data);
      return parsed.success ? { ...common, subject, data: parsed.data } : parsed.error;
    }
    case "shipment": {
      const parsed = models.OrderShipment.safeParse(data);
      return parsed.success ? { ...common, subject, data: parsed.data } : parsed.error;
    }
  }
}

/**
 * The status that an event sets: the status of its type, or of `data`, or of its type if `data` has none. A bare body
 * sets its own status; a bare refund or parcel sets only a known one.
 */
function statusOf(form: KnownBody["form"], row: CatalogRow, data: JsonObject): string | null {
  const stated = statedStatus(row.subject, data);
  if (form === "bare") {
    const isOpen = row.subject === "order" || row.subject === "payment";
    return stated !== null && (isOpen || isKnownStatus(row.subject, stated)) ? stated : null;
  }
  if (!row.decides) return stated ?? row.status;
  return stated !== null && row.admits?.includes(stated) === true ? stated : row.status;
}

/**
 * Compared with the first receipt, so that the result is the same whenever the event is consumed. Only a time in
 * the envelope can make an event too old: an order's own date does not say when the event was sent.
 */
function isTooOld({ statedAt }: Identity, receivedAt: string, days: number | null): boolean {
  if (statedAt === null || days === null) return false;
  return statedAt < addMs(receivedAt, -days * DAY_MS);
}

/** Why the body of a known type cannot be applied, before its model is checked; null if it can be. */
function whyNotApplied(body: KnownBody, row: CatalogRow, { subjectId }: Identity): string | null {
  const { data } = body;
  if (!isObject(data)) return "data: expected an object";
  // In an envelope only the type counts: `data` needs nothing but a key.
  if (body.form === "flat" && !hasFieldOf(row.subject, data)) {
    return `data: no field of the ${row.subject} model is there`;
  }
  if (row.subject === "payment" && isRefundAsPayment(data)) {
    return `data.transaction_type: a refund under ${row.type}`;
  }
  return subjectId === null ? `data: no usable key of the ${row.subject} is there` : null;
}

/** `dedupeDays`: how old an event may be at its first receipt; null: of any age. */
export function decodeEvent(
  { stored, timeZone, body, identity }: RecognizedEvent,
  dedupeDays: number | null,
): DecodeResult {
  if (body.form === "unknown") return quarantined(body.reason);
  const { row, data, form } = body;
  if (row === null) {
    return { outcome: "ignored", reason: "the event type is none of the 14 that are known" };
  }
  const { id, receivedAt } = stored;
  if (isTooOld(identity, receivedAt, dedupeDays)) {
    const reason = `too old: its own time lies more than ${String(dedupeDays)} days before its receipt`;
    return { outcome: "ignored", reason };
  }
  const reason = whyNotApplied(body, row, identity);
  const { orderNumber, statedAt, occurredAt, notes, subjectId: key } = identity;
  if (reason !== null || !isObject(data) || key === null) {
    return quarantined(reason ?? "data: expected an object");
  }
  const status = statusOf(form, row, data);

  const common = {
    id,
    row,
    form,
    key,
    orderNumber,
    statedAt,
    occurredAt,
    receivedAt,
    timeZone,
    status,
    notes,
    raw: data,
    isErased: holdsErased(stored.payload) && isErased(stored.payload),
  };
  const event = parseData(common, data);
  return "subject" in event
    ? { outcome: "decoded", event }
    : quarantined(describeIssues(event, "data"));
}

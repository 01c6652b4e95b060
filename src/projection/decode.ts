/**
 * A stored event in, the same event understood or refused out. Unknown types are ignored; a body
 * that cannot be understood, or that its own type contradicts, is quarantined with path and reason:
 * a fix plus a replay loses nothing.
 */
import type { core } from "zod/mini";
import { findEventType } from "../events/catalog";
import { parseEnvelope } from "../events/envelope";
import { identify } from "../events/identity";
import { describeIssues } from "../events/issues";
import { models } from "../events/models";
import { addMs, DAY_MS } from "../events/time";
import { isObject } from "../events/values";
import { findContradiction } from "./contradiction";
import type { DecodedEvent, EventFrame, StoredEvent } from "./decoded-event";

export type DecodeResult =
  | { readonly outcome: "decoded"; readonly event: DecodedEvent }
  | { readonly outcome: "ignored"; readonly reason: string }
  | { readonly outcome: "quarantined"; readonly reason: string };

function quarantined(reason: string): DecodeResult {
  return { outcome: "quarantined", reason };
}

/** Parses `data` by the model of its subject; payments have one model under two names. */
function parseData(common: EventFrame, data: unknown): DecodedEvent | core.$ZodError {
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
      const parsed = models.OrderRefund.safeParse(data);
      return parsed.success ? { ...common, subject, data: parsed.data } : parsed.error;
    }
    case "shipment": {
      const parsed = models.OrderShipment.safeParse(data);
      return parsed.success ? { ...common, subject, data: parsed.data } : parsed.error;
    }
  }
}

/** Judged against the first receipt, so that it is the same whenever the event is consumed. */
function isTooOld(occurredAt: string | null, receivedAt: string, days: number | null): boolean {
  if (occurredAt === null || days === null) return false;
  return occurredAt < addMs(receivedAt, -days * DAY_MS);
}

/** `dedupeDays`: how old an event may be at its first receipt; null: of any age. */
export function decodeEvent(stored: StoredEvent, dedupeDays: number | null): DecodeResult {
  const parsed = parseEnvelope(stored.payload, stored.eventType);
  if (!parsed.ok) return quarantined(`the body is ${parsed.problem}`);
  const { envelope } = parsed;
  const row = findEventType(envelope.type);
  if (row === null) {
    return { outcome: "ignored", reason: "the event type is none of the 14 that are known" };
  }
  const identity = identify(envelope, stored.receivedAt);
  if (isTooOld(identity.occurredAt, stored.receivedAt, dedupeDays)) {
    const reason = `too old: its own time lies more than ${String(dedupeDays)} days before its receipt`;
    return { outcome: "ignored", reason };
  }
  if (!isObject(envelope.data)) return quarantined("data: expected an object");
  if (identity.subjectId === null)
    return quarantined(`data: no usable key of the ${row.subject} is there`);
  const common: EventFrame = {
    id: stored.id,
    row,
    form: envelope.form,
    key: identity.subjectId,
    orderNumber: identity.orderNumber,
    occurredAt: identity.occurredAt,
    receivedAt: stored.receivedAt,
    notes: identity.notes,
  };
  const event = parseData(common, envelope.data);
  if (!("subject" in event)) return quarantined(describeIssues(event, "data"));
  const contradiction = findContradiction(event, envelope.data);
  return contradiction === null ? { outcome: "decoded", event } : quarantined(contradiction);
}

/**
 * A stored event in, the same event understood or refused out. Unknown types are ignored; a body
 * that cannot be understood, or that its own type contradicts, is quarantined with path and reason:
 * a fix plus a replay loses nothing.
 */
import type { z } from "zod";
import { type CatalogRow, findEventType } from "../events/catalog";
import { parseEnvelope } from "../events/envelope";
import { identify } from "../events/identity";
import {
  describeIssues,
  models,
  type OrderDetail,
  type OrderRefund,
  type OrderShipment,
  type PaymentInfo,
} from "../events/models";
import { isObject } from "../events/values";
import { findContradiction } from "./contradiction";

/** What the inbox holds of an event. */
export interface StoredEvent {
  readonly id: string;
  readonly eventType: string;
  /** Of the first receipt. */
  readonly receivedAt: string;
  readonly payload: string;
}

interface Common {
  readonly id: string;
  readonly row: CatalogRow;
  readonly form: "envelope" | "bare";
  readonly key: string;
  readonly orderNumber: string | null;
  readonly occurredAt: string | null;
  readonly receivedAt: string;
  readonly notes: readonly string[];
}

export type DecodedEvent = Common &
  (
    | { readonly subject: "order"; readonly data: OrderDetail }
    | { readonly subject: "payment"; readonly data: PaymentInfo }
    | { readonly subject: "refund"; readonly data: OrderRefund }
    | { readonly subject: "shipment"; readonly data: OrderShipment }
  );

export type DecodeResult =
  | { readonly outcome: "decoded"; readonly event: DecodedEvent }
  | { readonly outcome: "ignored"; readonly reason: string }
  | { readonly outcome: "quarantined"; readonly reason: string };

function quarantined(reason: string): DecodeResult {
  return { outcome: "quarantined", reason };
}

/** Parses `data` by the model of its subject; payments have one model under two names. */
function parseData(common: Common, data: unknown): DecodedEvent | z.ZodError {
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

export function decodeEvent(stored: StoredEvent): DecodeResult {
  const parsed = parseEnvelope(stored.payload, stored.eventType);
  if (!parsed.ok) return quarantined(`the body is ${parsed.problem}`);
  const { envelope } = parsed;
  const row = findEventType(envelope.type);
  if (row === null) {
    return { outcome: "ignored", reason: "the event type is none of the 14 that are known" };
  }
  if (!isObject(envelope.data)) return quarantined("data: expected an object");
  const identity = identify(envelope, stored.receivedAt);
  if (identity.subjectId === null)
    return quarantined(`data: no usable key of the ${row.subject} is there`);
  const common: Common = {
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
  if (!("subject" in event)) return quarantined(describeIssues(event));
  const contradiction = findContradiction(event, envelope.data);
  return contradiction === null ? { outcome: "decoded", event } : quarantined(contradiction);
}

/**
 * What an envelope is about, told without its models: subject, row, order, and the time that its
 * precedence uses. The receiver writes it beside the body; the projection builds on the same answer.
 */
import { findEventType, type Subject } from "./catalog";
import type { Envelope } from "./envelope";
import { identifierOf, keyOf } from "./keys";
import { judgeTime } from "./time";
import { firstOf, isObject } from "./values";

export interface Identity {
  /** Null where the type is none of the 14. */
  readonly subject: Subject | null;
  /** The key of the row; null where the body has none. */
  readonly subjectId: string | null;
  readonly orderNumber: string | null;
  /** Null where no time was given that can be believed. */
  readonly occurredAt: string | null;
  /** What was odd about the times. */
  readonly notes: readonly string[];
}

/** Where an entity says itself when it changed; order bodies carry no such time. */
const entityTimes: Readonly<Record<Subject, string | null>> = {
  order: null,
  payment: "payment_date",
  refund: "refund_date",
  shipment: "modified_at",
};

function findTime(
  candidates: readonly { readonly field: string; readonly value: unknown }[],
  receivedAt: string,
): Pick<Identity, "occurredAt" | "notes"> {
  const notes: string[] = [];
  for (const { field, value } of candidates) {
    const verdict = judgeTime(value, receivedAt);
    if (verdict.known) return { occurredAt: verdict.time, notes };
    if (verdict.problem !== null) notes.push(`${field} ${verdict.problem}`);
  }
  return { occurredAt: null, notes };
}

/** Which row, and which order, an envelope is about. */
export function aboutOf(
  envelope: Envelope,
): Pick<Identity, "subject" | "subjectId" | "orderNumber"> {
  const subject = findEventType(envelope.type)?.subject ?? null;
  const data = isObject(envelope.data) ? envelope.data : {};
  const orderNumber = firstOf(identifierOf(data["order_number"]), envelope.orderNumber);
  const subjectId = subject === null ? null : keyOf(subject, data, orderNumber);
  return { subject, subjectId, orderNumber };
}

/** `receivedAt` is that of the first receipt: times are judged against it once and for all. */
export function identify(envelope: Envelope, receivedAt: string): Identity {
  const about = aboutOf(envelope);
  const { subject } = about;
  const data = isObject(envelope.data) ? envelope.data : {};
  const ownTime = subject === null ? null : entityTimes[subject];
  const candidates =
    ownTime === null
      ? envelope.times
      : [...envelope.times, { field: `data.${ownTime}`, value: data[ownTime] }];
  return { ...about, ...findTime(candidates, receivedAt) };
}

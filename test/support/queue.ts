/** Builders of queue messages whose answers are kept, and the consumer on the real D1. */
import { env } from "cloudflare:workers";
import type { ConsumerDeps } from "../../src/consumer/consumer";
import type { Delivery } from "../../src/consumer/deliveries";
import { encodeMessage, type WholeEvent } from "../../src/events/queue-message";
import { dayOf } from "../../src/events/time";
import { applyBatch } from "../../src/store/apply";
import { nobody } from "../../src/store/erased";
import { admitAndRead, noteFailedTry, recordConflicts } from "../../src/store/inbox";
import { defaults } from "../support/defaults";

export const RECEIVED_AT = "2026-11-24T10:00:00.000Z";
export const NOW = "2026-11-24T10:00:01.000Z";

export interface Kept extends Delivery {
  /** `acked`, or the delay in seconds after which it comes again; null while unanswered. */
  readonly answer: () => "acked" | number | null;
}

/** A message of which, as on the platform, the first answer counts. */
export function delivery(body: unknown, attempts = 1): Kept {
  let answer: "acked" | number | null = null;
  return {
    id: crypto.randomUUID(),
    body,
    attempts,
    ack: () => {
      answer ??= "acked";
    },
    retry: (options) => {
      answer ??= options?.delaySeconds ?? 0;
    },
    answer: () => answer,
  };
}

export function wholeEvent(id: string, data: unknown, over: Partial<WholeEvent> = {}): WholeEvent {
  const eventType = "order.confirmed";
  const created = { id, event_type: eventType, created_at: "2026-11-24T09:00:00.000Z" };
  return {
    id,
    eventType,
    typeHint: null,
    receivedAt: RECEIVED_AT,
    bodySha256: `sha-${id}`,
    verifiedBy: "current",
    stored: false,
    payload: JSON.stringify({ ...created, data }),
    ...over,
  };
}

export function whole(id: string, over: Partial<WholeEvent> = {}): string {
  return encodeMessage(wholeEvent(id, { order_number: `ORD-${id}` }, over));
}

/** The consumer on the real D1, with a clock that stands still and no luck in its delays. */
export function consumer(over: Partial<ConsumerDeps> = {}): ConsumerDeps {
  return {
    options: { ...defaults, forwardEvents: false, reviewDelayMs: 0, dayOf, dedupeDays: 400 },
    random: () => 0,
    erased: () => nobody,
    storeErased: () => Promise.resolve(),
    admitAndRead: (missing, queries) => admitAndRead(env.DB, missing, queries),
    apply: (batch) => applyBatch(env.DB, batch, NOW),
    noteFailedTry: (ids, error) => noteFailedTry(env.DB, ids, error),
    reportConflicts: (conflicts) => recordConflicts(env.DB, conflicts),
    wake: () => Promise.resolve(),
    ...over,
  };
}

/** Builders of events as the queue holds them, and the consumer on the real D1. */
import { env } from "cloudflare:workers";
import { consumeEvents, type ConsumerDeps } from "../../src/consumer/consumer";
import type { Delivery } from "../../src/consumer/deliveries";
import { encodeMessage, type WholeEvent } from "../../src/events/queue-message";
import type { InterpretOptions } from "../../src/projection/interpret";
import { usualRules } from "./rules";
import { applyBatch } from "../../src/store/state/apply";
import { defaults } from "./defaults";

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

/** An event that only the queue holds. */
export function queued(id: string, payload: string, over: Partial<WholeEvent> = {}): WholeEvent {
  return {
    id,
    eventType: "order.confirmed",
    typeHint: null,
    receivedAt: RECEIVED_AT,
    bodySha256: `sha-${id}`,
    verifiedBy: "current",
    stored: false,
    payload,
    ...over,
  };
}

export function wholeEvent(id: string, data: unknown, over: Partial<WholeEvent> = {}): WholeEvent {
  const created = { id, event_type: "order.confirmed", created_at: "2026-11-24T09:00:00.000Z" };
  return queued(id, JSON.stringify({ ...created, data }), over);
}

export function whole(id: string, over: Partial<WholeEvent> = {}): string {
  return encodeMessage(wholeEvent(id, { order_number: `ORD-${id}` }, over));
}

export const options: InterpretOptions = {
  ...defaults,
  forwardTo: [],
  reviewDelayMs: 0,
  rules: usualRules,
  dedupeDays: 400,
};

/** Every event is forwarded to FORWARD_URL. */
export const forwardAll: InterpretOptions["forwardTo"] = [
  { endpoint: "default", eventTypes: ["*"] },
];

type Over = Partial<Omit<ConsumerDeps, "options">> & { readonly options?: InterpretOptions };

/** The consumer on the real D1, with a clock that stands still and no luck in its delays. */
export function consumer(over: Over = {}, now = NOW): ConsumerDeps {
  return {
    db: env.DB,
    options,
    now: () => new Date(now),
    forwardTo: () => Promise.resolve((over.options ?? options).forwardTo),
    random: () => 0,
    apply: (batch) => applyBatch(env.DB, batch, now),
    raiseAlert: () => Promise.resolve(),
    wake: () => Promise.resolve(),
    ...over,
  };
}

/** A database whose every call fails with this text. */
export function failingDatabase(text: string): D1Database {
  return new Proxy(env.DB, {
    get: () => () => {
      throw new Error(text);
    },
  });
}

/**
 * Settled events are skipped by the consumer: they are set back to `received` first, so that a repeat is
 * truly merged again and not only recognised.
 */
export async function forgetVerdicts(ids: readonly (string | undefined)[]): Promise<void> {
  await env.DB.prepare(
    "UPDATE webhook_events SET status = 'received' WHERE id IN (SELECT value FROM json_each(?1))",
  )
    .bind(JSON.stringify(ids))
    .run();
}

/** One batch, of which every message must be acked: nothing here may need a retry. */
export async function consumeAll(events: readonly WholeEvent[], deps: ConsumerDeps): Promise<void> {
  const deliveries = events.map((event) => delivery(encodeMessage(event)));
  await consumeEvents(deliveries, deps);
  for (const [index, { answer }] of deliveries.entries()) {
    if (answer() !== "acked") throw new Error(`event ${events[index]?.id ?? "?"} was not acked`);
  }
}

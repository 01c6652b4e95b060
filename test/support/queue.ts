/** Builders of events as the queue holds them, and the consumer on the real D1. */
import { env } from "cloudflare:workers";
import { consumeEvents, type ConsumerDeps } from "../../src/consumer/consumer";
import type { Delivery } from "../../src/consumer/deliveries";
import { encodeMessage, type WholeEvent } from "../../src/events/queue-message";
import type { InterpretOptions } from "../../src/projection/interpret";
import { usualRules } from "./rules";
import { applyBatch } from "../../src/store/state/apply";
import { archivedOrders } from "../../src/store/closed-orders/archived-orders";
import { closedOrders } from "./archive";
import { defaults } from "./defaults";

export const RECEIVED_AT = "2026-11-24T10:00:00.000Z";
export const NOW = "2026-11-24T10:00:01.000Z";

export interface Kept extends Delivery {
  /** `acked`, or the delay of the retry in seconds; null while unanswered. */
  readonly answer: () => "acked" | number | null;
}

/** A message whose first answer counts, as on the platform. */
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

const raiseAlert = (): Promise<void> => Promise.resolve();

type Over = Partial<Omit<ConsumerDeps, "options">> & { readonly options?: InterpretOptions };

/** The consumer on the real D1, with a fixed clock and no randomness in its delays. */
export function consumer(over: Over = {}, now = NOW): ConsumerDeps {
  return {
    db: env.DB,
    options,
    now: () => new Date(now),
    forwardTo: () => Promise.resolve((over.options ?? options).forwardTo),
    random: () => 0,
    apply: (batch) => applyBatch(env.DB, batch, now),
    putBack: archivedOrders(env.DB, closedOrders(), { raiseAlert }).putBack,
    raiseAlert,
    wake: () => Promise.resolve(),
    ...over,
  };
}

/** A database on which every call fails with this text. */
export function failingDatabase(text: string): D1Database {
  return new Proxy(env.DB, {
    get: () => () => {
      throw new Error(text);
    },
  });
}

/**
 * The consumer skips settled events: this sets them back to `received`, so that a repeat is really merged again and not
 * only recognised.
 */
export async function forgetVerdicts(ids: readonly (string | undefined)[]): Promise<void> {
  await env.DB.prepare(
    "UPDATE webhook_events SET status = 'received' WHERE id IN (SELECT value FROM json_each(?1))",
  )
    .bind(JSON.stringify(ids))
    .run();
}

/** Consumes one batch and throws unless every message is acked: no message here may need a retry. */
export async function consumeAll(events: readonly WholeEvent[], deps: ConsumerDeps): Promise<void> {
  const deliveries = events.map((event) => delivery(encodeMessage(event)));
  await consumeEvents(deliveries, deps);
  for (const [index, { answer }] of deliveries.entries()) {
    if (answer() !== "acked") throw new Error(`event ${events[index]?.id ?? "?"} was not acked`);
  }
}

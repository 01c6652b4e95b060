/** Brings events to the real consumer and the real D1, in the batches of a schedule. */
import { env } from "cloudflare:workers";
import { consumeEvents, type ConsumerDeps } from "../../src/consumer/consumer";
import type { Delivery } from "../../src/consumer/deliveries";
import { encodeMessage } from "../../src/events/queue-message";
import { outboxRules } from "../../src/notifications/templates";
import type { StoredEvent } from "../../src/projection/decoded-event";
import type { InterpretOptions } from "../../src/projection/interpret";
import { applyBatch } from "../../src/store/apply";
import { RECEIVED_AT } from "./history";
import { defaults } from "./defaults";

export const NOW = RECEIVED_AT;
export const options: InterpretOptions = {
  ...defaults,
  rules: outboxRules,
  forwardEvents: false,
  reviewDelayMs: 86_400_000,
  dedupeDays: 400,
};

export function consumerDeps(): ConsumerDeps {
  return {
    db: env.DB,
    options,
    random: () => 0.5,
    apply: (batch) => applyBatch(env.DB, batch, NOW),
    raiseAlert: () => Promise.resolve(),
    wake: () => Promise.resolve(),
  };
}

/** A message that must be acked: a retry fails the test, since nothing here may need one. */
function delivery(event: StoredEvent): Delivery & { acked: boolean } {
  return {
    id: event.id,
    attempts: 1,
    body: encodeMessage({
      id: event.id,
      eventType: "",
      typeHint: event.typeHint,
      receivedAt: event.receivedAt,
      bodySha256: event.payload,
      verifiedBy: "current",
      stored: false,
      payload: event.payload,
    }),
    acked: false,
    ack() {
      this.acked = true;
    },
    retry() {
      throw new Error(`event ${event.id} was given back`);
    },
  };
}

/** Settled events are skipped by the consumer; a repeat must be merged again to prove anything. */
async function forgetVerdicts(events: readonly StoredEvent[]): Promise<void> {
  await env.DB.prepare(
    "UPDATE webhook_events SET status = 'received' WHERE id IN (SELECT value FROM json_each(?1))",
  )
    .bind(JSON.stringify(events.map(({ id }) => id)))
    .run();
}

/** Delivers the batches; with `together`, two consumers work at once. */
export async function deliver(
  batches: readonly (readonly StoredEvent[])[],
  together: boolean,
): Promise<void> {
  const deps = consumerDeps();
  for (let at = 0; at < batches.length; at += together ? 2 : 1) {
    const group = batches.slice(at, together ? at + 2 : at + 1);
    await forgetVerdicts(group.flat());
    const deliveries = group.map((batch) => batch.map(delivery));
    await Promise.all(deliveries.map((batch) => consumeEvents(batch, deps)));
    for (const message of deliveries.flat()) {
      if (!message.acked) throw new Error(`event ${message.id} was not acked`);
    }
  }
}

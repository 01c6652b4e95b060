/**
 * Drives the Worker into a fault: posts to it and delivers batches to it with chosen bindings, and returns the outcome
 * of each message. The messages and their answers are the platform's own.
 */
import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../src/index";
import { sign } from "../support/events";
import { Breaker, type Fault } from "./faulty";
import { soundEnv, type TestEnv } from "./recovery";

/** Working providers, and this time-out for D1, in milliseconds. */
export function patientEnv(timeoutMs: number): TestEnv {
  const patience = { RECEIPT_TIMEOUT_MS: String(timeoutMs) };
  return { ...soundEnv, ...patience };
}

/** A time-out that is long enough even on a busy machine. */
export const calmEnv = patientEnv(5_000);

/** Every call on D1 breaks; the queues work. */
export function downDatabase(fault: Fault = "fails before", slowMs = 0): D1Database {
  return new Breaker({ call: "every", fault, slowMs }).database(env.DB);
}

/** Every call on the queue breaks. */
export function downQueue(queue: Queue, fault: Fault = "fails before"): Queue {
  return new Breaker({ call: "every", fault }).queue(queue, "queue");
}

/** A queue that passes everything on and keeps a copy of the messages that were sent one by one. */
export function overheardQueue(queue: Queue): { readonly queue: Queue; readonly sent: unknown[] } {
  const sent: unknown[] = [];
  const proxy = new Proxy(queue, {
    get: (target, property) => {
      if (property === "sendBatch") {
        return (...messages: Parameters<Queue["sendBatch"]>) => target.sendBatch(...messages);
      }
      if (property !== "send") return Reflect.get(target, property) as unknown;
      return (...message: Parameters<Queue["send"]>) => {
        sent.push(message[0]);
        return target.send(...message);
      };
    },
  });
  return { queue: proxy, sent };
}

/** Posts a signed body; with `dies`, no work is done after the answer. */
export async function postTo(
  environment: TestEnv,
  value: unknown,
  { dies = false } = {},
): Promise<Response> {
  const body = typeof value === "string" ? value : JSON.stringify(value);
  const request = new Request("https://receiver.test/api/webhooks/ce", {
    method: "POST",
    headers: { "x-webhook-signature": await sign(body) },
    body,
  });
  const context = createExecutionContext();
  const response = await worker.fetch(request, environment, context);
  if (!dies) await waitOnExecutionContext(context);
  return response;
}

export interface Handed {
  /** Indices of the messages that were acked. */
  readonly acked: readonly number[];
  /** The index of each message that was returned to the queue, with its delay in seconds. */
  readonly retried: ReadonlyMap<number, number | undefined>;
}

/** One delivery of a batch. */
export async function hand(
  environment: TestEnv,
  queue: string,
  bodies: readonly unknown[],
  attempts = 1,
): Promise<Handed> {
  const messages = bodies.map((body, index) => ({
    id: String(index),
    timestamp: new Date(),
    attempts,
    body,
  }));
  const batch = createMessageBatch(queue, messages);
  const delays = new Map<string, number | undefined>();
  const watched = {
    queue,
    metadata: batch.metadata,
    messages: batch.messages.map((message) => ({
      id: message.id,
      timestamp: message.timestamp,
      body: message.body,
      attempts: message.attempts,
      ack: () => message.ack(),
      retry: (options?: QueueRetryOptions) => {
        delays.set(message.id, options?.delaySeconds);
        message.retry(options);
      },
    })),
    ackAll: () => batch.ackAll(),
    retryAll: (options?: QueueRetryOptions) => batch.retryAll(options),
  };
  const context = createExecutionContext();
  await worker.queue(watched, environment, context);
  await waitOnExecutionContext(context);
  const result = await getQueueResult(batch, createExecutionContext());
  return {
    acked: result.explicitAcks.map(Number).toSorted((a, b) => a - b),
    retried: new Map(
      result.retryMessages.map(({ msgId }): [number, number | undefined] => [
        Number(msgId),
        delays.get(msgId),
      ]),
    ),
  };
}

/** Fires the cron now. */
export async function fireCron(environment: TestEnv): Promise<void> {
  await worker.scheduled(createScheduledController({ cron: "* * * * *" }), environment);
}

/** Moves the receipt and the last push of the event back by this time. */
export async function ageEvent(id: string, seconds: number): Promise<void> {
  await env.DB.prepare(
    `UPDATE webhook_events SET push_at = strftime('%Y-%m-%dT%H:%M:%fZ', push_at, ?2),
      received_at = strftime('%Y-%m-%dT%H:%M:%fZ', received_at, ?2) WHERE id = ?1`,
  )
    .bind(id, `-${String(seconds)} seconds`)
    .run();
}

/** Runs `work` while D1 refuses, with the error `text`, every row of `table` that meets `condition`. */
export async function whileRefusing<T>(
  { table, condition, text }: { table: string; condition: string; text: string },
  work: () => Promise<T>,
): Promise<T> {
  await env.DB.prepare(
    `CREATE TRIGGER refusal BEFORE INSERT ON ${table} WHEN ${condition}
     BEGIN SELECT RAISE(ABORT, '${text}'); END`,
  ).run();
  try {
    return await work();
  } finally {
    await env.DB.prepare("DROP TRIGGER refusal").run();
  }
}

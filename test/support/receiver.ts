/** Drives the Worker as its clients do, and reads the stored rows. */
import {
  createExecutionContext,
  createMessageBatch,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { vi } from "vitest";
import { z } from "zod";
import worker from "../../src/index";
import { sign } from "./events";

export const ORIGIN = "https://receiver.test";
export const WEBHOOKS = "/api/webhooks/ce";

export type Row = Record<string, string | number | null>;
export type Vars = Partial<Record<string, unknown>>;

export interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null sends no signature; without it, the body is signed with `secret`. */
  readonly signature?: string | null;
  readonly secret?: string;
  /** Vars and bindings of this request that differ from those of the tests. */
  readonly vars?: Vars;
}

/** Calls the Worker with vars or bindings other than those of the tests. */
export async function fetchWith(vars: Vars, request: Request): Promise<Response> {
  const context = createExecutionContext();
  const response = await worker.fetch(request, { ...env, ...vars }, context);
  await waitOnExecutionContext(context);
  return response;
}

/** Posts a body, signed by default. */
export async function post(
  body: string | Uint8Array<ArrayBuffer>,
  sent: Sent = {},
): Promise<Response> {
  const headers = new Headers({ "content-type": "application/json", ...sent.headers });
  const signature = sent.signature === undefined ? await sign(body, sent.secret) : sent.signature;
  if (signature !== null) headers.set("x-webhook-signature", signature);
  const request = new Request(`${ORIGIN}${sent.path ?? WEBHOOKS}`, {
    method: sent.method ?? "POST",
    headers,
    body,
  });
  return sent.vars === undefined
    ? await exports.default.fetch(request)
    : await fetchWith(sent.vars, request);
}

export const receipt = z.strictObject({
  received: z.literal(true),
  id: z.string(),
  duplicate: z.boolean(),
});
export type Receipt = z.infer<typeof receipt>;

/** Posts a body that must be accepted; `value` is sent as JSON, or unchanged if it is text. */
export async function deliver(value: unknown, sent: Sent = {}): Promise<Receipt> {
  const response = await post(typeof value === "string" ? value : JSON.stringify(value), sent);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${String(response.status)} ${text}`);
  return receipt.parse(JSON.parse(text));
}

/** The text under `error`; throws if the answer is not `{"error": text}`. */
export async function errorOf(response: Response): Promise<string> {
  const body: unknown = await response.json();
  if (
    typeof body !== "object" ||
    body === null ||
    Object.keys(body).join() !== "error" ||
    !("error" in body) ||
    typeof body.error !== "string"
  ) {
    throw new Error(`not a refusal: ${JSON.stringify(body)}`);
  }
  return body.error;
}

export async function rows(sql: string, ...values: readonly (string | number)[]): Promise<Row[]> {
  const result = await env.DB.prepare(sql)
    .bind(...values)
    .all<Row>();
  return result.results;
}

/** The only row that a query finds; throws otherwise. */
export async function row(sql: string, ...values: readonly (string | number)[]): Promise<Row> {
  const found = await rows(sql, ...values);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${String(found.length)} rows: ${sql} ${values.join(", ")}`);
  }
  return first;
}

export async function eventRow(id: string): Promise<Row> {
  return await row("SELECT * FROM webhook_events WHERE id = ?1", id);
}

/** Waits until none of the events is `received`; returns their rows in the given order. */
export async function settled(...ids: readonly string[]): Promise<Row[]> {
  await vi.waitUntil(
    async () => {
      const waiting = await rows(
        `SELECT j.value FROM json_each(?1) j LEFT JOIN webhook_events e ON e.id = j.value
         WHERE e.id IS NULL OR e.status = 'received'`,
        JSON.stringify(ids),
      );
      return waiting.length === 0;
    },
    { timeout: 8_000, interval: 20 },
  );
  return await Promise.all(ids.map(eventRow));
}

/** Delivers events one after the other and waits until all are applied. */
export async function apply(...events: readonly unknown[]): Promise<Row[]> {
  const ids: string[] = [];
  for (const value of events) ids.push((await deliver(value)).id);
  return await settled(...ids);
}

/** A real binding on which every call fails, as if the service behind it were down. */
export function broken<T extends object>(binding: T): T {
  return new Proxy(binding, {
    get: () => () => {
      throw new Error("D1_ERROR: Network connection lost");
    },
  });
}

/** Receives an event while the queue is down: it is in the inbox and nothing consumes it. */
export async function receiveOnly(value: unknown, vars: Vars = {}): Promise<string> {
  const receipt = await deliver(value, { vars: { ...vars, EVENTS: broken(env.EVENTS) } });
  return receipt.id;
}

/** Consumes events of the inbox as one batch, with other vars if needed. */
export async function consumeBatch(ids: readonly string[], vars: Vars = {}): Promise<void> {
  const messages = ids.map((id, index) => ({
    id: `message-${String(index)}-${id.slice(0, 40)}`,
    timestamp: new Date(),
    attempts: 1,
    body: JSON.stringify({ id }),
  }));
  const context = createExecutionContext();
  await worker.queue(createMessageBatch("ce-events", messages), { ...env, ...vars }, context);
  await waitOnExecutionContext(context);
}

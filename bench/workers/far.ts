/**
 * D1 and the queues at a distance, as in production: each call of D1 takes a round trip, D1 serves one query at a
 * time, and a send takes its time. It runs twice, as D1 and as the queues, each in a process of its own: so it takes no
 * time from the Worker that is measured (distant.ts), and a batch at D1 delays no send. The real local D1 and queues do
 * the work, and their time is part of the delay, not added to it. The delays vary, from a seed. A batch of messages is
 * handed over by HTTP.
 *
 * D1's line is a number, the moment at which it is free: requests may not wait for each other's promises.
 */
import { createRandom } from "../../testbed/stories/random";
import { runIn, type Statement } from "./database-of";

/** In milliseconds. */
interface Delays {
  readonly read: number;
  readonly write: number;
  readonly statement: number;
  readonly row: number;
  readonly send: number;
}

interface FarEnv {
  /** JSON of `Delays`. */
  readonly DELAYS: string;
  readonly DB: D1Database;
  readonly EVENTS: Queue;
  readonly NOTIFICATIONS: Queue;
}

/** A call of D1. `sentMs`: when it was made, in milliseconds since the epoch. */
export interface Query {
  readonly path: "receipt" | "rest";
  readonly sentMs: number;
  readonly statements: readonly Statement[];
}

/** A call of a queue. */
export interface Sending {
  readonly queue: "EVENTS" | "NOTIFICATIONS";
  readonly sentMs: number;
  readonly messages: readonly MessageSendRequest[];
}

/** A batch of messages for the Worker. */
export interface Batch {
  readonly queue: string;
  readonly messages: readonly {
    readonly id: string;
    readonly timestampMs: number;
    readonly attempts: number;
    readonly body: unknown;
  }[];
}

/** The messages that the Worker wants again; the others are acknowledged. */
export interface Outcome {
  readonly again: Readonly<Record<string, QueueRetryOptions>>;
}

/** The use of D1 by one path. */
interface Used {
  trips: number;
  statements: number;
  rowsWritten: number;
}

/** The delay of each round trip differs from its mean by at most this share. */
const JITTER = 0.25;
const createUsed = (): Used => ({ trips: 0, statements: 0, rowsWritten: 0 });

const random = createRandom(1);
let freeMs = 0;
const used = { receipt: createUsed(), rest: createUsed() };
/** D1's working time, and the longest time that a call waited in its line, in milliseconds. */
let busyMs = 0;
let longestLineMs = 0;
/** Events that were sent to the queue whole, because the inbox did not have them. */
let queued = 0;
/** When the status of each event was written, in milliseconds since the epoch. */
const appliedMs = new Map<string, number>();
/** The address of the Worker. */
let consumer: string | null = null;

const delaysOf = ({ DELAYS }: FarEnv): Delays => JSON.parse(DELAYS) as Delays;

const vary = (ms: number): number => ms * random.between(1 - JITTER, 1 + JITTER);

async function until(ms: number): Promise<void> {
  const leftMs = ms - Date.now();
  if (leftMs > 0) await scheduler.wait(leftMs);
}

function noteApplied({ sql, values }: Statement): void {
  if (!/UPDATE (webhook_events|naive_events) SET status/.test(sql)) return;
  const [first] = values;
  if (typeof first !== "string") return;
  const ids = first.startsWith("[[")
    ? (JSON.parse(first) as [string][]).map(([id]) => id)
    : [first];
  for (const id of ids) appliedMs.set(id, Date.now());
}

async function query(env: FarEnv, { path, sentMs, statements }: Query): Promise<D1Result[]> {
  const { read, write, statement, row } = delaysOf(env);
  const isRead = statements.every(({ sql }) => /^\s*(SELECT|WITH)\b/i.test(sql));
  const tripMs = vary(isRead ? read : write);
  const arrivesMs = sentMs + tripMs / 2;
  const results = await runIn(env.DB, statements);
  const written = results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
  const serviceMs = statement * statements.length + row * written;
  longestLineMs = Math.max(longestLineMs, freeMs - arrivesMs);
  freeMs = Math.max(arrivesMs, freeMs) + serviceMs;
  busyMs += serviceMs;
  const mine = used[path];
  mine.trips += 1;
  mine.statements += statements.length;
  mine.rowsWritten += written;
  await until(freeMs + tripMs / 2);
  for (const one of statements) noteApplied(one);
  return results;
}

async function send(env: FarEnv, { queue, sentMs, messages }: Sending): Promise<void> {
  const endsMs = sentMs + vary(delaysOf(env).send);
  for (const { body } of messages) {
    if (typeof body === "string" && body.includes('"stored":false')) queued += 1;
  }
  await env[queue].sendBatch(messages);
  await until(endsMs);
}

async function answer(request: Request, env: FarEnv): Promise<unknown> {
  const { pathname } = new URL(request.url);
  if (pathname === "/d1") return await query(env, await request.json());
  if (pathname === "/send") {
    await send(env, await request.json());
    return null;
  }
  if (pathname === "/consumer") {
    consumer = await request.json();
    return null;
  }
  return { used, busyMs, longestLineMs, queued, applied: [...appliedMs] };
}

export default {
  async fetch(request: Request, env: FarEnv): Promise<Response> {
    try {
      return Response.json(await answer(request, env));
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },

  async queue(batch: MessageBatch, _env: FarEnv): Promise<void> {
    if (consumer === null) throw new Error("no consumer yet");
    const messages = batch.messages.map(({ id, timestamp, attempts, body }) => ({
      id,
      timestampMs: timestamp.getTime(),
      attempts,
      body,
    }));
    const response = await fetch(new URL("/bench/consume", consumer), {
      method: "POST",
      body: JSON.stringify({ queue: batch.queue, messages } satisfies Batch),
    });
    if (!response.ok) throw new Error(await response.text());
    const { again } = await response.json<Outcome>();
    for (const message of batch.messages) {
      const options = again[message.id];
      if (options === undefined) message.ack();
      else message.retry(options);
    }
  },
};

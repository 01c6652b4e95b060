/**
 * A Worker with D1 and queues at a distance, as in production: each call of D1 takes a round trip, D1 serves one query
 * at a time, and a send takes its time. The real local D1 and queues do the work; their time is part of the delay, not
 * added to it. The delays vary, from a seed.
 *
 * D1's line is a number, the moment at which it is free: requests may not wait for each other's promises.
 */
import { createRandom } from "../../testbed/stories/random";
import { intercepted, type Statement } from "./intercept";

/** In milliseconds. */
interface Delays {
  readonly read: number;
  readonly write: number;
  readonly statement: number;
  readonly row: number;
  readonly send: number;
}

/** The delay of each round trip differs from its mean by at most this share. */
const JITTER = 0.25;
interface Bindings {
  readonly DB: D1Database;
  readonly EVENTS: Queue;
}
/** Set by the harness: the delays, as JSON of `Delays`. */
interface Harness {
  readonly DISTANT: string;
  readonly NOTIFICATIONS: Queue;
}

/** The use of D1 by one path. */
interface Used {
  trips: number;
  statements: number;
  rowsWritten: number;
}

const createUsed = (): Used => ({ trips: 0, statements: 0, rowsWritten: 0 });

class Distance {
  readonly #delays: Delays;
  readonly #random = createRandom(1);
  #freeMs = 0;
  readonly used = { receipt: createUsed(), rest: createUsed() };
  /** D1's working time, and the longest time that a call waited in its line, in milliseconds. */
  busyMs = 0;
  longestLineMs = 0;
  /** Events that were sent to the queue whole, because the inbox did not have them. */
  queued = 0;
  /** When the status of each event was written, in milliseconds since the epoch. */
  readonly appliedMs = new Map<string, number>();

  constructor(delays: Delays) {
    this.#delays = delays;
  }

  #vary(ms: number): number {
    return ms * this.#random.between(1 - JITTER, 1 + JITTER);
  }

  async #until(ms: number): Promise<void> {
    const leftMs = ms - Date.now();
    if (leftMs > 0) await scheduler.wait(leftMs);
  }

  database(inner: D1Database, path: "receipt" | "rest"): D1Database {
    return intercepted(inner, async (statements, run) => {
      const { read, write, statement, row } = this.#delays;
      const isRead = statements.every(({ sql }) => /^\s*(SELECT|WITH)\b/i.test(sql));
      const tripMs = this.#vary(isRead ? read : write);
      const arrivesMs = Date.now() + tripMs / 2;
      const results = await run();
      const written = results.reduce((sum, { meta }) => sum + meta.rows_written, 0);
      const serviceMs = statement * statements.length + row * written;
      this.longestLineMs = Math.max(this.longestLineMs, this.#freeMs - arrivesMs);
      this.#freeMs = Math.max(arrivesMs, this.#freeMs) + serviceMs;
      this.busyMs += serviceMs;
      const used = this.used[path];
      used.trips += 1;
      used.statements += statements.length;
      used.rowsWritten += written;
      await this.#until(this.#freeMs + tripMs / 2);
      for (const one of statements) this.#noteApplied(one);
      return results;
    });
  }

  #noteApplied({ sql, values }: Statement): void {
    if (!/UPDATE (webhook_events|naive_events) SET status/.test(sql)) return;
    const [first] = values;
    if (typeof first !== "string") return;
    const ids = first.startsWith("[[")
      ? (JSON.parse(first) as [string][]).map(([id]) => id)
      : [first];
    for (const id of ids) this.appliedMs.set(id, Date.now());
  }

  queue(inner: Queue): Queue {
    const count = (body: unknown): void => {
      if (typeof body === "string" && body.includes('"stored":false')) this.queued += 1;
    };
    const slowly = async (sending: Promise<unknown>): Promise<unknown> => {
      const endsMs = Date.now() + this.#vary(this.#delays.send);
      const result = await sending;
      await this.#until(endsMs);
      return result;
    };
    return {
      send: (...sent: Parameters<Queue["send"]>) => {
        count(sent[0]);
        return slowly(inner.send(...sent));
      },
      sendBatch: (...sent: Parameters<Queue["sendBatch"]>) => {
        for (const { body } of sent[0]) count(body);
        return slowly(inner.sendBatch(...sent));
      },
    } as unknown as Queue;
  }
}

interface Handlers<Env> {
  fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response>;
  scheduled?(controller: ScheduledController, env: Env): Promise<void>;
  queue?(batch: MessageBatch, env: Env, context: ExecutionContext): Promise<void>;
}

interface Placed<Env> {
  readonly distance: Distance;
  readonly receipt: Env;
  readonly rest: Env;
}

/** The same Worker, with its bindings at a distance. `GET /bench` returns the figures so far. */
export function atDistance<Env extends Bindings>(worker: Handlers<Env>): Handlers<Env & Harness> {
  let placed: Placed<Env> | null = null;
  // Only once: a Worker keeps its state about a binding under the binding object.
  const place = (env: Env & Harness): Placed<Env> => {
    if (placed !== null) return placed;
    const distance = new Distance(JSON.parse(env.DISTANT) as Delays);
    const queues = {
      EVENTS: distance.queue(env.EVENTS),
      NOTIFICATIONS: distance.queue(env.NOTIFICATIONS),
    };
    placed = {
      distance,
      receipt: { ...env, ...queues, DB: distance.database(env.DB, "receipt") },
      rest: { ...env, ...queues, DB: distance.database(env.DB, "rest") },
    };
    return placed;
  };
  return {
    async fetch(request, env, context) {
      const { distance, receipt } = place(env);
      if (!request.url.endsWith("/bench")) return await worker.fetch(request, receipt, context);
      const { used, busyMs, longestLineMs, queued, appliedMs } = distance;
      return Response.json({ used, busyMs, longestLineMs, queued, applied: [...appliedMs] });
    },
    async scheduled(controller, env) {
      await worker.scheduled?.(controller, place(env).rest);
    },
    async queue(batch, env, context) {
      await worker.queue?.(batch, place(env).rest, context);
    },
  };
}

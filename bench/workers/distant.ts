/** A Worker whose D1 and queues are each in another process, at a distance (far.ts). */
import { databaseOf } from "./database-of";
import type { Batch, Outcome, Query, Sending } from "./far";

/** Set by the harness. */
interface Harness {
  readonly FAR_D1: Fetcher;
  readonly FAR_QUEUES: Fetcher;
}

interface Handlers<Env> {
  fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response>;
  scheduled?(controller: ScheduledController, env: Env): Promise<void>;
  queue?(batch: MessageBatch, env: Env, context: ExecutionContext): Promise<void>;
}

async function call(far: Fetcher, path: string, asked: Query | Sending): Promise<unknown> {
  const response = await far.fetch(`http://far${path}`, {
    method: "POST",
    body: JSON.stringify(asked),
  });
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}

function database(far: Fetcher, path: Query["path"]): D1Database {
  return databaseOf(
    async (statements) =>
      (await call(far, "/d1", { path, sentMs: Date.now(), statements })) as D1Result[],
  );
}

function queue(far: Fetcher, name: Sending["queue"]): Queue {
  const send = async (messages: Sending["messages"]): Promise<void> => {
    await call(far, "/send", { queue: name, sentMs: Date.now(), messages });
  };
  return {
    send: (body: unknown, options: QueueSendOptions = {}) => send([{ body, ...options }]),
    sendBatch: send,
  } as unknown as Queue;
}

/** The batch as the Worker gets it, and what it wants again. */
function opened({ queue: name, messages }: Batch) {
  const again: Record<string, QueueRetryOptions> = {};
  const batch = {
    queue: name,
    messages: messages.map(({ timestampMs, ...message }) => ({
      ...message,
      timestamp: new Date(timestampMs),
      ack: () => undefined,
      retry: (options: QueueRetryOptions = {}) => void (again[message.id] = options),
    })),
    ackAll: () => undefined,
    retryAll: (options: QueueRetryOptions = {}) => {
      for (const { id } of messages) again[id] = options;
    },
  } as unknown as MessageBatch;
  return { batch, outcome: { again } satisfies Outcome };
}

/** The same Worker, with its bindings at a distance. `POST /bench/consume` hands it a batch of messages. */
export function atDistance<Env extends object>(worker: Handlers<Env>): Handlers<Env & Harness> {
  let placed: { readonly receipt: Env; readonly rest: Env } | null = null;
  // Only once: a Worker keeps its state about a binding under the binding object.
  const place = ({ FAR_D1, FAR_QUEUES, ...env }: Env & Harness) => {
    if (placed !== null) return placed;
    const queues = {
      EVENTS: queue(FAR_QUEUES, "EVENTS"),
      NOTIFICATIONS: queue(FAR_QUEUES, "NOTIFICATIONS"),
    };
    const at = (path: Query["path"]): Env =>
      ({ ...env, ...queues, DB: database(FAR_D1, path) }) as unknown as Env;
    return (placed = { receipt: at("receipt"), rest: at("rest") });
  };
  return {
    async fetch(request, env, context) {
      const { receipt, rest } = place(env);
      if (!request.url.endsWith("/bench/consume")) {
        return await worker.fetch(request, receipt, context);
      }
      const { batch, outcome } = opened(await request.json());
      await worker.queue?.(batch, rest, context);
      return Response.json(outcome);
    },
    async scheduled(controller, env) {
      await worker.scheduled?.(controller, place(env).rest);
    },
  };
}

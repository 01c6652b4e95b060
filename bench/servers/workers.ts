/** Workers to be measured: by default nothing consumes the queues, and every message is accepted. */
import {
  type Receiver,
  type ReceiverOptions,
  startReceiver,
} from "../../testbed/receiver/start.ts";

export const SECRET = "bench-secret";

export type WorkerServer = Receiver;

export async function startWorker(options: ReceiverOptions): Promise<WorkerServer> {
  const settings = { CE_WEBHOOK_SECRET: SECRET, ...options.settings };
  return await startReceiver({ consumes: false, acceptsMessages: true, ...options, settings });
}

/** Calls a path of a Worker of bench/workers/; returns its answer. */
export async function call(server: WorkerServer, path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(new URL(path, server.url), init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}

/** Workers to be measured: nothing is taken from the queues unless told, and every message is accepted. */
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

/** Asks a Worker of bench/workers/ to do something; answers what it says of it. */
export async function call(server: WorkerServer, path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(new URL(path, server.url), init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}

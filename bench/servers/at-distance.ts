/** A Worker of bench/workers/ with D1 and queues at a distance (workers/far.ts). */
import { constants, setPriority } from "node:os";
import { CHANNELS } from "../channels.ts";
import { naiveTable } from "../receive.ts";
import { call, startWorker, type WorkerServer } from "./workers.ts";

/** In milliseconds; `row` is for each row that D1 counts as written. */
export const DELAYS = { read: 25, write: 40, statement: 2, row: 0.05, send: 20 } as const;

/**
 * The Worker that answers, in a process of its own, as on the platform: another process of the same Worker takes what
 * the queues hand over and its cron; D1 is a third one, and the queues are a fourth.
 */
export interface Placed extends WorkerServer {
  readonly d1: WorkerServer;
  readonly queues: WorkerServer;
}

/** `slower`: the factor by which D1 is slower than DELAYS. */
export async function startAtDistance(worker: string, slower: number): Promise<Placed> {
  const { statement, row } = DELAYS;
  const delays = { ...DELAYS, statement: statement * slower, row: row * slower };
  const started: WorkerServer[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.close()));
  };
  const add = async (options: Parameters<typeof startWorker>[0]): Promise<WorkerServer> => {
    const server = await startWorker(options);
    started.push(server);
    return server;
  };
  try {
    const far = {
      entry: "bench/workers/far.ts",
      settings: { DELAYS: JSON.stringify(delays) },
      acceptsMessages: false,
    };
    const tables = worker === "ours" ? {} : { statements: [naiveTable] };
    const d1 = await add({ ...far, ...tables });
    const queues = await add({ ...far, statements: [], consumes: worker !== "least" });
    const near = {
      entry: `bench/workers/distant-${worker}.ts`,
      settings: CHANNELS["e-mail, SMS, team"],
      services: { FAR_D1: d1.url, FAR_QUEUES: queues.url },
      statements: [],
    };
    const { url } = await add(near);
    const consumer = await add(near);
    await call(queues, "/consumer", consumer.origin);
    // On the platform, what is applied takes no processor from what is received.
    for (const pid of consumer.pids) setPriority(pid, constants.priority.PRIORITY_LOW);
    return { ...consumer, url, d1, queues, query: d1.query, close };
  } catch (error) {
    await close();
    throw error;
  }
}

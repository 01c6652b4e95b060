/** Events a second through the consumer, beside one that writes one upsert an event. */
import { startStep } from "../tools/demo/progress.ts";
import { mixOfEvents } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { migrationStatements, startWorker, type WorkerServer } from "./servers/workers.ts";

const BATCH = 100;
const EVENTS = 3_000;
/** A naive consumer is slow: fewer events of it take as long. */
const NAIVE_EVENTS = 400;

export interface ConsumeResult {
  /** Events a second, one entry a round. */
  readonly ours: readonly number[];
  readonly naive: readonly number[];
  /** This receiver's consumer, handed one event at a time. */
  readonly single: readonly number[];
}

/** Seconds that the Worker's own clock saw; sending it the events is not counted. */
async function seconds(
  server: WorkerServer,
  path: string,
  asked: { readonly payloads: readonly string[]; readonly batch: number },
): Promise<number> {
  const { ms } = (await server.call(path, asked)) as { readonly ms: number };
  return ms / 1000;
}

/** Events a second of this receiver; their inbox rows are written beforehand, as by the receipt. */
export async function consumeRate(
  server: WorkerServer,
  next: () => string,
  events = EVENTS,
  batch = BATCH,
): Promise<number> {
  const payloads = Array.from({ length: events }, next);
  await server.call("/admit", { payloads, batch: BATCH });
  return events / (await seconds(server, "/consume", { payloads, batch }));
}

export async function benchConsume({ rounds }: BenchOptions): Promise<ConsumeResult> {
  const server = await startWorker({
    entry: "bench/workers/inside.ts",
    secret: "bench-secret",
    statements: migrationStatements(),
  });
  const mix = mixOfEvents();
  let prefix = 0;
  const next = (): string => mix(`consume_${prefix}`);
  const ours: number[] = [];
  const naive: number[] = [];
  const single: number[] = [];
  const step = startStep("consume");
  try {
    await consumeRate(server, next, 500);
    for (let round = 0; round < rounds; round += 1) {
      prefix += 1;
      ours.push(await consumeRate(server, next));
      const payloads = Array.from({ length: NAIVE_EVENTS }, next);
      const took = await seconds(server, "/consume-naively", { payloads, batch: 1 });
      naive.push(NAIVE_EVENTS / took);
      single.push(await consumeRate(server, next, NAIVE_EVENTS, 1));
      step.update(round + 1, rounds);
    }
  } finally {
    await server.close();
  }
  step.done(`${rounds} rounds of ${EVENTS} events in batches of ${BATCH}`);
  return { ours, naive, single };
}

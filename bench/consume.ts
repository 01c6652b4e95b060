/** Events per second through the consumer, compared with one that writes one upsert per event. */
import { startStep } from "../testbed/terminal/progress.ts";
import { type Counted, whatOf } from "./ledger.ts";
import { mixOfEvents } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { call, startWorker, type WorkerServer } from "./servers/workers.ts";

const BATCH = 100;
const EVENTS = 3_000;
/** A naive consumer is slow: this many events take as long. */
const NAIVE_EVENTS = 400;

export interface ConsumeResult {
  /** Events per second, one entry per round. */
  readonly ours: readonly number[];
  /** Its D1 batches alone: the events were read and interpreted beforehand. */
  readonly applying: readonly number[];
  readonly naive: readonly number[];
  /** This receiver's consumer with one event at a time. */
  readonly single: readonly number[];
  readonly statements: StatementShares;
}

/** The average time of one batch, by part. */
interface StatementShares {
  readonly batchMs: number;
  /** As D1 measures it; the rest is the Worker's own time and the transfer between them. */
  readonly d1Ms: number;
  readonly byStatement: readonly {
    readonly what: string;
    readonly aBatch: number;
    readonly ms: number;
    readonly rowsWritten: number;
  }[];
}

/**
 * Events per second by the Worker's own clock; the time to send it the events is not counted. `/consume` is this
 * receiver, `/apply` its D1 batches alone, from events that were read and interpreted beforehand. The inbox rows are
 * written before, as the receipt does.
 */
export async function consumeRate(
  server: WorkerServer,
  next: () => string,
  { path = "/consume", events = EVENTS, batch = BATCH } = {},
): Promise<number> {
  const payloads = Array.from({ length: events }, next);
  await call(server, "/admit", { payloads, batch: BATCH });
  const { ms } = (await call(server, path, { payloads, batch })) as { readonly ms: number };
  return (events * 1000) / ms;
}

async function statementShares(server: WorkerServer, next: () => string): Promise<StatementShares> {
  const payloads = Array.from({ length: EVENTS }, next);
  await call(server, "/admit", { payloads, batch: BATCH });
  const { ms, statements } = (await call(server, "/statements", { payloads, batch: BATCH })) as {
    readonly ms: number;
    readonly statements: readonly (Counted & { readonly ms: number })[];
  };
  const batches = EVENTS / BATCH;
  const byStatement = Object.entries(Object.groupBy(statements, ({ sql }) => whatOf(sql))).map(
    ([what, all = []]) => ({
      what,
      aBatch: all.length / batches,
      ms: all.reduce((sum, one) => sum + one.ms, 0) / batches,
      rowsWritten: all.reduce((sum, one) => sum + one.written, 0) / batches,
    }),
  );
  return {
    batchMs: ms / batches,
    d1Ms: byStatement.reduce((sum, one) => sum + one.ms, 0),
    byStatement: byStatement.toSorted((a, b) => b.ms - a.ms),
  };
}

async function naiveRate(server: WorkerServer, next: () => string): Promise<number> {
  const payloads = Array.from({ length: NAIVE_EVENTS }, next);
  const { ms } = (await call(server, "/consume-naively", { payloads, batch: 1 })) as {
    readonly ms: number;
  };
  return (NAIVE_EVENTS * 1000) / ms;
}

export async function benchConsume({ rounds }: BenchOptions): Promise<ConsumeResult> {
  const server = await startWorker({ entry: "bench/workers/inside.ts" });
  const mix = mixOfEvents();
  let prefix = 0;
  const next = (): string => mix(`consume_${prefix}`);
  const ours: number[] = [];
  const applying: number[] = [];
  const naive: number[] = [];
  const single: number[] = [];
  const step = startStep("consume");
  try {
    await consumeRate(server, next, { events: 500 });
    for (let round = 0; round < rounds; round += 1) {
      prefix += 1;
      ours.push(await consumeRate(server, next));
      applying.push(await consumeRate(server, next, { path: "/apply" }));
      naive.push(await naiveRate(server, next));
      single.push(await consumeRate(server, next, { events: NAIVE_EVENTS, batch: 1 }));
      step.update(round + 1, rounds);
    }
    prefix += 1;
    const statements = await statementShares(server, next);
    step.done(`${rounds} rounds of ${EVENTS} events in batches of ${BATCH}`);
    return { ours, applying, naive, single, statements };
  } finally {
    await server.close();
  }
}

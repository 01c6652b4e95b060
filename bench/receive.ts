/** The cost of a receipt, compared with other receivers: the same bodies and connections, in turns. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startStep } from "../testbed/terminal/progress.ts";
import { type Loaded, load, mixOfEvents, type Target } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { SECRET, startWorker, type WorkerServer } from "./servers/workers.ts";

export const naiveTable =
  "CREATE TABLE naive_events (id TEXT PRIMARY KEY, event_type TEXT, received_at TEXT, status TEXT, payload TEXT)";
/** The longest time until a queue is empty after a turn. */
const DRAIN_MS = 120_000;

interface Contender extends Target {
  readonly label: string;
  readonly close: () => Promise<void>;
}

export interface ReceiveResult {
  readonly contenders: readonly { readonly name: string; readonly label: string }[];
  /** By contender, one entry per round. */
  readonly rounds: Readonly<Record<string, readonly Loaded[]>>;
  readonly notRun: readonly string[];
  /** Deliveries to each contender before the measurement. */
  readonly warmUp: number;
}

async function drained(server: WorkerServer, table: string): Promise<void> {
  const endMs = Date.now() + DRAIN_MS;
  const sql = `SELECT count(*) AS n FROM ${table} WHERE status = 'received'`;
  while (Date.now() < endMs) {
    const [row] = await server.query<{ n: number }>(sql);
    if (row?.n === 0) return;
    await sleep(100);
  }
  throw new Error(`${table} did not run dry within ${DRAIN_MS / 1000} s`);
}

async function workerContender(
  name: string,
  label: string,
  entry: string,
  table: string | null,
  consumes: boolean,
  settings: Readonly<Record<string, string>> = {},
): Promise<Contender> {
  const own = table === "webhook_events" ? {} : { statements: table === null ? [] : [naiveTable] };
  const server = await startWorker({ entry, settings, consumes, ...own });
  return {
    name,
    label,
    url: server.url,
    pids: server.pids,
    drained: async () => {
      if (consumes && table !== null) await drained(server, table);
    },
    close: () => server.close(),
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    child.stdout?.once("data", (data: Buffer) => resolve(data.toString().trim()));
    child.once("exit", (code) => reject(new Error(`the Express receiver ended with ${code}`)));
  });
}

async function expressContender(name: string, label: string, mode: string): Promise<Contender> {
  const folder = mkdtempSync(join(tmpdir(), "ce-bench-"));
  const script = fileURLToPath(new URL("servers/express.ts", import.meta.url));
  const child = spawn(process.execPath, [script, mode, join(folder, "inbox.db"), SECRET], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_ENV: "production" },
  });
  const port = await firstLine(child);
  return {
    name,
    label,
    url: new URL(`http://127.0.0.1:${port}`),
    pids: [child.pid ?? 0],
    drained: () => Promise.resolve(),
    async close() {
      child.removeAllListeners("exit");
      child.kill();
      await sleep(100);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Starts the receivers; those that are compared with each other are neighbours. A receiver whose server is missing is
 * named as not run.
 */
async function start(): Promise<{ contenders: Contender[]; notRun: string[] }> {
  const contenders = [
    await workerContender(
      "a",
      "this receiver, applying beside it",
      "src/index.ts",
      "webhook_events",
      true,
    ),
    await workerContender(
      "a0",
      "this receiver, nothing taken from the queue",
      "src/index.ts",
      "webhook_events",
      false,
    ),
    await workerContender("b", "verifies only: the limit", "bench/workers/verify.ts", null, false),
    await expressContender("e", "the same made durable: SQLite, WAL, synchronous=FULL", "sqlite"),
    await workerContender(
      "h",
      "the least that stores and sends, in groups, nothing taken from the queue",
      "bench/workers/least.ts",
      "naive_events",
      false,
    ),
    await workerContender(
      "h0",
      "the least that stores, in groups",
      "bench/workers/least.ts",
      "naive_events",
      false,
      { STORE_ONLY: "true" },
    ),
    await workerContender(
      "c",
      "naive Worker: an INSERT and a send a request, applying beside it",
      "bench/workers/naive.ts",
      "naive_events",
      true,
    ),
    await workerContender(
      "c0",
      "naive Worker, nothing taken from the queue",
      "bench/workers/naive.ts",
      "naive_events",
      false,
    ),
    await expressContender("d", "the guide's Express handler, queue in memory", "memory"),
  ];
  const notRun = [
    "f, `@supabase/stripe-sync-engine` on PostgreSQL: no PostgreSQL was running",
    "g, adnanh's `webhook`: not installed",
  ];
  return { contenders, notRun };
}

export async function benchReceive(options: BenchOptions): Promise<ReceiveResult> {
  const starting = startStep("starting the receivers");
  const { connections, seconds } = options;
  const { contenders, notRun } = await start();
  starting.done(`${contenders.length} receivers run`);
  const rounds: Record<string, Loaded[]> = {};
  const next = mixOfEvents();
  const warmingUp = startStep("warming up");
  try {
    // Compilation and the growth of the heaps at first use must not be measured.
    for (const [turn, contender] of contenders.entries()) {
      await load(contender, () => next("warm"), SECRET, {
        connections,
        deliveries: options.warmUp,
      });
      warmingUp.update(turn + 1, contenders.length);
    }
    warmingUp.done(`${options.warmUp} deliveries to each`);
    const step = startStep("receive");
    for (let round = 0; round < options.rounds; round += 1) {
      for (const [turn, contender] of contenders.entries()) {
        const { name } = contender;
        const one = await load(contender, () => next(name), SECRET, { connections, seconds });
        (rounds[name] ??= []).push(one);
        step.update(round * contenders.length + turn + 1, options.rounds * contenders.length);
      }
    }
    step.done(`${options.rounds} rounds of ${options.seconds} s each, in turns`);
  } finally {
    for (const contender of contenders) await contender.close();
  }
  const named = contenders.map(({ name, label }) => ({ name, label }));
  return { contenders: named, rounds, notRun, warmUp: options.warmUp };
}

/**
 * Latency as a shop sees it: receipts and freshness with D1 and queues at a distance (workers/far.ts), under
 * open-loop load: a quiet shop, a busy one, and a sale. The naive and the least Worker run with the same delays.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { startStep } from "../testbed/terminal/progress.ts";
import { mixOfEvents } from "./load.ts";
import { type Answered, loadOpenly, type Phase } from "./open-load.ts";
import type { BenchOptions } from "./options.ts";
import { DELAYS, type Placed, startAtDistance } from "./servers/at-distance.ts";
import { call, SECRET, type WorkerServer } from "./servers/workers.ts";
import { sendingOf } from "./sending.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** Rows that a receipt writes: the event, its id, its subject. */
const RECEIPT_ROWS = 3;
/** Receipts per second that the stand-in serves, with one statement each. */
export const SERVED = Math.round(1000 / (DELAYS.statement + RECEIPT_ROWS * DELAYS.row));
/** The longest wait until everything is applied and sent. */
export const DRAIN_SECONDS = 120;
const DRAIN_LOOK_MS = 250;
const CRON_MS = 60_000;

interface Scenario {
  readonly name: string;
  readonly phases: readonly Phase[];
  /** The factor by which D1 is slower than DELAYS. */
  readonly slower: number;
}

/** A sale: a third of the rate that D1 serves, four times that for a minute, then a third again. */
function sale(seconds: number): readonly Phase[] {
  const quiet = { perSecond: Math.round(SERVED / 3), seconds: Math.ceil(seconds / 6) };
  return [quiet, { perSecond: quiet.perSecond * 4, seconds }, quiet];
}

function scenarios(seconds: number): readonly Scenario[] {
  return [
    { name: "20 a second", phases: [{ perSecond: 20, seconds }], slower: 1 },
    { name: "200 a second", phases: [{ perSecond: 200, seconds }], slower: 1 },
    { name: "sale", phases: sale(seconds), slower: 1 },
    { name: "sale, D1 four times slower", phases: sale(seconds), slower: 4 },
  ];
}

const contenders = [
  { name: "this receiver", worker: "ours" },
  { name: "naive Worker", worker: "naive" },
  { name: "least Worker", worker: "least" },
] as const;

interface Used {
  readonly trips: number;
  readonly statements: number;
  readonly rowsWritten: number;
}

/** The answers of `GET /bench`: of D1, and `queued` of the queues. */
interface Happened {
  readonly used: { readonly receipt: Used; readonly rest: Used };
  readonly busyMs: number;
  readonly longestLineMs: number;
  readonly queued: number;
  readonly applied: readonly (readonly [string, number])[];
}

export interface LatencyRow {
  readonly scenario: string;
  readonly contender: string;
  readonly deliveries: number;
  readonly failed: number;
  readonly receiptMs: Spread;
  /** In the busiest phase. */
  readonly peakMs: Spread;
  /** The use of D1, for receipts and for the rest. */
  readonly used: Happened["used"];
  /** The share of time in which D1 worked until all was drained, and the longest wait in its line. */
  readonly busyShare: number;
  readonly longestLineMs: number;
  /** The share of receipts that were only in the queue. */
  readonly queuedShare: number;
  /** From arrival to applied, and to sent for messages without a delay. Null if nothing consumes. */
  readonly appliedMs: Spread | null;
  readonly sentMs: Spread | null;
  /** From the last arrival until all was applied and sent; null if it took longer than DRAIN_SECONDS. */
  readonly drainedMs: number | null;
  /** Events that were answered 200 but not applied by then, and messages that were due but not sent. */
  readonly left: number;
  readonly unsent: number;
  /** Requests that a provider got again for a message that it had accepted. Absent if nothing is sent. */
  readonly toldTwice?: number;
  /** The keys of these requests, as far as they have one; the first of them. */
  readonly repeatedKeys?: readonly string[];
}

export interface LatencyResult {
  readonly rows: readonly LatencyRow[];
}

/**
 * Counts the waiting events. Those that only the queue holds have no row, so the number of rows is subtracted from the
 * number of acknowledged deliveries.
 */
async function leftOf(server: WorkerServer, table: string, acknowledged: number): Promise<number> {
  const [row] = await server.query<{ readonly done: number }>(
    `SELECT count(*) AS done FROM ${table} WHERE status <> 'received'`,
  );
  return acknowledged - (row?.done ?? 0);
}

async function unsentOf(server: WorkerServer): Promise<number> {
  const [row] = await server.query<{ readonly n: number }>(
    `SELECT count(*) AS n FROM notifications
     WHERE status = 'pending' AND (in_flight = 1 OR next_attempt_at <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
  );
  return row?.n ?? 0;
}

async function drain(
  server: WorkerServer,
  table: string,
  answered: readonly Answered[],
): Promise<Pick<LatencyRow, "drainedMs" | "left" | "unsent">> {
  const acknowledged = answered.filter(({ status }) => status === 200).length;
  const lastMs = Math.max(...answered.map(({ arrivedMs }) => arrivedMs));
  for (;;) {
    const left = await leftOf(server, table, acknowledged);
    const unsent = table === "webhook_events" ? await unsentOf(server) : 0;
    const nowMs = Date.now();
    if (left <= 0 && unsent === 0) return { drainedMs: nowMs - lastMs, left, unsent };
    if (nowMs - lastMs > DRAIN_SECONDS * 1000) return { drainedMs: null, left, unsent };
    await sleep(DRAIN_LOOK_MS);
  }
}

/** The time to compile code at its first use must not be measured. */
async function warmUp(server: WorkerServer, table: string, next: () => string): Promise<void> {
  const phases = [{ perSecond: 100, seconds: 3 }];
  const answered = await loadOpenly(server.url, next, SECRET, { phases, seed: 7 });
  if (table === "webhook_events") await drain(server, table, answered);
  else await sleep(1_000);
}

async function happenedAt({ d1, queues }: Placed): Promise<Happened> {
  const atD1 = (await call(d1, "/bench")) as Happened;
  const { queued } = (await call(queues, "/bench")) as Happened;
  return { ...atD1, queued };
}

function less(after: Used, before: Used): Used {
  return {
    trips: after.trips - before.trips,
    statements: after.statements - before.statements,
    rowsWritten: after.rowsWritten - before.rowsWritten,
  };
}

/** Fires the cron as wrangler.toml does. The result ends it, once its last run has ended. */
function startCron(server: WorkerServer): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const cron = setInterval(() => {
    last = server
      .sweep()
      .catch((error: unknown) => void process.stderr.write(`${String(error)}\n`));
  }, CRON_MS);
  return async () => {
    clearInterval(cron);
    await last;
  };
}

async function measure(
  { name: scenario, phases, slower }: Scenario,
  { name: contender, worker }: (typeof contenders)[number],
  next: (prefix: string) => string,
): Promise<LatencyRow> {
  const server = await startAtDistance(worker, slower);
  const stopCron = worker === "ours" ? startCron(server) : null;
  const table = worker === "ours" ? "webhook_events" : "naive_events";
  const consumes = worker !== "least";
  try {
    await warmUp(server, table, () => next("warm"));
    if (worker === "ours") await server.query("DELETE FROM notifications");
    await server.query(`DELETE FROM ${table}`);
    const before = await happenedAt(server);
    const warmUps = server.taken().length;
    const answered = await loadOpenly(server.url, () => next("open"), SECRET, { phases, seed: 1 });
    const drained = consumes
      ? await drain(server, table, answered)
      : { drainedMs: 0, left: 0, unsent: 0 };
    const after = await happenedAt(server);
    const arrived = new Map(answered.map(({ id, arrivedMs }) => [id, arrivedMs]));
    const accepted = answered.filter(({ status }) => status === 200);
    const applied = after.applied.flatMap(([id, ms]) => {
      const arrivedMs = arrived.get(id);
      return arrivedMs === undefined ? [] : [ms - arrivedMs];
    });
    const peak = Math.max(...phases.map(({ perSecond }) => perSecond));
    const seconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
    return {
      scenario,
      contender,
      deliveries: answered.length,
      failed: answered.length - accepted.length,
      receiptMs: spreadOf(answered.map(({ tookMs }) => tookMs)),
      peakMs: spreadOf(
        answered.flatMap(({ phase, tookMs }) =>
          phases[phase]?.perSecond === peak ? [tookMs] : [],
        ),
      ),
      used: {
        receipt: less(after.used.receipt, before.used.receipt),
        rest: less(after.used.rest, before.used.rest),
      },
      busyShare:
        (after.busyMs - before.busyMs) /
        (seconds * 1000 + (drained.drainedMs ?? DRAIN_SECONDS * 1000)),
      longestLineMs: after.longestLineMs,
      queuedShare: (after.queued - before.queued) / answered.length,
      appliedMs: applied.length === 0 ? null : spreadOf(applied),
      ...drained,
      ...(await (worker === "ours" ? sendingOf(server, arrived, warmUps) : { sentMs: null })),
    };
  } finally {
    await stopCron?.();
    await server.close();
  }
}

export async function benchLatency({ saleSeconds }: BenchOptions): Promise<LatencyResult> {
  const next = mixOfEvents();
  const rows: LatencyRow[] = [];
  const all = scenarios(saleSeconds);
  const step = startStep("latency");
  for (const scenario of all) {
    for (const contender of contenders) {
      rows.push(await measure(scenario, contender, next));
      step.update(rows.length, all.length * contenders.length);
    }
  }
  step.done(`${all.length} scenarios, ${contenders.length} receivers`);
  return { rows };
}

/**
 * The CPU time of a receipt in the Worker's own isolate, which is what the platform bills. Locally, D1 and the queues
 * are other isolates of the same process, so the CPU time of the process is not a good measure.
 */
import { bundleWithNames } from "../testbed/receiver/bundle.ts";
import { startStep } from "../testbed/terminal/progress.ts";
import { load, mixOfEvents, type Target } from "./load.ts";
import type { BenchOptions } from "./options.ts";
import { openProfiler, type Profile, type Profiler } from "./profiler.ts";
import { naiveTable } from "./receive.ts";
import { SECRET, startWorker, type WorkerServer } from "./servers/workers.ts";

const workers = [
  { name: "this receiver", entry: "src/index.ts" },
  { name: "the least that stores and sends, in groups", entry: "bench/workers/least.ts" },
  { name: "verifies only", entry: "bench/workers/verify.ts" },
] as const;

export type IsolateName = (typeof workers)[number]["name"];

/** The number of functions of this receiver that are listed. */
const LISTED = 20;

export interface IsolateResult {
  /** Milliseconds of CPU per receipt, one entry per round. */
  readonly rounds: Readonly<Record<IsolateName, readonly number[]>>;
  /** This receiver's functions and their shares of its CPU time over all rounds, the largest first. */
  readonly functions: readonly (readonly [string, number])[];
}

interface Profiled {
  readonly name: IsolateName;
  readonly server: WorkerServer;
  readonly profiler: Profiler;
  readonly target: Target;
}

async function start({ name, entry }: (typeof workers)[number]): Promise<Profiled> {
  const bundle = await bundleWithNames(entry);
  const server = await startWorker({
    bundle,
    isInspected: true,
    ...(entry === "src/index.ts" ? {} : { statements: [naiveTable] }),
  });
  const target = { name, url: server.url, pids: server.pids, drained: () => Promise.resolve() };
  return { name, server, profiler: await openProfiler(await server.inspector(), bundle), target };
}

const sumOf = (profile: Profile): number =>
  [...profile.values()].reduce((sum, spentMs) => sum + spentMs, 0);

function largest(profiles: readonly Profile[]): readonly (readonly [string, number])[] {
  const spent = new Map<string, number>();
  for (const profile of profiles) {
    for (const [name, spentMs] of profile) spent.set(name, (spent.get(name) ?? 0) + spentMs);
  }
  const all = sumOf(spent);
  return [...spent]
    .map(([name, spentMs]) => [name, spentMs / all] as const)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, LISTED);
}

export async function benchIsolate(options: BenchOptions): Promise<IsolateResult> {
  const { connections, rounds, seconds, warmUp } = options;
  const next = mixOfEvents();
  const started: Profiled[] = [];
  const spent: Record<IsolateName, number[]> = {
    "this receiver": [],
    "the least that stores and sends, in groups": [],
    "verifies only": [],
  };
  const profiles: Profile[] = [];
  const step = startStep("CPU of a receipt");
  try {
    for (const worker of workers) {
      const one = await start(worker);
      started.push(one);
      await load(one.target, () => next("warm"), SECRET, { connections, deliveries: warmUp });
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const [turn, { name, profiler, target }] of started.entries()) {
        await profiler.start();
        const loaded = await load(target, () => next(name), SECRET, { connections, seconds });
        const profile = await profiler.stop();
        spent[name].push(sumOf(profile) / loaded.accepted);
        if (name === "this receiver") profiles.push(profile);
        step.update(round * started.length + turn + 1, rounds * started.length);
      }
    }
  } finally {
    for (const { profiler, server } of started) {
      profiler.close();
      await server.close();
    }
  }
  step.done(`${rounds} rounds of ${seconds} s each, in turns`);
  return { rounds: spent, functions: largest(profiles) };
}

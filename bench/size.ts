/** The size of the Worker, and the time from its start to its first answer. */
import { gzipSync } from "node:zlib";
import { startStep } from "../testbed/terminal/progress.ts";
import { bundleWorker } from "../testbed/receiver/bundle.ts";
import { startWorker } from "./servers/workers.ts";

const STARTS = 7;

export interface SizeResult {
  readonly gzippedKiB: number;
  /** Milliseconds from the start of workerd to the first answer, one entry per start. */
  readonly ours: readonly number[];
  /** The same for a Worker that only verifies. */
  readonly smallest: readonly number[];
}

async function startMs(entry: string, path: string): Promise<number> {
  const startedMs = performance.now();
  const server = await startWorker({ entry, statements: [] });
  const response = await fetch(new URL(path, server.url), { method: "POST", body: "{}" });
  await response.text();
  const took = performance.now() - startedMs;
  await server.close();
  return took;
}

/** This number of starts of each, in turns. */
export async function benchStarts(
  starts: number,
  progress: (done: number) => void = () => undefined,
): Promise<Pick<SizeResult, "ours" | "smallest">> {
  const ours: number[] = [];
  const smallest: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    ours.push(await startMs("src/index.ts", "/api/webhooks/ce"));
    smallest.push(await startMs("bench/workers/verify.ts", "/"));
    progress(start + 1);
  }
  return { ours, smallest };
}

export async function benchSize(): Promise<SizeResult> {
  const step = startStep("size and start");
  const script = await bundleWorker("src/index.ts");
  const measured = await benchStarts(STARTS, (done) => step.update(done, STARTS));
  step.done(`${STARTS} starts`);
  return { gzippedKiB: gzipSync(script).length / 1024, ...measured };
}

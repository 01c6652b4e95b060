/** The memory of the runtime over time: workerd holds the Worker, the local D1 and the local queues. */
import { descendantsOf, isWorkerd } from "./processes.ts";

const EVERY_MS = 250;

export interface Watch {
  /** Resident memory of workerd now, in bytes. */
  readonly now: () => number;
  /** One figure every 250 ms since the watch began, in bytes. */
  readonly samples: readonly number[];
  readonly stop: () => void;
}

/** The workerd processes that this process has started. */
function rssBytes(): number {
  const workerds = descendantsOf(process.pid).filter(isWorkerd);
  return workerds.reduce((sum, one) => sum + one.rssBytes, 0);
}

export function watchMemory(): Watch {
  const samples = [rssBytes()];
  const timer = setInterval(() => samples.push(rssBytes()), EVERY_MS);
  return { now: rssBytes, samples, stop: () => clearInterval(timer) };
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}

/** So many figures, evenly spread over the samples: the largest of each part. */
export function summarize(samples: readonly number[], parts: number): readonly number[] {
  const size = Math.max(1, Math.ceil(samples.length / parts));
  const found: number[] = [];
  for (let from = 0; from < samples.length; from += size) {
    found.push(Math.max(...samples.slice(from, from + size)));
  }
  return found;
}

/** The memory of the runtime over time: workerd holds the Worker, the local D1 and the local queues. */
import { workerdProcesses } from "./processes.ts";

const EVERY_MS = 250;

export interface Watch {
  /** Resident memory of workerd now, in bytes. */
  readonly now: () => number;
  /** One value every 250 ms since the watch began, in bytes. */
  readonly samples: readonly number[];
  readonly stop: () => void;
}

function rssBytes(): number {
  return workerdProcesses().reduce((sum, one) => sum + one.rssBytes, 0);
}

export function watchMemory(): Watch {
  const samples = [rssBytes()];
  const timer = setInterval(() => samples.push(rssBytes()), EVERY_MS);
  return { now: rssBytes, samples, stop: () => clearInterval(timer) };
}

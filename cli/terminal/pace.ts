/** Spreads work evenly over time: each caller waits for its turn. */
import { setTimeout as sleep } from "node:timers/promises";

export type Pace = () => Promise<void>;

/** `perSecond` null: no waiting. */
export function createPace(perSecond: number | null, signal: AbortSignal): Pace {
  let nextMs = performance.now();
  return async () => {
    signal.throwIfAborted();
    if (perSecond === null) return;
    const now = performance.now();
    const wait = Math.max(0, nextMs - now);
    nextMs = Math.max(now, nextMs) + 1_000 / perSecond;
    if (wait > 0) await pause(wait, signal);
  };
}

/** Waits; an abort ends the wait with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

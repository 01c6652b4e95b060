/** Whether work is in proportion to its input, by comparison: a duration alone says little on a busy machine. */

const TIMES = 8;
const RUNS = 3;
/** Shorter durations are mostly noise. */
const SHORTEST_MS = 5;

function fastestMs(work: () => unknown): number {
  const runs = Array.from({ length: RUNS }, () => {
    const startedMs = performance.now();
    work();
    return performance.now() - startedMs;
  });
  return Math.max(SHORTEST_MS, Math.min(...runs));
}

/** The duration for eight times the size, divided by the duration for the size: 8 if linear, 64 if quadratic. */
export function growthOfWork(work: (size: number) => unknown, size: number): number {
  return fastestMs(() => work(TIMES * size)) / fastestMs(() => work(size));
}

/**
 * Between the two, and nearer to the second: linear work that uses memory is slower on a larger input, up to 24 times as
 * slow on a busy machine.
 */
export const LINEAR_GROWTH = 40;

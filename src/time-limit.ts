/** Work with a time limit. */

export class TimeoutError extends Error {}

/**
 * The result of the work, or a rejection when the time is over. The work itself continues, and its result is
 * ignored. The timer is cleared in both cases.
 */
export async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`no answer within ${String(ms)} ms`)), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Lets other work of this isolate run first, such as a receipt: for use before work that takes a tenth of a
 * second.
 */
export async function giveWay(): Promise<void> {
  await scheduler.wait(0);
}

/** Returns when the work is done or the time is over, whichever comes first; if the work fails, this fails too. */
export async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  try {
    await within(work, ms);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
}

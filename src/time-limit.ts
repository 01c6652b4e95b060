/** Work that may take only so long. */

export class TimeoutError extends Error {}

/**
 * What the work comes to, or a rejection once the time is over. The work itself goes on: its result is
 * then ignored. The timer is cleared in either case.
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

/** Lets what else waits in this isolate go first, such as a receipt: before work that takes a tenth of a second. */
export async function giveWay(): Promise<void> {
  await scheduler.wait(0);
}

/** Until the work is done or the time is over, whichever comes first; work that fails fails here too. */
export async function atMost(work: Promise<void>, ms: number): Promise<void> {
  try {
    await within(work, ms);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
}

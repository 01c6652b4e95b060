/** Work that may take only so long. */

class TimeoutError extends Error {}

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

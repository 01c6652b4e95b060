/** When a message is tried again. Pure: the clock and the randomness are passed in. */
import {
  RETRY_FIRST_MS,
  RETRY_FOR_MS,
  RETRY_MAX_MS,
  REVIEW_ASKS_FIRST_MS,
  REVIEW_ASKS_MAX_MS,
} from "../limits";

/**
 * Milliseconds until the next attempt: as long again as it has been tried so far, which doubles,
 * between RETRY_FIRST_MS and RETRY_MAX_MS, less up to half by `random` (0 to 1) so that what failed
 * together does not come back together. It follows the time since the first attempt and not a
 * count, because attempts that only waited for a recipient are counted too.
 */
export function backoffMs(triedForMs: number, random: number): number {
  const full = Math.min(Math.max(triedForMs, RETRY_FIRST_MS), RETRY_MAX_MS);
  return Math.round(full * (1 - random / 2));
}

/** `at`: ISO time of the next attempt; null when the time for retries is over. */
export interface RetryQuery {
  readonly firstAttemptAt: string;
  readonly now: string;
  /** What the provider asked for, null where it did not. */
  readonly retryAfterMs: number | null;
  readonly random: number;
  /** It does not end after RETRY_FOR_MS. */
  readonly isForEver?: boolean;
}

/**
 * The time of the next attempt, or null once RETRY_FOR_MS have passed since the first. A wish to be
 * left alone for longer than that is cut to one last attempt at the end; where there is no end, to RETRY_FOR_MS.
 */
export function nextAttemptAt(query: RetryQuery): string | null {
  const first = Date.parse(query.firstAttemptAt);
  const now = Date.parse(query.now);
  const end = (query.isForEver === true ? now : first) + RETRY_FOR_MS;
  if (now >= end) return null;
  // Whoever was told the same pause does not come back at the same moment.
  const pause = (query.retryAfterMs ?? 0) * (1 + query.random / 10);
  const wait = Math.max(backoffMs(now - first, query.random), Math.round(pause));
  return new Date(Math.min(now + wait, end)).toISOString();
}

/** Milliseconds until what waits for something to happen is asked again. */
export function postponedMs(waitedMs: number): number {
  return Math.min(Math.max(waitedMs, REVIEW_ASKS_FIRST_MS), REVIEW_ASKS_MAX_MS);
}

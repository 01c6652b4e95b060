/** When a message is retried. Pure: the clock and the randomness are passed in. */
import {
  RETRY_FIRST_MS,
  RETRY_FOR_MS,
  RETRY_MAX_MS,
  REVIEW_ASKS_FIRST_MS,
  REVIEW_ASKS_MAX_MS,
} from "../limits";

/**
 * Milliseconds until the next attempt: the time since the first attempt, which doubles it, between RETRY_FIRST_MS and
 * RETRY_MAX_MS. `random` (0 to 1) subtracts up to half, so that messages that failed together are not retried together.
 * The time counts and not the number of attempts, because attempts that only waited for a recipient are counted too.
 */
export function backoffMs(triedForMs: number, random: number): number {
  const full = Math.min(Math.max(triedForMs, RETRY_FIRST_MS), RETRY_MAX_MS);
  return Math.round(full * (1 - random / 2));
}

/** `firstAttemptAt` and `now` are ISO times. */
export interface RetryQuery {
  readonly firstAttemptAt: string;
  readonly now: string;
  /** The pause that the provider asked for; null if it asked for none. */
  readonly retryAfterMs: number | null;
  readonly random: number;
  /** Retries do not end after RETRY_FOR_MS. */
  readonly isForEver?: boolean;
}

/**
 * The ISO time of the next attempt, or null once RETRY_FOR_MS have passed since the first. If the provider asks for a
 * pause beyond that, there is one last attempt at the end. Without an end, the pause is cut to RETRY_FOR_MS.
 */
export function nextAttemptAt(query: RetryQuery): string | null {
  const first = Date.parse(query.firstAttemptAt);
  const now = Date.parse(query.now);
  const end = (query.isForEver === true ? now : first) + RETRY_FOR_MS;
  if (now >= end) return null;
  // Messages that got the same pause are not retried at the same moment.
  const pause = (query.retryAfterMs ?? 0) * (1 + query.random / 10);
  const wait = Math.max(backoffMs(now - first, query.random), Math.round(pause));
  return new Date(Math.min(now + wait, end)).toISOString();
}

/** Milliseconds until a message that waits for something is checked again. */
export function postponedMs(waitedMs: number): number {
  return Math.min(Math.max(waitedMs, REVIEW_ASKS_FIRST_MS), REVIEW_ASKS_MAX_MS);
}

/** How long a message waits before its retry. Pure: randomness is passed in. */

/** The kind of trouble. */
export type Trouble =
  /** Short: a lost connection, a storage object that restarted. */
  | "transient"
  /** D1 is overloaded or down; fast retries would make it worse. */
  | "overload"
  /** This event's own data makes a statement fail. */
  | "data";

const HOUR_SECONDS = 3_600;

const schedule: Readonly<Record<Trouble, { readonly first: number; readonly most: number }>> = {
  transient: { first: 2, most: HOUR_SECONDS },
  overload: { first: 30, most: HOUR_SECONDS },
  data: { first: 10, most: HOUR_SECONDS },
};

/**
 * Seconds until the next try: doubles with each attempt (counted from 1) up to an hour; a random half of it is
 * jitter. `random` is in [0, 1).
 */
export function retryDelaySeconds(trouble: Trouble, attempts: number, random: number): number {
  const { first, most } = schedule[trouble];
  const whole = Math.min(most, first * 2 ** Math.min(Math.max(attempts, 1) - 1, 20));
  return Math.max(1, Math.round(whole / 2 + (whole / 2) * random));
}

/**
 * Waits until the receiver has no work left: first until no event waits, then until no message is due. Messages that
 * are due within the hour (a retry after a provider's failure, a recipient that was not known yet, a reminder of a
 * refund) are moved forward instead of waited for; review requests keep their time. What does not move is swept, as the
 * cron would.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Receiver } from "./start.ts";

type Queryable = Pick<Receiver, "query">;

const POLL_MS = 50;
/** The longest time without a change; longer than the batch time-out of any queue, also on a busy machine. */
const PATIENCE_MS = 30_000;
const MOST_ROUNDS = 5;
/** After that time without a change the sweep runs, as the cron runs it every minute. */
const SWEEP_AFTER_MS = 3_000;
/** Together longer than the minute that a claim lasts: after it, the sweep takes what a run left that was broken off. */
const MOST_SWEEPS = 40;

export interface Waiting {
  readonly patienceMs?: number;
  readonly onCount?: (waiting: number) => void;
  /** Called after that time without a change; returns true if it pushed the receiver and the wait should continue. */
  readonly onStuck?: () => Promise<boolean>;
}

/** Waits until nothing is left; returns false if the remaining number has not changed for too long. */
async function untilNone(
  countWaiting: () => Promise<number>,
  { patienceMs = PATIENCE_MS, onCount, onStuck }: Waiting,
): Promise<boolean> {
  let last = Number.NaN;
  let movedMs = performance.now();
  for (;;) {
    const waiting = await countWaiting();
    onCount?.(waiting);
    if (waiting <= 0) return true;
    if (waiting !== last) movedMs = performance.now();
    else if (performance.now() - movedMs > patienceMs) {
      if (onStuck === undefined || !(await onStuck())) return false;
      movedMs = performance.now();
    }
    last = waiting;
    await sleep(POLL_MS);
  }
}

export async function countRows(receiver: Queryable, from: string): Promise<number> {
  const [row] = await receiver.query<{ n: number }>(`SELECT count(*) AS n FROM ${from}`);
  return row?.n ?? 0;
}

/** Waits until no stored event waits, and, if the number is known, until `total` events are settled. */
export async function settleEvents(
  receiver: Queryable,
  waiting: Waiting = {},
  total: number | null = null,
): Promise<boolean> {
  const count = async () =>
    total === null
      ? await countRows(receiver, "webhook_events WHERE status = 'received'")
      : total - (await countRows(receiver, "webhook_events WHERE status <> 'received'"));
  return await untilNone(count, waiting);
}

const now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
const due = `notifications WHERE status = 'pending' AND (in_flight = 1 OR next_attempt_at <= ${now})`;
const later = "status = 'pending' AND in_flight = 0 AND template <> 'review_request'";

export interface Rest {
  /** False if messages were still due at the time-out. */
  readonly reached: boolean;
  /** The number of messages that were moved forward. */
  readonly brought: number;
}

/** Waits until no message is due; messages that are due later stay. */
export async function settleMessages(receiver: Queryable, waiting: Waiting = {}): Promise<boolean> {
  return await untilNone(() => countRows(receiver, due), waiting);
}

/** Nothing else finds a message that fell due without a wake-up call. */
function sweepWhenStuck(receiver: Pick<Receiver, "sweep">): Waiting {
  let swept = 0;
  let last = Number.NaN;
  const onCount = (waiting: number) => {
    if (waiting !== last) swept = 0;
    last = waiting;
  };
  const onStuck = async () => {
    await receiver.sweep();
    swept += 1;
    return swept < MOST_SWEEPS;
  };
  return { patienceMs: SWEEP_AFTER_MS, onCount, onStuck };
}

/** The same, with later messages moved forward. */
export async function hurryMessages(receiver: Pick<Receiver, "query" | "sweep">): Promise<Rest> {
  let reached = await settleMessages(receiver, sweepWhenStuck(receiver));
  let brought = 0;
  for (let round = 0; reached && round < MOST_ROUNDS; round += 1) {
    const moved = await receiver.query(
      `UPDATE notifications SET next_attempt_at = ${now} WHERE ${later} RETURNING id`,
    );
    if (moved.length === 0 && round > 0) break;
    brought += moved.length;
    await receiver.sweep();
    reached = await settleMessages(receiver, sweepWhenStuck(receiver));
  }
  return { reached, brought };
}

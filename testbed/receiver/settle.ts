/**
 * Waits until the receiver has nothing left to do: first no event waits, then no message is due. What
 * is due within the hour (a retry after a provider's bad moment, a recipient that was not known yet, a
 * reminder of a refund) is brought forward instead of waited for; requests for reviews stay.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Receiver } from "./harness.ts";
import type { Step } from "../terminal/progress.ts";

const POLL_MS = 100;
/** How long nothing may move; longer than any queue's batch time-out, on a busy machine too. */
const PATIENCE_MS = 30_000;
const MOST_ROUNDS = 5;

/** Until nothing waits; false where what waits has not become any other number for too long. */
async function poll(countWaiting: () => Promise<number>): Promise<boolean> {
  let last = Number.NaN;
  let movedMs = performance.now();
  for (;;) {
    const waiting = await countWaiting();
    if (waiting === 0) return true;
    if (waiting !== last) movedMs = performance.now();
    else if (performance.now() - movedMs > PATIENCE_MS) return false;
    last = waiting;
    await sleep(POLL_MS);
  }
}

async function countRows(receiver: Receiver, sql: string, ...values: string[]): Promise<number> {
  const [row] = await receiver.query<{ n: number }>(sql, ...values);
  return row?.n ?? 0;
}

/** Until no stored event waits any more; false where that did not happen in time. */
export async function settleEvents(
  receiver: Receiver,
  total: number,
  step: Step,
): Promise<boolean> {
  const sql = "SELECT count(*) AS n FROM webhook_events WHERE status = 'received'";
  return await poll(async () => {
    const waiting = await countRows(receiver, sql);
    step.update(total - waiting, total);
    return waiting;
  });
}

const DUE = "status = 'pending' AND (in_flight = 1 OR next_attempt_at <= ?1)";
const LATER = "status = 'pending' AND in_flight = 0 AND template <> 'review_request'";

export interface Rest {
  /** False where messages were still due when patience ended. */
  readonly reached: boolean;
  /** How many rows were brought forward. */
  readonly brought: number;
}

/** Until no message is due any more. */
export async function settleMessages(receiver: Receiver, step: Step): Promise<Rest> {
  const drain = () =>
    poll(async () => {
      const sql = `SELECT count(*) AS n FROM notifications WHERE ${DUE}`;
      const waiting = await countRows(receiver, sql, new Date().toISOString());
      const all = await countRows(receiver, "SELECT count(*) AS n FROM notifications");
      step.update(all - waiting, all);
      return waiting;
    });
  let reached = await drain();
  let brought = 0;
  for (let round = 0; reached && round < MOST_ROUNDS; round += 1) {
    const moved = await receiver.query(
      `UPDATE notifications SET next_attempt_at = ?1 WHERE ${LATER} RETURNING id`,
      new Date().toISOString(),
    );
    if (moved.length === 0 && round > 0) break;
    brought += moved.length;
    await receiver.sweep();
    reached = await drain();
  }
  return { reached, brought };
}

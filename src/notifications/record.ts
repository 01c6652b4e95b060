/** Writes outcomes to D1, and sends the wake-up calls that follow from them. */
import { WAKE_WITHIN_MS } from "../limits";
import { errorText, log } from "../log";
import { recordOutcomes } from "../store/outbox/outbox";
import type { Settled } from "./outcome";

export interface RecordDeps {
  readonly db: D1Database;
  readonly now: () => Date;
  /** Sends a wake-up call. It may fail, since the sweep finds due messages without it. */
  readonly wake: (ids: readonly string[], delaySeconds: number) => Promise<void>;
}

async function wakeSafely(
  deps: RecordDeps,
  ids: readonly string[],
  delaySeconds: number,
): Promise<void> {
  if (ids.length === 0) return;
  try {
    await deps.wake(ids, delaySeconds);
  } catch (error) {
    log.warn("wake_up_call_not_sent", { count: ids.length, error: errorText(error) });
  }
}

/** Writes outcomes and alerts, then sends wake-up calls for new alerts and for messages that are soon due again. */
export async function record(settled: readonly Settled[], deps: RecordDeps): Promise<void> {
  if (settled.length === 0) return;
  const now = deps.now();
  const outcomes = settled.map((one) => one.outcome);
  const alerts = settled.flatMap((one) => one.alerts);
  const raised = await recordOutcomes(deps.db, outcomes, alerts, now.toISOString());
  const waits = outcomes.flatMap(({ id, nextAttemptAt: at }) => {
    const waitMs = at === null ? Number.POSITIVE_INFINITY : Date.parse(at) - now.getTime();
    return waitMs <= WAKE_WITHIN_MS ? [{ id, waitMs }] : [];
  });
  await wakeSafely(deps, raised, 0);
  const longestMs = Math.max(0, ...waits.map((wait) => wait.waitMs));
  await wakeSafely(
    deps,
    waits.map((wait) => wait.id),
    Math.ceil(longestMs / 1000),
  );
}

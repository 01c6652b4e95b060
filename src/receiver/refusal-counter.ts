/**
 * Counts refused deliveries by clock hour and reason: nothing of a body, a header or an address is kept.
 * One counter an isolate. Its first refusal is written at once, later ones together and at most every
 * REFUSALS_EVERY_MS, behind the answer: a flood costs two statements in half a minute, whatever its size.
 *
 * Requests of one isolate may share data, but neither promises nor timers (gather.ts), and a request lives
 * for no more than 30 seconds after its answer. So none waits for the next turn: whatever request comes
 * after it writes what is due, and so does the cron where it runs in the same isolate. An isolate that
 * ends, or is never asked for anything again, loses what it has counted since its last write.
 *
 * What could not be written is kept and added to the next try. One that answers after it was given up on
 * has counted all the same: such deliveries are counted twice rather than not at all.
 */
import type { RefusalReason } from "../events/refusals";
import { REFUSALS_EVERY_MS, REFUSALS_TIMEOUT_MS } from "../limits";
import { errorText, log } from "../log";
import type { RefusalCount } from "../store/inbox/refusals";
import { within } from "../time-limit";

/** Keeps work alive after the answer. */
type Background = (work: Promise<unknown>) => void;

export interface RefusalCounter {
  readonly count: (reason: RefusalReason, background: Background) => void;
  /** Writes what is due; costs nothing where nothing is. */
  readonly writeDue: (background: Background) => void;
  /** Writes all that is counted, due or not: for the cron, which runs once a minute. Never throws. */
  readonly flush: () => Promise<void>;
}

/** By reason, as fields of a log line. */
function totalsOf(counts: readonly RefusalCount[]): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  for (const { reason, deliveries } of counts) totals[reason] = (totals[reason] ?? 0) + deliveries;
  return totals;
}

/** `save` adds to what is stored; `nowMs`: milliseconds since 1970. */
export function refusalCounter(
  save: (counts: readonly RefusalCount[]) => Promise<void>,
  nowMs: () => number,
): RefusalCounter {
  /** By hour and reason: at most seven an hour for as long as the store is down. */
  const counts = new Map<string, RefusalCount>();
  /** When the last write began. */
  let wroteMs = Number.NEGATIVE_INFINITY;

  function add({ hour, reason, deliveries, last_at }: RefusalCount): void {
    const key = `${hour} ${reason}`;
    const known = counts.get(key);
    counts.set(key, {
      hour,
      reason,
      deliveries: (known?.deliveries ?? 0) + deliveries,
      last_at: known !== undefined && known.last_at > last_at ? known.last_at : last_at,
    });
  }

  async function flush(): Promise<void> {
    if (counts.size === 0) return;
    const taken = [...counts.values()];
    counts.clear();
    wroteMs = nowMs();
    try {
      await within(save(taken), REFUSALS_TIMEOUT_MS);
      log.warn("refused", totalsOf(taken));
    } catch (error) {
      for (const one of taken) add(one);
      log.warn("refusals_not_counted", { ...totalsOf(taken), error: errorText(error) });
    }
  }

  function writeDue(background: Background): void {
    if (counts.size > 0 && nowMs() - wroteMs >= REFUSALS_EVERY_MS) background(flush());
  }

  return {
    count(reason, background) {
      const at = new Date(nowMs()).toISOString();
      add({ hour: at.slice(0, 13), reason, deliveries: 1, last_at: at });
      writeDue(background);
    },
    writeDue,
    flush,
  };
}

/**
 * Counts refused deliveries by clock hour and reason; nothing from a body, a header or an address is kept. There
 * is one counter per isolate. It writes its first refusal immediately, and later ones together, at most every
 * REFUSALS_EVERY_MS and after the answer: a flood of any size costs two statements in half a minute.
 *
 * Requests of one isolate may share data, but neither promises nor timers (gather.ts), and a request lives for at
 * most 30 seconds after its answer. So no request waits for the next write. Instead, any later request writes what
 * is due, and so does the cron if it runs in the same isolate. If an isolate ends or gets no more requests, the
 * counts since its last write are lost.
 *
 * Counts that could not be written are kept and added to the next try. A write that succeeds after its time-out has
 * counted too: such deliveries are counted twice, which is better than not at all.
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
  /** Writes what is due; costs nothing if nothing is due. */
  readonly writeDue: (background: Background) => void;
  /** Writes all counts, due or not; for the cron, which runs once a minute. Never throws. */
  readonly flush: () => Promise<void>;
}

/** By reason, as fields of a log line. */
function totalsOf(counts: readonly RefusalCount[]): Readonly<Record<string, number>> {
  const totals: Record<string, number> = {};
  for (const { reason, deliveries } of counts) totals[reason] = (totals[reason] ?? 0) + deliveries;
  return totals;
}

/** `save` adds to the stored counts; `nowMs`: milliseconds since 1970. */
export function refusalCounter(
  save: (counts: readonly RefusalCount[]) => Promise<void>,
  nowMs: () => number,
): RefusalCounter {
  /** By hour and reason: at most seven entries an hour while the store is down. */
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

/** Follows the inbox while a simulation runs, and counts the applied events. */
import type { Api } from "../api/api.ts";
import { Follower } from "../api/follow.ts";
import { Interruption } from "../failure.ts";
import type { Tally } from "./tally.ts";

export interface Watch {
  /** Ends when every acknowledged event is settled, or when nothing has changed for this time. */
  readonly settle: (patienceMs: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const POLL_MS = 400;
/** So long that each event is waited for until the watch ends. */
const SETTLE_MS = 3_600_000;

export async function startWatch(
  api: Api,
  signal: AbortSignal,
  tally: Tally,
  onOutage: (line: string) => void,
): Promise<Watch> {
  const { latest_cursor: after } = await api.events({ limit: 1 });
  const done = new AbortController();
  const follower = new Follower(api, AbortSignal.any([signal, done.signal]), {
    after,
    settleMs: SETTLE_MS,
    pollMs: POLL_MS,
    patienceMs: SETTLE_MS,
    onOutage: (failure) => onOutage(failure?.message ?? "The receiver answers again"),
  });
  let movedMs = performance.now();
  const follow = async () => {
    while (!done.signal.aborted) {
      for (const { id, status } of await follower.next()) {
        tally.settle(id, status);
        movedMs = performance.now();
      }
    }
  };
  const following = follow().catch((error: unknown) => {
    if (!done.signal.aborted) throw error;
  });
  // The error is reported where it is awaited.
  following.catch(() => undefined);
  const stop = async () => {
    done.abort(new Interruption("interrupted"));
    await following;
  };
  return {
    stop,
    settle: async (patienceMs) => {
      movedMs = performance.now();
      const isDone = () => tally.waiting().length === 0 || performance.now() - movedMs > patienceMs;
      while (!isDone()) {
        await Promise.race([following, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
        signal.throwIfAborted();
      }
      await stop();
    },
  };
}

/** Waits until replayed events are settled again, and counts their outcomes. */
import type { Api } from "../api/api.ts";
import { pause } from "../terminal/pace.ts";
import { collectEvents } from "../api/event-pages.ts";

export interface Outcome {
  /** Applied, or ignored again. */
  readonly settled: number;
  readonly quarantined: number;
  readonly failed: number;
  /** Still waiting after the time-out. */
  readonly waiting: number;
}

const POLL_MS = 500;
/** How long there may be no progress. */
const PATIENCE_MS = 30_000;
/** Lists contain at most this many events of one status. */
const LISTED_MAX = 5_000;

async function countOf(api: Api, ids: ReadonlySet<string>, status: string): Promise<number> {
  const { events } = await collectEvents(api, { status }, LISTED_MAX);
  return events.filter(({ id }) => ids.has(id)).length;
}

export async function settle(
  api: Api,
  signal: AbortSignal,
  ids: ReadonlySet<string>,
  onWaiting: (waiting: number) => void,
): Promise<Outcome> {
  let waiting = await countOf(api, ids, "received");
  let movedMs = performance.now();
  while (waiting > 0 && performance.now() - movedMs < PATIENCE_MS) {
    onWaiting(waiting);
    await pause(POLL_MS, signal);
    const now = await countOf(api, ids, "received");
    if (now !== waiting) movedMs = performance.now();
    waiting = now;
  }
  const quarantined = await countOf(api, ids, "quarantined");
  const failed = await countOf(api, ids, "failed");
  return { settled: ids.size - waiting - quarantined - failed, quarantined, failed, waiting };
}

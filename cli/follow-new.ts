/** Follows new events for as long as the flags say, for commands that keep running. */
import { Option, type Command } from "commander";
import { type EventRow, eventStatuses } from "./api/answers.ts";
import type { Api } from "./api/api.ts";
import { Follower } from "./api/follow.ts";
import type { Cli } from "./cli.ts";
import { duration, wholeNumber } from "./flags.ts";

export interface FollowFlags {
  readonly type?: string;
  readonly order?: string;
  readonly last: number;
  readonly count?: number;
  readonly for?: number;
}

/** Enough for the queue and the consumer; an event that takes longer is passed on with its current status. */
const SETTLE_MS = 4_000;
const POLL_MS = 700;
const PATIENCE_MS = 600_000;

/** The flags that select the events and limit the time. */
export function takeFollowing(command: Command): Command {
  return command
    .option("--type <type>", "only of this type, such as payment.failed")
    .option("--order <number>", "only about this order")
    .option("--last <n>", "begin with the last so many", wholeNumber(0, 100), 0)
    .option("--count <n>", "end after so many new ones", wholeNumber(1, 1_000_000))
    .option("--for <time>", "end after a time, such as 10m", duration);
}

export const statusOption = (): Option =>
  new Option("--status <status>", "only events with this status").choices(eventStatuses);

/**
 * Passes on the last events, then each new one, in the order of receipt. `handle` returns whether the event counts for
 * `--count`. `status` filters only the last events: the status of a new one is known when it is settled.
 */
export async function followNew(
  cli: Cli,
  api: Api,
  flags: FollowFlags & { readonly status?: string },
  handle: (event: EventRow) => Promise<boolean> | boolean,
): Promise<void> {
  const { out, signal } = cli;
  const { type, order, status } = flags;
  const past = await api.events({ type, order, status, limit: Math.max(1, flags.last) });
  if (flags.last > 0) for (const event of past.events.toReversed()) await handle(event);
  const follower = new Follower(api, signal, {
    after: past.latest_cursor,
    type,
    order,
    settleMs: SETTLE_MS,
    pollMs: POLL_MS,
    patienceMs: PATIENCE_MS,
    onOutage: (failure) => {
      out.note(
        failure === null
          ? "  The receiver answers again."
          : `  ${failure.message}; asking again ...`,
      );
    },
  });
  out.note("  Waiting for events; Ctrl-C ends.");
  const most = flags.count ?? Number.POSITIVE_INFINITY;
  const until = performance.now() + (flags.for ?? Number.POSITIVE_INFINITY);
  let counted = 0;
  while (counted < most && performance.now() < until) {
    for (const event of await follower.next()) {
      if (counted < most && (await handle(event))) counted += 1;
    }
  }
}

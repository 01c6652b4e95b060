/** `tail`: follows new events live. */
import { Command, Option } from "commander";
import { count } from "../../testbed/terminal/text.ts";
import { type EventRow, eventStatuses } from "../api/answers.ts";
import {
  apiOf,
  type Cli,
  giveExamples,
  type JsonFlag,
  takeJson,
  takeSettings,
  whenOf,
} from "../cli.ts";
import { Interruption } from "../failure.ts";
import { duration, wholeNumber } from "../flags.ts";
import { Follower } from "../api/follow.ts";
import type { SettingFlags } from "../settings.ts";
import { describeEventLine } from "../views/events.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly status?: string;
  readonly type?: string;
  readonly order?: string;
  readonly last: number;
  readonly count?: number;
  readonly for?: number;
}

/** Enough for the queue and the consumer; an event that takes longer is shown with its current status. */
const SETTLE_MS = 4_000;
const POLL_MS = 700;
const PATIENCE_MS = 600_000;

async function tail(cli: Cli, flags: Flags): Promise<void> {
  const { out, signal } = cli;
  const { status, type, order } = flags;
  const api = apiOf(cli, flags);
  const past = await api.events({ type, order, status, limit: Math.max(1, flags.last) });
  const { timeZone } = await whenOf(cli, api);
  const tally = { shown: 0 };
  const show = (event: EventRow): void => {
    // The status at the end is known only here, so this filter is applied here.
    if (status !== undefined && event.status !== status) return;
    tally.shown += 1;
    if (flags.json === true) out.jsonLine(event);
    else {
      const lines = describeEventLine(out, event, { now: cli.now(), timeZone });
      for (const line of lines) out.print(line);
    }
  };
  if (flags.last > 0) for (const event of past.events.toReversed()) show(event);
  tally.shown = 0;
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
  try {
    while (tally.shown < most && performance.now() < until) {
      for (const event of await follower.next()) if (tally.shown < most) show(event);
    }
  } catch (error) {
    if (error instanceof Interruption) {
      out.note();
      out.note(`  ${count(tally.shown, "event")} shown.`);
    }
    throw error;
  }
}

export function tailCommand(cli: Cli): Command {
  const command = new Command("tail")
    .summary("follow new events live")
    .description(
      "Shows events as they come, with what became of each. Survives outages of the receiver.",
    )
    .addOption(new Option("--status <status>", "only what came to this").choices(eventStatuses))
    .option("--type <type>", "only of this type, such as payment.failed")
    .option("--order <number>", "only about this order")
    .option("--last <n>", "begin with the last so many", wholeNumber(0, 100), 0)
    .option("--count <n>", "end after so many new ones", wholeNumber(1, 1_000_000))
    .option("--for <time>", "end after a time, such as 10m", duration);
  takeSettings(command, "token");
  takeJson(command, "a line of JSON for each event, for scripts");
  giveExamples(command, [
    ["ce-webhooks tail", "everything that comes"],
    ["ce-webhooks tail --status quarantined", "only what cannot be understood"],
    ["ce-webhooks tail --order ORD-1 --json | jq .event_type", "one order, for a script"],
  ]);
  return command.action((flags: Flags) => tail(cli, flags));
}

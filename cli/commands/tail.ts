/** `tail`: follows new events live. */
import { Command } from "commander";
import { count } from "../../testbed/terminal/text.ts";
import type { EventRow } from "../api/answers.ts";
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
import { type FollowFlags, followNew, statusOption, takeFollowing } from "../follow-new.ts";
import type { SettingFlags } from "../settings.ts";
import { describeEventLine } from "../views/events.ts";

interface Flags extends SettingFlags, JsonFlag, FollowFlags {
  readonly status?: string;
}

async function tail(cli: Cli, flags: Flags): Promise<void> {
  const { out } = cli;
  const { status } = flags;
  const api = apiOf(cli, flags);
  const { timeZone } = await whenOf(cli, api);
  let shown = 0;
  const show = (event: EventRow): boolean => {
    // The status at the end is known only here, so this filter is applied here.
    if (status !== undefined && event.status !== status) return false;
    shown += 1;
    if (flags.json === true) out.jsonLine(event);
    else {
      const lines = describeEventLine(out, event, { now: cli.now(), timeZone });
      for (const line of lines) out.print(line);
    }
    return true;
  };
  try {
    await followNew(cli, api, flags, show);
  } catch (error) {
    if (error instanceof Interruption) {
      out.note();
      out.note(`  ${count(shown, "event")} shown.`);
    }
    throw error;
  }
}

export function tailCommand(cli: Cli): Command {
  const command = new Command("tail")
    .summary("follow new events live")
    .description(
      "Shows events as they arrive, and the outcome of each. Survives outages of the receiver.",
    )
    .addOption(statusOption());
  takeFollowing(command);
  takeSettings(command, "token");
  takeJson(command, "a line of JSON for each event, for scripts");
  giveExamples(command, [
    ["ce-webhooks tail", "everything that comes"],
    ["ce-webhooks tail --status quarantined", "only what cannot be understood"],
    ["ce-webhooks tail --order ORD-1 --json | jq .event_type", "one order, for a script"],
  ]);
  return command.action((flags: Flags) => tail(cli, flags));
}

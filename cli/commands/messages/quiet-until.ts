/** `quiet-until`: suppresses messages about what happened before a moment. */
import { Command } from "commander";
import { count, signs } from "../../../testbed/terminal/text.ts";
import { apiOf, type Cli, complete, type JsonFlag, settingsOf, whenOf } from "../../cli.ts";
import { momentOrAhead } from "../../flags.ts";
import type { SettingFlags } from "../../settings.ts";
import { confirm } from "../../terminal/confirm.ts";
import { fullTime } from "../../terminal/look.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly off?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

async function quietUntil(cli: Cli, time: string | undefined, flags: Flags): Promise<void> {
  const { out } = cli;
  const api = apiOf(cli, flags);
  const wanted = flags.off === true ? { until: null } : time === undefined ? {} : { until: time };
  const found = await api.setQuietUntil({ ...wanted, dry_run: true });
  const when = await whenOf(cli, api);
  const shown = (until: string) => fullTime(until, when);
  const waiting = count(found.messages, "message");
  // People set this in a hurry after a restore: they must see that it is not the receiver on this machine.
  if (flags.json !== true) out.print(out.colours.bold(settingsOf(cli, flags).url));
  if (flags.dryRun === true) {
    if (flags.json === true) return out.json(found);
    const present = (await api.quietUntil()).until;
    out.print(
      found.until === null
        ? "  Nothing would be suppressed any more."
        : `  What happened before ${shown(found.until)} would be suppressed: ${waiting} of those that wait now.`,
    );
    out.print(
      present === null
        ? "  At present nothing is suppressed."
        : `  At present: what happened before ${shown(present)}.`,
    );
    return;
  }
  if (found.until !== null) {
    const question = `Suppress messages to customers and the team about what happened before ${shown(found.until)}, ${waiting} that wait now included?`;
    await confirm(cli, question, flags.yes === true);
  }
  // The time in the question, even if it came from the receiver's clock.
  const done = await api.setQuietUntil({ until: found.until });
  if (flags.json === true) return out.json(done);
  const ok = out.colours.green(signs.ok);
  out.print(
    done.until === null
      ? `  ${ok} Taken back: nothing is suppressed any more`
      : `  ${ok} Messages about what happened before ${shown(done.until)} are suppressed; forwards, alerts and state are not touched`,
  );
}

export function quietUntilCommand(cli: Cli): Command {
  const command = new Command("quiet-until")
    .summary("suppress messages about the past")
    .description(
      "Suppresses messages to customers and the team about what happened before a moment: after going back in " +
        "time, before a first import, for a re-send by Commerce Engine. Forwards, alerts and the state of orders " +
        "are not touched. Set another moment, or --off, to take it back.",
    )
    .argument(
      "[time]",
      "a time, 2h for two hours ago, +2h for two hours from now (at most a day ahead); now, if it is left out",
      momentOrAhead,
    )
    .option("--off", "suppress nothing any more")
    .option("--dry-run", "only count the messages that wait and would be suppressed")
    .option("-y, --yes", "do not ask");
  complete(command, "token", [
    ["ce-webhooks quiet-until --dry-run", "the current state, and what it would suppress"],
    ["ce-webhooks quiet-until 2026-11-24T10:00Z --yes", "after going back, before queues resume"],
    ["ce-webhooks quiet-until +2h", "while events without a time are sent again"],
  ]);
  return command.action((time: string | undefined, flags: Flags) => quietUntil(cli, time, flags));
}

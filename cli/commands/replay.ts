/** `replay`: applies settled events again, after a fix. */
import { Command } from "commander";
import { count, signs } from "../../testbed/terminal/text.ts";
import type { Api } from "../api/api.ts";
import { apiOf, type Cli, complete, type JsonFlag } from "../cli.ts";
import { confirm } from "../terminal/confirm.ts";
import { Failure } from "../failure.ts";
import { type EventFilter, takeFilter, wholeNumber } from "../flags.ts";
import { withProgress } from "../../testbed/terminal/progress.ts";
import { type ReplayFilter, selectEvents } from "../replay/select.ts";
import { type Outcome, settle } from "../replay/settle.ts";
import type { SettingFlags } from "../settings.ts";

interface Flags extends SettingFlags, JsonFlag, EventFilter {
  readonly limit: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Replayed per request: few enough to show progress, and to lose little after an interruption. */
const SLICE = 100;

function filterOf(ids: readonly string[], flags: Flags): ReplayFilter {
  const { status, type, order, from, to } = flags;
  const given = Object.entries({ status, type, order, from, to }).filter(
    ([, value]) => value !== undefined,
  );
  if (ids.length === 0 && given.length === 0) {
    throw new Failure("usage", "Say which events: ids, --status, --type, --order, --from or --to");
  }
  return { ...Object.fromEntries(given), ...(ids.length === 0 ? {} : { ids }) };
}

async function replayAll(cli: Cli, api: Api, ids: readonly string[]): Promise<readonly string[]> {
  const taken: string[] = [];
  try {
    await withProgress(cli.out, "replaying", ids.length, async (update) => {
      for (let at = 0; at < ids.length; at += SLICE) {
        const slice = ids.slice(at, at + SLICE);
        taken.push(...(await api.replay({ ids: slice, limit: SLICE })).ids);
        update(at + slice.length);
      }
    });
    return taken;
  } catch (error) {
    const done = `${count(taken.length)} of ${count(ids.length)}`;
    cli.out.note(`  ${done} were replayed; the rest stand as they were.`);
    throw error;
  }
}

async function watch(cli: Cli, api: Api, ids: readonly string[]): Promise<Outcome> {
  return await withProgress(cli.out, "applying", ids.length, (update) =>
    settle(api, cli.signal, new Set(ids), (waiting) => update(ids.length - waiting)),
  );
}

function report({ out }: Cli, outcome: Outcome, taken: number): void {
  const { colours, print } = out;
  const { settled, quarantined, failed, waiting } = outcome;
  print(
    `  ${colours.green(signs.ok)} ${count(taken, "event")} replayed, ${count(settled)} settled`,
  );
  if (quarantined > 0)
    print(
      colours.yellow(
        `  ! ${count(quarantined)} quarantined again: ce-webhooks events --status quarantined`,
      ),
    );
  if (failed > 0)
    print(
      colours.red(
        `  ${signs.bad} ${count(failed)} failed again: ce-webhooks events --status failed`,
      ),
    );
  if (waiting > 0) print(colours.yellow(`  ! ${count(waiting)} still wait`));
}

async function replay(cli: Cli, given: readonly string[], flags: Flags): Promise<void> {
  const { out } = cli;
  const isJson = flags.json === true;
  const api = apiOf(cli, flags);
  const filter = filterOf(given, flags);
  const { ids, more } = await selectEvents(api, filter, flags.limit);
  if (flags.dryRun === true) {
    if (isJson) out.json({ dry_run: true, count: ids.length, ids, more });
    else out.print(`  ${count(ids.length, "event")} would be replayed.`);
    return;
  }
  if (ids.length === 0) {
    if (isJson) out.json({ dry_run: false, count: 0, ids: [], more: false });
    else out.print("  No failed, quarantined or ignored event fits.");
    if (given.length > 0) throw new Failure("problem", "None of these events can be replayed");
    return;
  }
  const others = more ? " (there are more; --limit)" : "";
  await confirm(cli, `Replay ${count(ids.length, "event")}${others}?`, flags.yes === true);
  const taken = await replayAll(cli, api, ids);
  const outcome = await watch(cli, api, taken);
  if (isJson) out.json({ dry_run: false, count: taken.length, ids: taken, more, ...outcome });
  else report(cli, outcome, taken.length);
  const { quarantined, failed, waiting } = outcome;
  if (quarantined + failed + waiting > 0) {
    throw new Failure("problem", "Not all of them could be applied");
  }
}

export function replayCommand(cli: Cli): Command {
  const command = takeFilter(new Command("replay"), ["failed", "quarantined", "ignored"])
    .summary("replay settled events")
    .description(
      "Replays failed, quarantined or ignored events after the cause was fixed, and waits until they are settled. " +
        "Exit code 0: all are applied, or none fits. 1: some are quarantined or failed again or still wait, or none of the given ids can be replayed.",
    )
    .argument("[ids...]", "these events")
    .option("--limit <n>", "at most so many, the oldest first", wholeNumber(1, 1_000_000), 10_000)
    .option("--dry-run", "only count them")
    .option("-y, --yes", "do not ask");
  complete(command, "token", [
    ["ce-webhooks replay --status failed", "all failed events, after a question"],
    ["ce-webhooks replay --status quarantined --type payment.success --yes", "one type, unasked"],
    ["ce-webhooks replay evt_4e142de46e493a59802047f6", "one event"],
  ]);
  return command.action((ids: string[], flags: Flags) => replay(cli, ids, flags));
}

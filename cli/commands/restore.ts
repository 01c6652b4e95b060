/** `restore`: puts archived events back into the inbox, to read them or for a rebuild. */
import { Command, InvalidArgumentError } from "commander";
import { count, signs } from "../../testbed/terminal/text.ts";
import type { Restored } from "../api/answers.ts";
import { apiOf, type Cli, complete, type JsonFlag } from "../cli.ts";
import { Failure } from "../failure.ts";
import type { SettingFlags } from "../settings.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly from?: string;
  readonly to?: string;
  readonly dryRun?: boolean;
}

function day(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError("It must be a day such as 2026-08-25.");
}

function add(total: Restored, page: Restored): Restored {
  return {
    ...page,
    objects: total.objects + page.objects,
    events: total.events + page.events,
    put_back: total.put_back + page.put_back,
    recreated: total.recreated + page.recreated,
    failed: [...total.failed, ...page.failed],
  };
}

function report({ out }: Cli, total: Restored, isDry: boolean): void {
  const { colours, print } = out;
  const found = `${count(total.events, "event")} in ${count(total.objects, "object")}`;
  if (isDry) return print(`  Would be restored: ${found}.`);
  print(`  ${colours.green(signs.ok)} ${found}`);
  print(
    `    ${count(total.put_back, "body", "bodies")} put back, ${count(total.recreated, "purged event")} made again`,
  );
  print("    They stay for a week. A rebuild applies them: docs/privacy.md");
  for (const { object, error } of total.failed)
    print(colours.red(`  ${signs.bad} ${object}: ${error}`));
}

async function restore(cli: Cli, flags: Flags): Promise<void> {
  const api = apiOf(cli, flags);
  const { from, to } = flags;
  const isDry = flags.dryRun === true;
  let total: Restored | null = null;
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page: Restored | null = await api.restore({
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(cursor === undefined ? {} : { cursor }),
      dry_run: isDry,
    });
    if (page === null) {
      throw new Failure("refused", "The receiver has no archive: bind an R2 bucket as ARCHIVE");
    }
    total = total === null ? page : add(total, page);
    cursor = page.next_cursor;
    if (cursor !== null) cli.out.note(`  ${count(total.objects, "object")} ...`);
  }
  if (total === null) return;
  if (flags.json === true) cli.out.json(total);
  else report(cli, total, isDry);
  if (total.failed.length > 0) throw new Failure("problem", "Not every object could be restored");
}

export function restoreCommand(cli: Cli): Command {
  const command = new Command("restore")
    .summary("put archived events back")
    .description(
      "Puts archived events back: bodies beside their events, and events that are purged. Nothing is applied or sent again.",
    )
    .option("--from <day>", "received from this day on", day)
    .option("--to <day>", "received up to this day", day)
    .option("--dry-run", "only count them");
  complete(command, "token", [
    ["ce-webhooks restore --from 2026-08-01 --to 2026-08-31 --dry-run", "how much that is"],
    ["ce-webhooks restore --from 2026-08-25 --to 2026-08-25", "one day"],
  ]);
  return command.action((flags: Flags) => restore(cli, flags));
}

/** `import`: imports what the shop has from before the receiver, from exported files. */
import { Command } from "commander";
import { count, signs } from "../../testbed/terminal/text.ts";
import { createApi } from "../api/api.ts";
import { type Cli, complete, type JsonFlag, settingsOf } from "../cli.ts";
import { Failure } from "../failure.ts";
import type { SettingFlags } from "../settings.ts";
import { confirm } from "../terminal/confirm.ts";
import { describeDifference } from "./differences.ts";
import { type Difference, type Problem, sendFiles, type Totals } from "./send-slices.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** The number of lines about single bodies; the rest is counted. */
const LISTED_MAX = 1_000;
const CHANGES_MAX = 40;

/** Keeps the first items up to a limit; a large file may have any number. */
class Listed<T> {
  readonly items: T[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Returns whether it is kept. */
  add(item: T): boolean {
    const isKept = this.items.length < this.#most;
    if (isKept) this.items.push(item);
    return isKept;
  }
}

function report({ out }: Cli, totals: Totals, isDryRun: boolean): void {
  const { colours, print } = out;
  const { bodies, known, new: fresh, changed, unchanged, waiting, errors } = totals;
  const mark = isDryRun ? "Would be imported" : `${colours.green(signs.ok)} Imported`;
  print(`  ${mark}: ${count(bodies - errors, "body", "bodies")} of ${count(bodies)}`);
  print(
    `    ${count(fresh, "new order")}, ${count(changed)} changed, ${count(unchanged)} unchanged`,
  );
  if (known > 0) print(`    ${count(known)} imported before`);
  if (waiting > 0) print(`    ${count(waiting)} stored, and applied within minutes`);
}

async function runImport(cli: Cli, files: readonly string[], flags: Flags): Promise<void> {
  const { out } = cli;
  const settings = settingsOf(cli, flags);
  const isDryRun = flags.dryRun === true;
  const isJson = flags.json === true;
  if (!isDryRun && !settings.isLocal) {
    const question = `Import ${files.join(", ")} into ${settings.url}? No message is sent about it.`;
    await confirm(cli, question, flags.yes === true || isJson);
  }
  const problems = new Listed<Problem>(LISTED_MAX);
  const changes = new Listed<Difference & { readonly file: string }>(
    isJson ? LISTED_MAX : CHANGES_MAX,
  );
  const totals = await sendFiles(cli, createApi(cli.http, settings), files, isDryRun, {
    onProblem: (problem) => {
      const { file, line, reason } = problem;
      if (problems.add(problem) && !isJson) out.error(`  ${signs.bad} ${file}:${line}: ${reason}`);
    },
    onDifference: (file, difference) => {
      if (difference.applies && difference.why !== "missing") changes.add({ ...difference, file });
    },
  });
  if (isJson) {
    const told = isDryRun ? { changes: changes.items } : {};
    out.json({ dry_run: isDryRun, ...totals, problems: problems.items, ...told });
  } else {
    for (const one of changes.items) out.print(`    line ${one.line}: ${describeDifference(one)}`);
    if (changes.items.length === CHANGES_MAX) out.print("    and so on");
    report(cli, totals, isDryRun);
  }
  if (totals.errors > 0) {
    throw new Failure("problem", `${count(totals.errors, "body", "bodies")} could not be imported`);
  }
}

export function importCommand(cli: Cli): Command {
  const command = new Command("import")
    .summary("bring in orders from before")
    .description(
      "Brings in orders from exported files: JSON or NDJSON, also gzipped; orders or bodies as Commerce Engine delivers them. Newer data stays, no message is sent, and the same file again changes nothing: after an interruption, run it again.",
    )
    .argument("<files...>", "paths; - is standard input")
    .option("--dry-run", "only say what would change")
    .option("-y, --yes", "do not ask");
  complete(command, "token", [
    ["ce-webhooks import orders.json --dry-run", "what it would change"],
    ["ce-webhooks import orders-2024.ndjson.gz orders-2025.ndjson.gz", "one file after the other"],
  ]);
  return command.action((files: string[], flags: Flags) => runImport(cli, files, flags));
}

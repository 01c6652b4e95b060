/** `backup`: turns an export of D1 into one that D1 can import. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { count, signs } from "../../testbed/terminal/text.ts";
import { type Backup, rewriteExport } from "../backup/rewrite.ts";
import { type Cli, giveExamples, type JsonFlag, takeJson } from "../cli.ts";
import { Failure } from "../failure.ts";

interface Flags extends JsonFlag {
  readonly to: string;
}

/** The number of rows between two lines of progress. */
const PROGRESS_ROWS = 50_000;

const CHANGED_SHOWN = 5;

/** SQLite's code for a full disk. */
const SQLITE_FULL = 13;

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function report({ out }: Cli, to: string, { tables, rows, split, bodies, changed }: Backup): void {
  const { green, red } = out.colours;
  out.print(`  ${green(signs.ok)} ${count(rows, "row")} in ${count(tables, "table")}: ${to}`);
  out.print(`    ${count(split, "row")} longer than D1 takes as one statement, now in pieces`);
  if (changed.length === 0) {
    out.print(`  ${green(signs.ok)} ${count(bodies, "body", "bodies")}, each with its SHA-256`);
    return;
  }
  const shown = changed.slice(0, CHANGED_SHOWN).join(", ");
  const more = changed.length > CHANGED_SHOWN ? ", ..." : "";
  out.print(
    red(
      `  ${signs.bad} ${count(changed.length)} of ${count(bodies, "body", "bodies")} changed by the export: ${shown}${more}`,
    ),
  );
}

/** Throws before any work is done if the backup cannot be written, or would replace anything but another file. */
function checkTarget(from: string, to: string): void {
  try {
    accessSync(dirname(to), constants.W_OK);
  } catch (error) {
    throw new Failure("usage", `${to} cannot be written: ${whyOf(error)}`);
  }
  const [source, target] = [statSync(from), statSync(to, { throwIfNoEntry: false })];
  if (target === undefined) return;
  if (target.dev === source.dev && target.ino === source.ino) {
    throw new Failure("usage", "--to must be another file than the export");
  }
  if (!target.isFile()) throw new Failure("usage", `${to} is not a file`);
}

/** A full disk has its own message: it is not the export's fault. */
function failureOf(from: string, to: string, error: unknown): Failure {
  const about: object = error instanceof Error ? error : {};
  const code: unknown = Reflect.get(about, "code");
  if (code === "ENOSPC" || code === "EFBIG" || Reflect.get(about, "errcode") === SQLITE_FULL) {
    const room = "twice the size of the export";
    return new Failure(
      "problem",
      `${to} was not written: no room left. It needs ${room} while it is made`,
    );
  }
  return new Failure("usage", `${from} cannot be taken for an export of D1: ${whyOf(error)}`);
}

async function backUp(cli: Cli, from: string, flags: Flags): Promise<void> {
  try {
    accessSync(from, constants.R_OK);
  } catch (error) {
    throw new Failure("usage", `${from} cannot be read: ${whyOf(error)}`);
  }
  checkTarget(from, flags.to);
  let rows = 0;
  const onRow = (): void => {
    cli.signal.throwIfAborted();
    rows += 1;
    if (rows % PROGRESS_ROWS === 0) cli.out.note(`  ${count(rows, "row")} read and written ...`);
  };
  const backup = await rewriteExport(from, flags.to, onRow).catch((error: unknown) => {
    if (cli.signal.aborted) throw error;
    throw failureOf(from, flags.to, error);
  });
  if (backup === null) {
    throw new Failure(
      "usage",
      `${from} is an export of another database: it has no webhook_events`,
    );
  }
  if (flags.json === true) cli.out.json(backup);
  else report(cli, flags.to, backup);
  if (backup.changed.length > 0)
    throw new Failure("problem", "Not every body is as it was received");
}

export function backupCommand(cli: Cli): Command {
  const command = new Command("backup")
    .summary("make an export of D1 one that D1 takes back")
    .description(
      "Rewrites what wrangler d1 export has written. D1 takes statements up to 100 KB, and an export has longer ones where a body is large; it also changes bodies that have both line breaks and escaped ones. Every body is checked by its SHA-256.",
    )
    .argument("<export>", "the file that wrangler d1 export has written")
    .requiredOption("--to <file>", "the backup to write");
  takeJson(command);
  giveExamples(command, [
    ["npx wrangler d1 export DB --remote --output export.sql", "first, with wrangler"],
    ["ce-webhooks backup export.sql --to backup.sql", "then this"],
    [
      "npx wrangler d1 execute ce-webhooks-copy --remote --file backup.sql",
      "back into an empty database",
    ],
  ]);
  return command.action((from: string, flags: Flags) => backUp(cli, from, flags));
}

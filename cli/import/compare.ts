/** `compare`: finds where an exported file and the receiver differ, and why, to find gaps in the deliveries. */
import { Command } from "commander";
import { count, signs } from "../../testbed/terminal/text.ts";
import { type Cli, apiOf, complete, type JsonFlag, whenOf } from "../cli.ts";
import { Failure } from "../failure.ts";
import { wholeNumber } from "../flags.ts";
import type { SettingFlags } from "../settings.ts";
import { describeDifference, explainDifference } from "./differences.ts";
import { type Difference, sendFiles } from "./send-slices.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly limit: number;
}

const LIMIT = 100;
const LIMIT_MAX = 1_000_000;

/** Columns that must be equal in an export and in the receiver. */
const compared: ReadonlySet<string> = new Set(
  "status payment_status currency subtotal_micros discount_micros total_tax_micros shipping_micros handling_micros grand_total_micros credit_used_micros to_be_paid_micros refundable_micros customer_name customer_email customer_phone amount_micros named_order courier awb_no tracking_url".split(
    " ",
  ),
);

/** A value that the file does not contain is no difference. */
function isOne({ column, imported }: Difference): boolean {
  return column === null || (compared.has(column) && imported !== null);
}

/** The order of the row. If an order is missing, its parts are not listed. */
function orderOf({ order_number: order, key }: Difference): string {
  return order ?? key;
}

async function compare(cli: Cli, files: readonly string[], flags: Flags): Promise<void> {
  const { out } = cli;
  const api = apiOf(cli, flags);
  const when = await whenOf(cli, api);
  const isJson = flags.json === true;
  const figures = { missing: 0, differing: 0, differences: 0 };
  // The parts of an order follow it, so the last one is enough.
  let last: { order: string; line: number; isMissing: boolean } | null = null;
  const onDifference = (file: string, one: Difference): void => {
    if (!isOne(one)) return;
    const { line } = one;
    const order = orderOf(one);
    if (last?.order !== order || last.line !== line) {
      const isMissing = one.entity === "orders" && one.column === null;
      last = { order, line, isMissing };
      figures[isMissing ? "missing" : "differing"] += 1;
    } else if (last.isMissing) return;
    figures.differences += 1;
    if (isJson) out.jsonLine({ file, ...one });
    else if (figures.differences <= flags.limit) {
      out.print(`  ${file}:${line}  ${order}  ${describeDifference(one)}`);
      out.print(out.colours.dim(`      ${explainDifference(one, when)}`));
    }
  };
  const totals = await sendFiles(cli, api, files, true, {
    onProblem: ({ file, line, reason }) => out.error(`  ${signs.bad} ${file}:${line}: ${reason}`),
    onDifference,
  });
  const { missing, differing, differences } = figures;
  const left = differences - flags.limit;
  if (!isJson && left > 0) out.print(`  and ${count(left, "more difference")}: --limit`);
  const { bodies, errors, differences_left_out: unread } = totals;
  if (unread > 0) out.note(`  ${count(unread, "difference")} beyond what one answer lists`);
  const found = `${count(bodies - errors, "body", "bodies")} compared: ${count(missing)} missing, ${count(differing)} different`;
  if (missing + differing + errors > 0) {
    throw new Failure("problem", errors > 0 ? `${found}, ${count(errors)} not understood` : found);
  }
  if (!isJson) out.print(`  ${out.colours.green(signs.ok)} ${found}`);
}

export function compareCommand(cli: Cli): Command {
  const command = new Command("compare")
    .summary("find what was not delivered")
    .description(
      "Compares an exported file with the receiver: orders that are missing, and statuses, amounts, customers, parcels, payments and refunds that differ, each with the event that has set it. Nothing is changed; what the file does not say is not compared.",
    )
    .argument("<files...>", "paths; - is standard input")
    .option("--limit <number>", "differences to print", wholeNumber(1, LIMIT_MAX), LIMIT);
  complete(command, "token", [
    ["ce-webhooks compare orders.json", "what differs, and why"],
    ["ce-webhooks compare orders.ndjson.gz --json > differences.ndjson", "all of it, for a script"],
  ]);
  return command.action((files: string[], flags: Flags) => compare(cli, files, flags));
}

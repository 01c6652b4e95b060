/** `export`: everything that is stored about a person. */
import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { safeJson } from "../../testbed/terminal/safe-text.ts";
import { count, signs } from "../../testbed/terminal/text.ts";
import type { ExportPage } from "../api/answers.ts";
import { apiOf, type Cli, giveExamples, takeSettings } from "../cli.ts";
import { Failure } from "../failure.ts";
import { parsePerson } from "../person.ts";
import type { SettingFlags } from "../settings.ts";

interface Flags extends SettingFlags {
  readonly to?: string;
}

type Held = Pick<ExportPage, "orders" | "other_events" | "other_notifications" | "archived_events">;

function write(path: string, text: string): void {
  try {
    // Personal data: only the owner can read the file.
    writeFileSync(path, text, { mode: 0o600 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure("usage", `${path} cannot be written: ${why}`);
  }
}

async function exportPerson(cli: Cli, given: readonly string[], flags: Flags): Promise<void> {
  const { out } = cli;
  const person = parsePerson(given);
  const api = apiOf(cli, flags);
  const pages: ExportPage[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await api.exportPage({ ...person, ...(cursor === undefined ? {} : { cursor }) });
    pages.push(page);
    cursor = page.next_cursor;
    if (cursor !== null) out.note(`  ${count(pages.length, "part")}, and more ...`);
  }
  const held: Held = {
    orders: pages.flatMap(({ orders }) => orders),
    other_events: pages.flatMap(({ other_events: events }) => events),
    other_notifications: pages.flatMap(({ other_notifications: messages }) => messages),
    archived_events: pages.flatMap(({ archived_events: events }) => events),
  };
  const found = `${count(held.orders.length, "order")}, ${count(held.other_events.length, "other event")}, ${count(held.archived_events.length)} archived`;
  if (flags.to === undefined) return out.json(held);
  write(flags.to, `${safeJson(held, 2)}\n`);
  out.print(`  ${out.colours.green(signs.ok)} ${found}: ${flags.to}`);
}

export function exportCommand(cli: Cli): Command {
  const command = new Command("export")
    .summary("everything held about a person, as JSON")
    .description(
      "Writes everything that is held about a person: orders, events with their bodies, messages, the archive.",
    )
    .argument("<contacts...>", "an e-mail address, a phone number with its country code, or both")
    .option("--to <file>", "into this file instead of stdout");
  takeSettings(command, "token");
  giveExamples(command, [
    ["ce-webhooks export asha@example.com --to asha.json", "into a file"],
    ["ce-webhooks export +919876543210 | jq '.orders | length'", "on stdout"],
  ]);
  return command.action((contacts: string[], flags: Flags) => exportPerson(cli, contacts, flags));
}

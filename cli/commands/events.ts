/** `events`: the inbox, newest first. */
import { Command } from "commander";
import { count } from "../../testbed/terminal/text.ts";
import { eventStatuses } from "../api/answers.ts";
import { apiOf, type Cli, complete, type JsonFlag, whenOf } from "../cli.ts";
import { collectEvents } from "../api/event-pages.ts";
import { type EventFilter, takeFilter, wholeNumber } from "../flags.ts";
import type { SettingFlags } from "../settings.ts";
import { printEvents } from "../views/events.ts";

interface Flags extends SettingFlags, JsonFlag, EventFilter {
  readonly search?: string;
  readonly limit: number;
}

async function listEvents(cli: Cli, flags: Flags): Promise<void> {
  const { status, type, order, from, to, search: q, limit } = flags;
  const api = apiOf(cli, flags);
  const found = await collectEvents(api, { status, type, order, from, to, q }, limit);
  const { out } = cli;
  if (flags.json === true) return out.json({ events: found.events, next_cursor: found.next });
  if (found.events.length === 0) return out.note("  No event fits.");
  printEvents(out, found.events, await whenOf(cli, api));
  if (found.next !== null) out.note();
  out.note(`  The newest ${count(found.events.length)}; --limit shows more.`);
}

export function eventsCommand(cli: Cli): Command {
  const command = takeFilter(new Command("events"), eventStatuses)
    .summary("the inbox, newest first")
    .description("Lists the received events and the outcome of each, newest first.")
    .option("--search <key>", "the beginning of an id, or an order, payment or shipment number")
    .option("--limit <n>", "at most so many", wholeNumber(1, 10_000), 20);
  complete(command, "token", [
    ["ce-webhooks events --status quarantined", "what could not be understood, and why"],
    ["ce-webhooks events --order ORD-1", "everything about one order"],
    ["ce-webhooks events --from 1h --limit 500 --json", "the last hour, for a script"],
  ]);
  return command.action((flags: Flags) => listEvents(cli, flags));
}

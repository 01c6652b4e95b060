/** `erase`: removes a person from all stored data. */
import { Command } from "commander";
import { count, signs } from "../../testbed/terminal/text.ts";
import type { Erasure } from "../api/answers.ts";
import type { Api } from "../api/api.ts";
import { apiOf, type Cli, complete, type JsonFlag } from "../cli.ts";
import { confirm } from "../terminal/confirm.ts";
import { Failure } from "../failure.ts";
import { pause } from "../terminal/pace.ts";
import { parsePerson } from "../person.ts";
import type { SettingFlags } from "../settings.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const POLL_MS = 2_000;

/** The receiver continues a large erasure by itself, once a minute. */
async function follow(cli: Cli, api: Api, begun: Erasure): Promise<Erasure> {
  let erasure = begun;
  for (let noted = ""; erasure.finished_at === null && erasure.error === null;) {
    const { id, stage, events, archived_events: archived } = erasure;
    const note = `  ${stage}: ${count(events, "event")}, ${count(archived)} archived`;
    if (note !== noted) {
      cli.out.note(`${note}; it goes on without this command: erasure ${id}`);
      noted = note;
    }
    await pause(POLL_MS, cli.signal);
    erasure = await api.erasure(id);
  }
  return erasure;
}

function report({ out }: Cli, erasure: Erasure): void {
  const { orders, events, notifications, archived_events: archived, id } = erasure;
  const { colours, print } = out;
  print(`  ${colours.green(signs.ok)} Erased from ${count(orders, "order")}, erasure ${id}:`);
  print(
    `    ${count(events, "event")}, ${count(notifications, "message")}, ${count(archived)} archived`,
  );
}

async function erase(cli: Cli, given: readonly string[], flags: Flags): Promise<void> {
  const { out } = cli;
  const person = parsePerson(given);
  const api = apiOf(cli, flags);
  const held = await api.countHeld(person);
  const found = `${count(held.orders, "order")}, ${count(held.events, "event")} and ${count(held.notifications, "message")}`;
  if (flags.dryRun === true) {
    if (flags.json === true) out.json(held);
    else out.print(`  Would be erased from ${found}, and from whatever the archive holds.`);
    return;
  }
  const question = `Erase this person from ${found}, and from whatever comes? It cannot be undone.`;
  await confirm(cli, question, flags.yes === true);
  const erasure = await follow(cli, api, await api.erase(person));
  if (flags.json === true) out.json(erasure);
  if (erasure.error !== null) {
    throw new Failure(
      "problem",
      `It does not go on: ${erasure.error}. Fix the cause, and it goes on`,
    );
  }
  if (flags.json !== true) report(cli, erasure);
}

export function eraseCommand(cli: Cli): Command {
  const command = new Command("erase")
    .summary("erase a person")
    .description(
      "Erases a person from orders, events, messages and archive. Money and states stay; what comes about them later is erased before it is applied.",
    )
    .argument("<contacts...>", "an e-mail address, a phone number with its country code, or both")
    .option("--dry-run", "only count what is held")
    .option("-y, --yes", "do not ask");
  complete(command, "token", [
    ["ce-webhooks erase asha@example.com --dry-run", "what is held"],
    ["ce-webhooks erase asha@example.com +919876543210", "after a question"],
  ]);
  return command.action((contacts: string[], flags: Flags) => erase(cli, contacts, flags));
}

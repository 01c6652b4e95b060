/** `messages` and `message`: what customers and the team were told, or were not, and why. */
import { Command, Option } from "commander";
import { messageStatuses } from "../api/answers.ts";
import { apiOf, type Cli, complete, type JsonFlag, whenOf } from "../cli.ts";
import { confirm } from "../terminal/confirm.ts";
import { Failure } from "../failure.ts";
import { wholeNumber } from "../flags.ts";
import { channelNames, templateNames } from "../../testbed/message-names.ts";
import type { SettingFlags } from "../settings.ts";
import { printMessage, printMessages } from "../views/messages.ts";

interface ListFlags extends SettingFlags, JsonFlag {
  readonly status?: string;
  readonly channel?: string;
  readonly template?: string;
  readonly order?: string;
  readonly limit: number;
}

async function listMessages(cli: Cli, flags: ListFlags): Promise<void> {
  const { status, channel, template, order, limit } = flags;
  const api = apiOf(cli, flags);
  const answer = await api.messages({ status, channel, template, order, limit });
  if (flags.json === true) return cli.out.json(answer);
  if (answer.notifications.length === 0) return cli.out.note("  No message fits.");
  printMessages(cli.out, answer.notifications, await whenOf(cli, api));
}

export function messagesCommand(cli: Cli): Command {
  const command = new Command("messages")
    .summary("who was told what")
    .description("Lists messages to customers, the team and the forward endpoint, newest first.")
    .addOption(new Option("--status <status>", "what became of them").choices(messageStatuses))
    .addOption(new Option("--channel <channel>", "sent by this channel").choices(channelNames))
    .addOption(new Option("--template <name>", "of this template").choices(templateNames))
    .option("--order <number>", "about this order")
    .option("--limit <n>", "at most so many", wholeNumber(1, 100), 20);
  complete(command, "token", [
    ["ce-webhooks messages --order ORD-1", "what the customer has heard"],
    ["ce-webhooks messages --status failed", "what could not be sent, and why"],
  ]);
  return command.action((flags: ListFlags) => listMessages(cli, flags));
}

interface Flags extends SettingFlags, JsonFlag {
  readonly sendAgain?: boolean;
  readonly yes?: boolean;
}

async function showMessage(cli: Cli, id: string, flags: Flags): Promise<void> {
  const api = apiOf(cli, flags);
  const unknown = new Failure(
    "problem",
    `No message has the id ${id}; ce-webhooks messages lists them`,
  );
  if (flags.sendAgain === true) {
    await confirm(cli, `Send ${id} once more, if it is still true?`, flags.yes === true);
    const again = await api.resendMessage(id);
    if (again === null) throw unknown;
    if (flags.json === true) cli.out.json(again);
    else cli.out.print("  It is due now, and goes out if it is still true.");
    return;
  }
  const message = await api.message(id);
  if (message === null) throw unknown;
  if (flags.json === true) cli.out.json(message);
  else printMessage(cli.out, message, await whenOf(cli, api));
}

export function messageCommand(cli: Cli): Command {
  const command = new Command("message")
    .summary("one message whole")
    .description("Shows one message with what was sent, or sends it once more.")
    .argument("<id>", "its id, such as order_confirmed/ORD-1/email")
    .option("--send-again", "send a settled message once more, if it is still true")
    .option("-y, --yes", "do not ask before sending");
  complete(command, "token", [
    ["ce-webhooks message order_confirmed/ORD-1/email", "what was sent, and to whom"],
    ["ce-webhooks message order_confirmed/ORD-1/email --send-again", "once more"],
  ]);
  return command.action((id: string, flags: Flags) => showMessage(cli, id, flags));
}

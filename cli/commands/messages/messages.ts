/** `messages`, `message` and `resend`: the messages to customers and the team, sent or not, with the reason. */
import { Command, Option } from "commander";
import { messageStatuses } from "../../api/answers.ts";
import { apiOf, type Cli, complete, type JsonFlag, whenOf } from "../../cli.ts";
import { confirm } from "../../terminal/confirm.ts";
import { Failure } from "../../failure.ts";
import { moment, wholeNumber } from "../../flags.ts";
import { channelNames, templateNames, unsentReasons } from "../../../testbed/message-names.ts";
import { count, signs } from "../../../testbed/terminal/text.ts";
import type { Api } from "../../api/api.ts";
import type { SettingFlags } from "../../settings.ts";
import { printMessage, printMessages } from "../../views/messages.ts";

interface ListFlags extends SettingFlags, JsonFlag {
  readonly status?: string;
  readonly channel?: string;
  readonly template?: string;
  readonly reason?: string;
  readonly order?: string;
  readonly recipient?: string;
  readonly limit: number;
}

async function listMessages(cli: Cli, flags: ListFlags): Promise<void> {
  const { status, channel, template, reason, order, recipient, limit } = flags;
  const api = apiOf(cli, flags);
  const filter = { status, channel, template, reason, order, recipient };
  const answer = await api.messages({ ...filter, limit });
  if (flags.json === true) return cli.out.json(answer);
  if (answer.notifications.length === 0) return cli.out.note("  No message fits.");
  printMessages(cli.out, answer.notifications, await whenOf(cli, api));
}

export function messagesCommand(cli: Cli): Command {
  const command = new Command("messages")
    .summary("who was told what")
    .description("Lists messages to customers, the team and endpoints, newest first.")
    .addOption(
      new Option("--status <status>", "only those with this status").choices(messageStatuses),
    )
    .addOption(new Option("--channel <channel>", "sent by this channel").choices(channelNames))
    .addOption(new Option("--template <name>", "of this template").choices(templateNames))
    .option("--reason <text>", "for this reason, in its exact words")
    .option("--order <number>", "about this order")
    .option("--recipient <contact>", "to this e-mail address or phone number, whole")
    .option("--limit <n>", "at most so many", wholeNumber(1, 100), 20);
  complete(command, "token", [
    ["ce-webhooks messages --order ORD-1", "what the customer has heard"],
    ["ce-webhooks messages --recipient asha@example.com", "what that person has heard"],
    ["ce-webhooks messages --status failed", "what could not be sent, and why"],
    [
      'ce-webhooks messages --reason "channel settings missing"',
      "what waits until its channel is set up",
    ],
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

interface ResendFlags extends SettingFlags, JsonFlag {
  readonly reason: string;
  readonly channel?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Messages that one request makes due. */
const SLICE = 1_000;

async function sendAll(api: Api, filter: object, limit: number): Promise<number> {
  for (let sent = 0; ;) {
    const slice = Math.min(SLICE, limit - sent);
    const answer = await api.sendUnsent({ ...filter, limit: slice });
    sent += answer.count;
    if (!answer.more || answer.count === 0 || sent >= limit) return sent;
  }
}

async function resend(cli: Cli, flags: ResendFlags): Promise<void> {
  const { out } = cli;
  const { reason, channel, from, to, limit } = flags;
  const api = apiOf(cli, flags);
  const filter = { reason, channel, from, to };
  const found = await api.sendUnsent({ ...filter, dry_run: true });
  const old =
    found.too_old === 0 ? "" : ` ${count(found.too_old, "message")} would come too late now.`;
  const some = `${found.more ? "at least " : ""}${count(found.count, "message")}`;
  if (flags.dryRun === true || found.count === 0) {
    if (flags.json === true) out.json(found);
    else out.print(`  ${some} would be sent, if still true.${old}`);
    return;
  }
  if (flags.json !== true && old !== "") out.note(` ${old}`);
  const question = `Send ${some} (${reason}), each if still true?`;
  await confirm(cli, question, flags.yes === true);
  const sent = await sendAll(api, filter, limit);
  if (flags.json === true) return out.json({ ...found, dry_run: false, count: sent, more: false });
  out.print(
    `  ${out.colours.green(signs.ok)} ${count(sent, "message")} due; each goes out within minutes if it is still true`,
  );
}

export function resendCommand(cli: Cli): Command {
  const command = new Command("resend")
    .summary("send messages that were not sent")
    .description(
      "Sends messages together that were not sent because their channel was not set up, their " +
        "recipient was not on the allowlist, or their provider was down. Counts them first. Only " +
        "those that are still true and not too old go out.",
    )
    .addOption(
      new Option("--reason <reason>", "why they were not sent")
        .choices(unsentReasons)
        .default("channel not configured"),
    )
    .addOption(new Option("--channel <channel>", "by this channel").choices(channelNames))
    .option("--from <time>", "created from then on; a time, or 2h for two hours ago", moment)
    .option("--to <time>", "created before then", moment)
    .option("--limit <n>", "at most so many, the oldest first", wholeNumber(1, 1_000_000), 10_000)
    .option("--dry-run", "only count them")
    .option("-y, --yes", "do not ask");
  complete(command, "token", [
    ["ce-webhooks resend --channel email --dry-run", "how many e-mails there are to be sent"],
    ["ce-webhooks resend --channel email --from 2d", "those of the last two days"],
    ['ce-webhooks resend --reason "retries exhausted"', "once a provider is back"],
  ]);
  return command.action((flags: ResendFlags) => resend(cli, flags));
}

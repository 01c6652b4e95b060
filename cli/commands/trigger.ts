/** `trigger`: a valid event, or a complete story, signed and posted. */
import { randomInt } from "node:crypto";
import { Command } from "commander";
import { type Cli, complete, type JsonFlag, settingsOf } from "../cli.ts";
import type { FormChoice } from "../../testbed/stories/index.ts";
import { confirm } from "../terminal/confirm.ts";
import { formOption, moment, positiveNumber, wholeNumber } from "../flags.ts";
import { createPace } from "../terminal/pace.ts";
import { requireSecret, type SettingFlags } from "../settings.ts";
import { askName, printList } from "../trigger/choose.ts";
import { type Change, parseChange } from "../trigger/change.ts";
import { prepare, type Prepared } from "../trigger/draft.ts";
import { type OrderPlan, planOrders } from "../trigger/plan.ts";
import { sendAndShow } from "../trigger/send.ts";
import {
  judgePosted,
  postedJson,
  preparedJson,
  printPrepared,
  printSummary,
} from "../trigger/report.ts";
import { seedOf } from "../trigger/story-source.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly list?: boolean;
  readonly order?: string;
  readonly count: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly set?: readonly Change[];
  readonly at?: string;
  readonly form: FormChoice;
  readonly hint?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

async function prepareOrder(
  { drafts }: OrderPlan,
  secret: string,
  isHinted: boolean,
): Promise<readonly Prepared[]> {
  return (await Promise.all(drafts.map((draft) => prepare(draft, secret, isHinted)))).flat();
}

async function trigger(cli: Cli, given: string | undefined, flags: Flags): Promise<void> {
  const { out } = cli;
  const isJson = flags.json === true;
  if (flags.list === true) return printList(cli, isJson);
  const name = given ?? (await askName(cli));
  const orderNumber = flags.order ?? null;
  const seed = flags.seed ?? (orderNumber === null ? randomInt(1_000_000) : seedOf(orderNumber));
  const nowMs = flags.at === undefined ? cli.now().getTime() : Date.parse(flags.at);
  const plans = planOrders({
    name,
    orderNumber,
    seed,
    nowMs,
    count: flags.count,
    form: flags.form,
    changes: flags.set ?? [],
  });
  const settings = settingsOf(cli, flags);
  const secret = requireSecret(settings).value;
  const isHinted = flags.hint === true;
  const orders = await Promise.all(plans.map((plan) => prepareOrder(plan, secret, isHinted)));
  if (flags.dryRun === true) {
    const all = orders.flat();
    if (isJson) out.json({ seed, deliveries: all.map((one) => preparedJson(one, settings.url)) });
    else for (const one of all) printPrepared(out, one, settings.url);
    return;
  }
  if (!settings.isLocal) {
    const question = `Send made-up events to ${settings.url}? They stay there.`;
    await confirm(cli, question, flags.yes === true);
  }
  const posted = await sendAndShow(cli, settings, orders, {
    pace: createPace(flags.rate ?? null, cli.signal),
    isSilent: isJson,
    isFormShown: flags.form !== "envelope",
  });
  if (isJson) out.json({ seed, deliveries: posted.map(postedJson) });
  else printSummary(out, posted, seed, flags.url);
  const failure = judgePosted(posted, settings);
  if (failure !== null) throw failure;
}

export function triggerCommand(cli: Cli): Command {
  const command = new Command("trigger")
    .summary("send a signed event, or a whole story")
    .description(
      "Builds a lawful event, or the whole life of an order, signs it and posts it to the receiver.",
    )
    .argument("[name]", "an event type or a scenario; --list shows all")
    .option("--list", "what can be triggered")
    .option("--order <number>", "the order that it is about (a new one)")
    .option("--count <n>", "so many orders", wholeNumber(1, 10_000), 1)
    .option("--rate <n>", "at most so many deliveries a second", positiveNumber(10_000))
    .option("--seed <n>", "the same seed tells the same story of an order", wholeNumber(0, 2 ** 48))
    .option("--at <time>", "it has happened until then (now)", moment)
    .option(
      "--set <path=value>",
      "change a field before signing, as it is called in an envelope; repeatable",
      parseChange,
    )
    .addOption(formOption())
    .option("--hint", "name the type in the URL as well, which is not signed")
    .option("--dry-run", "print body and signature, send nothing")
    .option("-y, --yes", "do not ask before sending to another machine");
  complete(command, "secret", [
    ["ce-webhooks trigger happy-path", "an order from basket to doorstep"],
    ["ce-webhooks trigger payment-fails-twice --order ORD-1", "a story about a certain order"],
    [
      "ce-webhooks trigger order.confirmed --set data.grand_total=1",
      "one event, one field changed",
    ],
    [
      "ce-webhooks trigger happy-path --count 100 --rate 20",
      "a hundred orders, 20 events a second",
    ],
    [
      "ce-webhooks trigger happy-path --form bare",
      "the models alone, as the public reference has it",
    ],
    ["ce-webhooks trigger forged", "four forgeries, which must all get 401"],
    ["ce-webhooks trigger order.created --dry-run --json", "body and signature, for a script"],
  ]);
  return command.action((name: string | undefined, flags: Flags) => trigger(cli, name, flags));
}

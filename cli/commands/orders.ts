/** `orders` and `order`: what is stored about the shop's orders. */
import { Command, Option } from "commander";
import { worklists } from "../../src/store/worklists/conditions.ts";
import { apiOf, type Cli, complete, type JsonFlag, whenOf } from "../cli.ts";
import { wholeNumber } from "../flags.ts";
import type { SettingFlags } from "../settings.ts";
import { printOrder, printOrders } from "../views/orders.ts";
import { waitForOrder } from "../api/wait.ts";
import { Failure } from "../failure.ts";

interface ListFlags extends SettingFlags, JsonFlag {
  readonly limit: number;
  readonly list?: string;
}

async function listOrders(cli: Cli, search: string | undefined, flags: ListFlags): Promise<void> {
  if (search !== undefined && flags.list !== undefined) {
    throw new Failure("usage", "Give a search or --list, not both");
  }
  const api = apiOf(cli, flags);
  const answer = await api.orders({ q: search, list: flags.list, limit: flags.limit });
  if (flags.json === true) return cli.out.json(answer);
  if (answer.orders.length === 0) return cli.out.note("  No order fits.");
  printOrders(cli.out, answer.orders, await whenOf(cli, api));
}

export function ordersCommand(cli: Cli): Command {
  const command = new Command("orders")
    .summary("find orders")
    .description(
      "Lists orders by number, e-mail address or phone number; without a search the latest.",
    )
    .argument("[search]", "the beginning of a number, or a whole address or phone number")
    .addOption(new Option("--list <name>", "those that wait for a person").choices(worklists))
    .option("--limit <n>", "at most so many", wholeNumber(1, 100), 20);
  complete(command, "token", [
    ["ce-webhooks orders", "the orders of the latest events"],
    ["ce-webhooks orders asha@example.com", "all orders of a customer"],
    ["ce-webhooks orders --list refunds_due", "cancelled, paid, and not refunded in full"],
  ]);
  return command.action((search: string | undefined, flags: ListFlags) =>
    listOrders(cli, search, flags),
  );
}

async function showOrder(cli: Cli, number: string, flags: SettingFlags & JsonFlag): Promise<void> {
  const api = apiOf(cli, flags);
  const order = await waitForOrder(cli, api, number, () => api.order(number));
  const timeline = (await api.timeline(number)) ?? { entries: [] };
  if (flags.json !== true) return printOrder(cli.out, order, timeline, await whenOf(cli, api));
  const leftOut = [...(order.left_out ?? []), ...(timeline.left_out ?? [])];
  cli.out.json({ ...order, timeline: timeline.entries, left_out: leftOut });
}

export function orderCommand(cli: Cli): Command {
  const command = new Command("order")
    .summary("one order whole")
    .description(
      "Shows an order: money, customer, note and coupon, payments, refunds, shipments, other fields, and how it got there.",
    )
    .argument("<number>", "the order's number");
  complete(command, "token", [
    ["ce-webhooks order ORD-1", "where it stands"],
    ["ce-webhooks order ORD-1 --json | jq .order.paid_micros", "one figure, in millionths"],
    ["ce-webhooks order ORD-1 --json | jq '.order.extra | fromjson'", "every other field, whole"],
  ]);
  return command.action((number: string, flags: SettingFlags & JsonFlag) =>
    showOrder(cli, number, flags),
  );
}

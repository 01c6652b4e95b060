/** `orders` and `order`: what is stored about the shop's orders. */
import { Command, Option } from "commander";
import { knownStatuses } from "../../src/events/stages.ts";
import { financialStatuses } from "../../src/projection/money-status/financial-status.ts";
import { orderSorts, placedPresets, worklists } from "../../src/store/worklists/conditions.ts";
import { apiOf, type Cli, complete, type JsonFlag, whenOf } from "../cli.ts";
import { moment, wholeNumber } from "../flags.ts";
import type { SettingFlags } from "../settings.ts";
import { printOrder, printOrders } from "../views/orders.ts";
import { waitForOrder } from "../api/wait.ts";
import { Failure } from "../failure.ts";

/** A rare filter finds few orders in the stretch that one answer searches; at most this many answers are requested. */
const ANSWERS_MAX = 50;

interface Filters {
  readonly list?: string;
  readonly status?: string;
  readonly money?: string;
  readonly shipment?: string;
  readonly failedMessages?: true;
  readonly placed?: string;
  readonly from?: string;
  readonly to?: string;
  readonly sort?: string;
}

interface ListFlags extends SettingFlags, JsonFlag, Filters {
  readonly limit: number;
}

async function listOrders(cli: Cli, search: string | undefined, flags: ListFlags): Promise<void> {
  const { list, status, money, shipment, failedMessages, placed, from, to, sort, limit } = flags;
  const messages = failedMessages === true ? "failed" : undefined;
  const filters = { status, money, shipment, messages, placed, from, to, sort };
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  if ([search !== undefined, list !== undefined, isFiltered].filter(Boolean).length > 1) {
    throw new Failure("usage", "Give a search, --list, or filters and --sort: one of the three");
  }
  const api = apiOf(cli, flags);
  const query = { q: search, list, ...filters };
  const found = await api.orders({ ...query, limit });
  const orders = [...found.orders];
  let cursor = found.next_cursor;
  const most = isFiltered ? ANSWERS_MAX : 1;
  for (let answers = 1; answers < most; answers += 1) {
    if (cursor === null || orders.length >= limit) break;
    // oxlint-disable-next-line eslint/no-await-in-loop -- an answer begins where the one before ends
    const more = await api.orders({ ...query, limit: limit - orders.length, cursor });
    orders.push(...more.orders);
    cursor = more.next_cursor;
  }
  if (flags.json === true) return cli.out.json({ ...found, orders, next_cursor: cursor });
  if (orders.length === 0) return cli.out.note("  No order fits.");
  printOrders(cli.out, orders, await whenOf(cli, api));
}

const filterOptions = [
  new Option("--list <name>", "those that wait for a person").choices(worklists),
  new Option("--status <status>", "with this status").choices(knownStatuses("order")),
  new Option("--money <status>", "with this financial status").choices(financialStatuses),
  new Option("--shipment <status>", "with a parcel of this status").choices(
    knownStatuses("shipment"),
  ),
  new Option("--failed-messages", "with a message that failed"),
  new Option("--placed <when>", "since an hour ago, today, in seven days, this month").choices(
    placedPresets,
  ),
  new Option("--from <time>", "placed from then on").argParser(moment),
  new Option("--to <time>", "placed before then").argParser(moment),
  new Option("--sort <order>", "by latest activity, when placed, or total").choices(orderSorts),
] as const;

export function ordersCommand(cli: Cli): Command {
  const command = new Command("orders")
    .summary("find orders")
    .description(
      "Lists orders by number, e-mail address or phone number; those that wait for a person; or all of them, filtered and sorted. Without any of it, the latest.",
    )
    .argument("[search]", "the beginning of a number, or a whole address or phone number")
    .option("--limit <n>", "at most so many", wholeNumber(1, 100), 20);
  for (const option of filterOptions) command.addOption(option);
  complete(command, "token", [
    ["ce-webhooks orders", "the orders of the latest events"],
    ["ce-webhooks orders asha@example.com", "all orders of a customer"],
    ["ce-webhooks orders --list refunds_due", "cancelled, paid, and not refunded in full"],
    ["ce-webhooks orders --money failed --placed today", "those of today whose payment failed"],
    ["ce-webhooks orders --from 2026-11-01 --sort total", "the largest since then"],
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

/** `find`: orders, people and everything else by what people type. */
import { Command } from "commander";
import type * as z from "zod/mini";
import { amount } from "../../testbed/terminal/amount.ts";
import { printTable } from "../../testbed/terminal/table.ts";
import type { found } from "../api/answers.ts";
import { apiOf, type Cli, complete, type JsonFlag, whenOf } from "../cli.ts";
import { Failure } from "../failure.ts";
import type { SettingFlags } from "../settings.ts";
import { shortTime } from "../terminal/look.ts";
import { printTitle } from "../views/facts.ts";
import { said } from "../views/money.ts";

type Found = z.infer<typeof found>;

interface Group {
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type TimeOf = (at: string | null) => string;

const or = (text: string | null): string => text ?? "";

function ordersIn({ orders }: Found, timeOf: TimeOf): Group {
  return {
    title: "Orders",
    heads: ["order", "customer", "status", "money", "worth", "placed"],
    rows: orders.map((one) => [
      one.order_number,
      or(one.customer_name),
      or(one.status),
      said(one.financial_status),
      amount(one.grand_total_micros, one.currency),
      timeOf(one.order_date),
    ]),
  };
}

function peopleIn({ people }: Found): Group {
  return {
    title: "People",
    heads: ["name", "e-mail", "phone", "orders found"],
    rows: people.map((one) => [or(one.name), or(one.email), or(one.phone), String(one.orders)]),
  };
}

type Money = Pick<
  Found["payments"][number],
  "status" | "amount_micros" | "currency" | "order_number"
>;

function moneyIn(title: string, head: string, rows: readonly (readonly [string, Money])[]): Group {
  return {
    title,
    heads: [head, "status", "amount", "order"],
    rows: rows.map(([id, { status, amount_micros: micros, currency, order_number: order }]) => [
      id,
      or(status),
      amount(micros, currency),
      or(order),
    ]),
  };
}

function shipmentsIn({ shipments }: Found): Group {
  return {
    title: "Shipments",
    heads: ["shipment", "status", "courier", "airway bill", "order"],
    rows: shipments.map((one) =>
      [one.shipment_id, one.status, one.courier, one.awb_no, one.order_number].map(or),
    ),
  };
}

function eventsIn({ events }: Found, timeOf: TimeOf): Group {
  return {
    title: "Events",
    heads: ["event", "type", "status", "received", "order"],
    rows: events.map((one) => [
      one.id,
      or(one.event_type),
      one.status,
      timeOf(one.received_at),
      or(one.order_number),
    ]),
  };
}

/** In the order of the console's page; empty groups are left out. */
function groupsIn(answer: Found, timeOf: TimeOf): readonly Group[] {
  const { payments, refunds } = answer;
  return [
    ordersIn(answer, timeOf),
    peopleIn(answer),
    moneyIn(
      "Payments",
      "payment",
      payments.map((one) => [one.payment_id, one]),
    ),
    moneyIn(
      "Refunds",
      "refund",
      refunds.map((one) => [one.refund_id, one]),
    ),
    shipmentsIn(answer),
    eventsIn(answer, timeOf),
  ].filter(({ rows }) => rows.length > 0);
}

async function find(
  cli: Cli,
  words: readonly string[],
  flags: SettingFlags & JsonFlag,
): Promise<void> {
  const { out } = cli;
  const q = words.join(" ").trim();
  if (q === "") throw new Failure("usage", "Give a part of what you look for");
  const api = apiOf(cli, flags);
  const answer = await api.find(q);
  if (flags.json === true) return out.json(answer);
  const when = await whenOf(cli, api);
  const groups = groupsIn(answer, (at) => (at === null ? "" : shortTime(at, when)));
  if (groups.length === 0) return out.note("  Nothing fits.");
  for (const { title, heads, rows } of groups) {
    printTitle(out, title);
    printTable(
      out,
      heads.map((head) => ({ title: head, narrow: "cut" as const })),
      rows,
    );
  }
  if (answer.more) out.note("  There may be more: type more of it.");
}

export function findCommand(cli: Cli): Command {
  const command = new Command("find")
    .summary("find an order, a person, a parcel, anything")
    .description(
      "Finds orders, people, payments, refunds, shipments and events by what people type, as the search of the console does. Names and contacts are shown whole.",
    )
    .argument(
      "<text...>",
      "a part of an order number, name, e-mail address or phone number, or the beginning of an id or airway bill",
    );
  complete(command, "token", [
    ["ce-webhooks find 43210", "an order by the last digits of a phone number"],
    ["ce-webhooks find asha rao", "orders by a name"],
    ["ce-webhooks find 104001 --json | jq '.orders[].order_number'", "for scripts"],
  ]);
  return command.action((words: string[], flags: SettingFlags & JsonFlag) =>
    find(cli, words, flags),
  );
}

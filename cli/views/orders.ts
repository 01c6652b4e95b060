/** Orders: as a list, and one complete order with its money, its parcels and its history. */
import type * as z from "zod/mini";
import type { OrderAnswer, orders, timeline } from "../api/answers.ts";
import { fullTime, shortTime, type When, zoneName } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { printTable } from "../../testbed/terminal/table.ts";
import { printFacts, printTitle } from "./facts.ts";
import { amount } from "../../testbed/terminal/amount.ts";
import { printLeftOut } from "./left-out.ts";
import { moneyFacts, said } from "./money.ts";
import { detailsOf, printOtherFields } from "./order-details.ts";

type Row = OrderAnswer["order"];

export function printOrders(out: Output, rows: z.infer<typeof orders>["orders"], when: When): void {
  printTable(
    out,
    [
      { title: zoneName(when) },
      { title: "order", narrow: "cut" },
      { title: "status", narrow: "cut" },
      { title: "worth", align: "right" },
      { title: "money", narrow: "cut" },
      { title: "paid", align: "right" },
      { title: "refunded", align: "right" },
    ],
    rows.map((row) => [
      shortTime(row.updated_at, when),
      row.order_number,
      row.status ?? "unknown",
      amount(row.grand_total_micros, row.currency),
      said(row.financial_status),
      amount(row.paid_micros, row.currency),
      row.refunded_micros === 0 ? "" : amount(row.refunded_micros, row.currency),
    ]),
  );
}

function textOf(value: Row[string] | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}

function printMoney(
  out: Output,
  title: string,
  key: string,
  rows: readonly Row[],
  order: Row,
): void {
  if (rows.length === 0) return;
  printTitle(out, title);
  printTable(
    out,
    [
      { title: "number" },
      { title: "status" },
      { title: "amount", align: "right" },
      { title: "how", narrow: "wrap" },
    ],
    rows.map((row) => [
      textOf(row[key]),
      textOf(row["status"]),
      amount(row["amount_micros"], order["currency"]),
      textOf(row["method"] ?? row["payment_mode"]),
    ]),
  );
}

function printShipments(out: Output, rows: readonly Row[]): void {
  if (rows.length === 0) return;
  printTitle(out, "Shipments");
  printTable(
    out,
    [
      { title: "number" },
      { title: "status" },
      { title: "courier" },
      { title: "airway bill", narrow: "cut" },
    ],
    rows.map((row) =>
      ["shipment_id", "status", "courier", "awb_no"].map((name) => textOf(row[name])),
    ),
  );
}

function printState(out: Output, order: Row, when: When): void {
  const contact = [order["customer_email"], order["customer_phone"]]
    .map(textOf)
    .filter((one) => one !== "");
  out.print(
    `${out.colours.bold(textOf(order["order_number"]))}  ${textOf(order["status"]) || "status unknown"}`,
  );
  printFacts(out, [
    ...moneyFacts(order),
    ["customer", textOf(order["customer_name"])],
    ["reached by", contact.join(", ")],
    ...detailsOf(order),
    ["placed", fullTime(order["order_date"], when)],
    ["confirmed", fullTime(order["confirmed_at"], when)],
    ["completed", fullTime(order["completed_at"], when)],
    ["cancelled", fullTime(order["cancelled_at"], when)],
  ]);
}

export function printOrder(
  out: Output,
  answer: OrderAnswer,
  { entries, left_out: later }: z.infer<typeof timeline>,
  when: When,
): void {
  const { order, payments, refunds, shipments } = answer;
  printState(out, order, when);
  printMoney(out, "Payments", "payment_id", payments, order);
  printMoney(out, "Refunds", "refund_id", refunds, order);
  printShipments(out, shipments);
  printLeftOut(out, answer.left_out);
  printOtherFields(out, answer);
  if (entries.length === 0) return;
  printTitle(out, "How it got there", zoneName(when));
  printTable(
    out,
    [{ title: "" }, { title: "" }, { title: "", narrow: "cut" }],
    entries.map(({ at, what, detail }) => [
      shortTime(at, when),
      what.replace(/^event /, ""),
      out.colours.dim(detail ?? ""),
    ]),
  );
  printLeftOut(out, later);
}

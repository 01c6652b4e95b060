/** Orders: as a list, and one whole with its money, its parcels and how it got there. */
import type * as z from "zod/mini";
import type { orders, OrderAnswer, timeline } from "../api/answers.ts";
import { amount, fullTime, shortTime } from "../terminal/look.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { printTable } from "../../testbed/terminal/table.ts";
import { printFacts, printTitle } from "./facts.ts";

type Row = OrderAnswer["order"];

export function printOrders(out: Output, rows: z.infer<typeof orders>["orders"], now: Date): void {
  printTable(
    out,
    [
      { title: "UTC" },
      { title: "order", narrow: "cut" },
      { title: "status", narrow: "cut" },
      { title: "worth", align: "right" },
      { title: "money", narrow: "cut" },
      { title: "paid", align: "right" },
      { title: "refunded", align: "right" },
    ],
    rows.map((row) => [
      shortTime(row.updated_at, now),
      row.order_number,
      row.status ?? "unknown",
      amount(row.grand_total_micros, row.currency),
      said(row.financial_status),
      amount(row.paid_micros, row.currency),
      row.refunded_micros === 0 ? "" : amount(row.refunded_micros, row.currency),
    ]),
  );
}

/** `refund_due` -> `refund due`. */
function said(status: string): string {
  return status.replaceAll("_", " ");
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

export function printOrder(
  out: Output,
  { order, payments, refunds, shipments }: OrderAnswer,
  entries: z.infer<typeof timeline>["entries"],
  now: Date,
): void {
  const { colours, print } = out;
  const currency = order["currency"];
  const name = textOf(order["customer_name"]);
  const contact = [order["customer_email"], order["customer_phone"]]
    .map(textOf)
    .filter((one) => one !== "");
  print(
    `${colours.bold(textOf(order["order_number"]))}  ${textOf(order["status"]) || "status unknown"}`,
  );
  printFacts(out, [
    ["worth", amount(order["grand_total_micros"], currency)],
    ["money", said(textOf(order["financial_status"]))],
    ["paid", amount(order["paid_micros"], currency)],
    [
      "refunded",
      order["refunded_micros"] === 0 ? null : amount(order["refunded_micros"], currency),
    ],
    ["customer", name],
    ["reached by", contact.join(", ")],
    ["placed", fullTime(order["order_date"])],
    ["confirmed", fullTime(order["confirmed_at"])],
    ["completed", fullTime(order["completed_at"])],
    ["cancelled", fullTime(order["cancelled_at"])],
  ]);
  printMoney(out, "Payments", "payment_id", payments, order);
  printMoney(out, "Refunds", "refund_id", refunds, order);
  printShipments(out, shipments);
  if (entries.length === 0) return;
  printTitle(out, "How it got there", "UTC");
  printTable(
    out,
    [{ title: "" }, { title: "" }, { title: "", narrow: "cut" }],
    entries.map(({ at, what, detail }) => [
      shortTime(at, now),
      what.replace(/^event /, ""),
      colours.dim(detail ?? ""),
    ]),
  );
}

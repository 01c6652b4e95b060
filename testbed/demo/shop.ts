/** A shop owner's summary of the day: orders, money, parcels. */
import type { Evidence } from "../checks/evidence.ts";
import { colours, out, print, printHeading } from "../terminal/report.ts";
import { printTable } from "../terminal/table.ts";
import { amount } from "../terminal/amount.ts";
import { bar, count } from "../terminal/text.ts";

const SHOWN_REFUNDS = 5;
const blank = { title: "" };
const figure = (title: string) => ({ title, align: "right" as const });

const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
const money = (micros: number): string => amount(micros, "INR");

/** By status: the known ones in their usual order, then all others. */
function byStatus<Row extends { readonly status: string | null }>(
  rows: readonly Row[],
  order: readonly string[],
): readonly [string, Row[]][] {
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const groups = Map.groupBy(rows, (row) => row.status ?? "unknown");
  return [...groups].toSorted(([a], [b]) => rank(a) - rank(b));
}

export function reportShop(evidence: Evidence): void {
  reportOrders(evidence);
  reportMoney(evidence);
  reportShipments(evidence);
}

const orderStatuses = "draft pending awaiting_approval confirmed complete cancelled".split(" ");

function reportOrders({ state }: Evidence): void {
  const groups = byStatus(state.orders, orderStatuses);
  const most = Math.max(...groups.map(([, rows]) => rows.length));
  printHeading("Orders", `${count(state.orders.length)} in all`);
  printTable(
    out,
    [{ title: "status" }, figure("orders"), blank, ...["worth", "paid", "refunded"].map(figure)],
    groups.map(([status, rows]) => [
      status,
      count(rows.length),
      bar(colours, rows.length, most),
      money(sum(rows.map((row) => row.grand_total_micros))),
      money(sum(rows.map((row) => row.paid_micros))),
      money(sum(rows.map((row) => row.refunded_micros))),
    ]),
  );
}

function reportMoney({ state }: Evidence): void {
  const { bold, yellow } = colours;
  const paid = state.orders.filter((row) => row.paid_micros > 0);
  const refunded = state.orders.filter((row) => row.refunded_micros > 0);
  const paidMicros = sum(paid.map((row) => row.paid_micros));
  const refundedMicros = sum(refunded.map((row) => row.refunded_micros));
  printHeading("Money");
  printTable(
    out,
    [blank, figure(""), blank],
    [
      ["paid", money(paidMicros), count(paid.length, "order")],
      ["refunded", money(refundedMicros), count(refunded.length, "order")],
      [bold("kept"), bold(money(paidMicros - refundedMicros)), ""],
    ],
  );
  const failures = state.events.filter((row) => row.event_type === "payment.failed").length;
  const unpaid = state.orders.length - paid.length;
  const have = unpaid === 1 ? "has" : "have";
  print();
  print(
    `  ${count(failures, "payment attempt")} failed; ${count(unpaid, "order")} ${have} not been paid.`,
  );
  const due = state.refundsDue;
  if (due.length === 0) return;
  const owed = money(sum(due.map((row) => row.outstanding * 1_000_000)));
  print(yellow(`  ${count(due.length, "refund")} still owed, ${owed} in all:`));
  for (const row of due.slice(0, SHOWN_REFUNDS)) {
    print(`    ${row.order_number}  ${money(row.outstanding * 1_000_000)}`);
  }
  if (due.length > SHOWN_REFUNDS) print(`    and ${count(due.length - SHOWN_REFUNDS)} more`);
}

const shipmentStatuses =
  "scheduled packed shipped in_transit out_for_delivery delivery_attempted delivered cancelled lost".split(
    " ",
  );

function reportShipments({ state }: Evidence): void {
  const groups = byStatus(state.shipments, shipmentStatuses);
  const most = Math.max(...groups.map(([, rows]) => rows.length));
  printHeading("Shipments", `${count(state.shipments.length)} in all`);
  printTable(
    out,
    [{ title: "status" }, figure("parcels"), blank],
    groups.map(([status, rows]) => [status, count(rows.length), bar(colours, rows.length, most)]),
  );
}

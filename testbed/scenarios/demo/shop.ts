/** What a shop owner wants to see at the end of the day: orders, money, parcels. */
import pc from "picocolors";
import type { Evidence } from "../../checks/evidence.ts";
import { bar, count, money, print, printHeading, printTable } from "../../terminal/terminal.ts";

const SHOWN_REFUNDS = 5;

const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);

/** Groups in a fixed order, then whatever else there is. */
function inOrder<T>(groups: ReadonlyMap<string, T>, order: readonly string[]): [string, T][] {
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...groups].toSorted(([a], [b]) => rank(a) - rank(b));
}

export function reportShop(evidence: Evidence): void {
  reportOrders(evidence);
  reportMoney(evidence);
  reportShipments(evidence);
}

const orderStatuses = [
  "draft",
  "pending",
  "awaiting_approval",
  "confirmed",
  "complete",
  "cancelled",
];

function reportOrders({ state }: Evidence): void {
  const groups = inOrder(
    Map.groupBy(state.orders, (row) => row.status ?? "unknown"),
    orderStatuses,
  );
  const most = Math.max(...groups.map(([, rows]) => rows.length));
  printHeading("Orders", `${count(state.orders.length)} in all`);
  printTable(
    [
      { title: "status" },
      { title: "orders", align: "right" },
      { title: "" },
      { title: "worth", align: "right" },
      { title: "paid", align: "right" },
      { title: "refunded", align: "right" },
    ],
    groups.map(([status, rows]) => [
      status,
      count(rows.length),
      bar(rows.length, most),
      money(sum(rows.map((row) => row.grand_total_micros))),
      money(sum(rows.map((row) => row.paid_micros))),
      money(sum(rows.map((row) => row.refunded_micros))),
    ]),
  );
}

function reportMoney({ state }: Evidence): void {
  const paid = state.orders.filter((row) => row.paid_micros > 0);
  const refunded = state.orders.filter((row) => row.refunded_micros > 0);
  const paidMicros = sum(paid.map((row) => row.paid_micros));
  const refundedMicros = sum(refunded.map((row) => row.refunded_micros));
  const failures = state.events.filter((row) => row.event_type === "payment.failed").length;
  const unpaid = state.orders.filter((row) => row.paid_micros === 0).length;
  printHeading("Money");
  printTable(
    [{ title: "" }, { title: "", align: "right" }, { title: "" }],
    [
      ["paid", money(paidMicros), count(paid.length, "order")],
      ["refunded", money(refundedMicros), count(refunded.length, "order")],
      [pc.bold("kept"), pc.bold(money(paidMicros - refundedMicros)), ""],
    ],
  );
  print();
  print(
    `  ${count(failures, "payment attempt")} failed; ${count(unpaid, "order")} ` +
      `${unpaid === 1 ? "has" : "have"} not been paid.`,
  );
  const due = state.refundsDue;
  if (due.length === 0) return;
  const owed = money(sum(due.map((row) => row.outstanding * 1_000_000)));
  print(pc.yellow(`  ${count(due.length, "refund")} still owed, ${owed} in all:`));
  for (const row of due.slice(0, SHOWN_REFUNDS)) {
    print(`    ${row.order_number}  ${money(row.outstanding * 1_000_000)}`);
  }
  if (due.length > SHOWN_REFUNDS) print(`    and ${count(due.length - SHOWN_REFUNDS)} more`);
}

const shipmentStatuses = [
  "scheduled",
  "packed",
  "shipped",
  "in_transit",
  "out_for_delivery",
  "delivery_attempted",
  "delivered",
  "cancelled",
  "lost",
];

function reportShipments({ state }: Evidence): void {
  const groups = inOrder(
    Map.groupBy(state.shipments, (row) => row.status ?? "unknown"),
    shipmentStatuses,
  );
  const most = Math.max(...groups.map(([, rows]) => rows.length));
  printHeading("Shipments", `${count(state.shipments.length)} in all`);
  printTable(
    [{ title: "status" }, { title: "parcels", align: "right" }, { title: "" }],
    groups.map(([status, rows]) => [status, count(rows.length), bar(rows.length, most)]),
  );
}

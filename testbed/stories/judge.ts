/** Compares the stored rows of an order with its story; returns the differences as text. */
import type { Story } from "./model.ts";

type Row = Readonly<Record<string, unknown>>;

/** A stored payment, refund or shipment; amounts are null for shipments. */
export interface PartRow {
  readonly id: string;
  readonly order_number: string | null;
  readonly status: string | null;
  readonly amount_micros: number | null;
}

export interface ExpectedPart {
  readonly id: string;
  readonly orderNumber: string;
  readonly status: string;
  readonly amountMicros: number | null;
}

export const partKinds = ["payments", "refunds", "shipments"] as const;
export type PartKind = (typeof partKinds)[number];

/** Compares two values; returns the difference as text, or null if there is none. */
export function differ(what: string, found: unknown, expected: unknown): string | null {
  if (found === expected) return null;
  return `${what} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
}

/** A row of `orders`. */
export function judgeOrder({ orderNumber, expected }: Story, row: Row): readonly string[] {
  const pairs: readonly (readonly [string, unknown])[] = [
    ["status", expected.status],
    ["payment_status", expected.paymentStatus],
    ["currency", expected.currency],
    ["grand_total_micros", expected.grandTotalMicros],
    ["payable_micros", expected.payableMicros],
    ["paid_micros", expected.paidMicros],
    ["refunded_micros", expected.refundedMicros],
    ["customer_name", expected.customerName],
    ["customer_email", expected.customerEmail],
    ["order_date", expected.orderDate],
    ["confirmed_at", expected.confirmedAt],
    ["completed_at", expected.completedAt],
    ["cancelled_at", expected.cancelledAt],
  ];
  return pairs
    .map(([column, value]) => differ(`${orderNumber} ${column}`, row[column], value))
    .filter((problem) => problem !== null);
}

export function expectedParts(story: Story, kind: PartKind): readonly ExpectedPart[] {
  const { orderNumber, expected } = story;
  return expected[kind].map((part) => ({
    id: part.id,
    orderNumber,
    status: part.status,
    amountMicros: "amountMicros" in part ? part.amountMicros : null,
  }));
}

/** A row of `payments`, `refunds` or `shipments`. */
function judgePart(part: ExpectedPart, row: PartRow | undefined): readonly string[] {
  const { id, orderNumber, status, amountMicros } = part;
  if (row === undefined) return [`${id} of ${orderNumber} is missing`];
  return [
    differ(`${id} order_number`, row.order_number, orderNumber),
    differ(`${id} status`, row.status, status),
    differ(`${id} amount_micros`, row.amount_micros, amountMicros),
  ].filter((problem) => problem !== null);
}

/** All rows of one kind, of one order or of many. */
export function judgeParts(
  kind: PartKind,
  expected: readonly ExpectedPart[],
  rows: readonly PartRow[],
): readonly string[] {
  const known = new Set(expected.map(({ id }) => id));
  const byId = new Map(rows.map((row) => [row.id, row]));
  // A payment or refund that was sent without its number is stored under a reference, as an alias.
  const isAlias = ({ id }: PartRow) => kind !== "shipments" && id.startsWith("pay_");
  return [
    ...expected.flatMap((part) => judgePart(part, byId.get(part.id))),
    ...rows
      .filter((row) => !known.has(row.id) && !isAlias(row))
      .map((row) => `${row.id} was never made`),
    ...rows
      .filter((row) => row.order_number === null)
      .map((row) => `${row.id} has not found its order`),
  ];
}

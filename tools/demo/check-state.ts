/** Checks what the receiver knows of each order against what its story says. */
import type { Story } from "../story/index.ts";
import { differ, present, type Check, type Evidence } from "./evidence.ts";
import type { OrderRow, PartRow } from "./state.ts";

export function checkState(evidence: Evidence): Check[] {
  const { state } = evidence;
  return [
    checkOrders(evidence),
    checkParts(evidence, "payments", state.payments),
    checkParts(evidence, "refunds", state.refunds),
    checkParts(evidence, "shipments", state.shipments),
    checkViews(evidence),
  ];
}

function compareOrder({ orderNumber, expected }: Story, row: OrderRow): (string | null)[] {
  const pairs: readonly (readonly [keyof OrderRow, unknown])[] = [
    ["status", expected.status],
    ["payment_status", expected.paymentStatus],
    ["currency", expected.currency],
    ["grand_total_micros", expected.grandTotalMicros],
    ["paid_micros", expected.paidMicros],
    ["refunded_micros", expected.refundedMicros],
    ["customer_name", expected.customerName],
    ["customer_email", expected.customerEmail],
    ["order_date", expected.orderDate],
    ["confirmed_at", expected.confirmedAt],
    ["completed_at", expected.completedAt],
    ["cancelled_at", expected.cancelledAt],
  ];
  return pairs.map(([column, value]) => differ(`${orderNumber} ${column}`, row[column], value));
}

function checkOrders({ day, state }: Evidence): Check {
  const rows = new Map(state.orders.map((row) => [row.order_number, row]));
  const problems = day.stories.flatMap((story) => {
    const row = rows.get(story.orderNumber);
    return row === undefined ? [`${story.orderNumber} is missing`] : compareOrder(story, row);
  });
  const known = new Set(day.stories.map((story) => story.orderNumber));
  const invented = [...rows.keys()].filter((number) => !known.has(number));
  problems.push(...invented.map((number) => `${number} was never placed`));
  return { claim: "every order is as its story says", problems: problems.filter(present) };
}

interface ExpectedPart {
  readonly orderNumber: string;
  readonly status: string;
  readonly amountMicros: number | null;
}

function expectedParts(
  stories: readonly Story[],
  kind: "payments" | "refunds" | "shipments",
): ReadonlyMap<string, ExpectedPart> {
  return new Map(
    stories.flatMap(({ orderNumber, expected }) =>
      expected[kind].map((part): [string, ExpectedPart] => {
        const amountMicros = "amountMicros" in part ? part.amountMicros : null;
        return [part.id, { orderNumber, status: part.status, amountMicros }];
      }),
    ),
  );
}

function checkParts(
  { day }: Evidence,
  kind: "payments" | "refunds" | "shipments",
  rows: readonly PartRow[],
): Check {
  const expected = expectedParts(day.stories, kind);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const problems: (string | null)[] = [];
  for (const [id, part] of expected) {
    const row = byId.get(id);
    if (row === undefined) {
      problems.push(`${id} of ${part.orderNumber} is missing`);
      continue;
    }
    problems.push(
      differ(`${id} order_number`, row.order_number, part.orderNumber),
      differ(`${id} status`, row.status, part.status),
      differ(`${id} amount_micros`, row.amount_micros, part.amountMicros),
    );
  }
  for (const row of rows) {
    // A payment event that gave no request number stands under its reference, as an alias.
    const isAlias = kind === "payments" && row.id.startsWith("pay_");
    if (!isAlias && !expected.has(row.id)) problems.push(`${row.id} was never made`);
    if (row.order_number === null) problems.push(`${row.id} has not found its order`);
  }
  const claim = `the ${kind} are linked and as their stories say`;
  return { claim, problems: problems.filter(present) };
}

function checkViews({ day, state }: Evidence): Check {
  const listed = new Map(state.refundsDue.map((row) => [row.order_number, row.outstanding]));
  const problems = [
    ...state.audit.map((row) => `state_audit has a row: ${JSON.stringify(row)}`),
    ...day.stories.map(({ orderNumber, expected }) => {
      const owed = expected.refundDueMicros / 1_000_000;
      return differ(`${orderNumber} in refunds_due`, listed.get(orderNumber) ?? 0, owed);
    }),
  ];
  return {
    claim: "refunds_due lists what is owed, state_audit is empty",
    problems: problems.filter(present),
  };
}

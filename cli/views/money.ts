/** The payments of an order in words, for the command line. Pure. */
import { words } from "../../src/console/text.ts";
import { amount } from "../../testbed/terminal/amount.ts";

/** `refund_due` -> `refund due`, `partially_paid` -> `partly paid`, as on pages. */
export const said = words;

/** Pairs of name and value; null or blank if there is nothing to report. */
export function moneyFacts(
  order: Readonly<Record<string, string | number | null>>,
): readonly (readonly [name: string, value: string | null])[] {
  const micros = (column: string): string => amount(order[column], order["currency"]);
  const unlessNone = (column: string): string | null =>
    order[column] === 0 ? null : micros(column);
  return [
    ["worth", micros("grand_total_micros")],
    ["money", said(String(order["financial_status"] ?? ""))],
    ["paid", micros("paid_micros")],
    ["to be paid", unlessNone("balance_due_micros")],
    ["refunded", unlessNone("refunded_micros")],
    ["refund outstanding", unlessNone("refund_outstanding_micros")],
  ];
}

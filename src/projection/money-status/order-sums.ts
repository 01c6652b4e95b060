/**
 * The lines of an order's total, from the vendor's own fields. They always add up to the total that is shown: the
 * rest has its own line. Pure; for e-mails and pages.
 */

import { balanceDueMicros } from "./financial-status";

/** Columns of `orders`, amounts in millionths. */
export interface SumAmounts {
  readonly subtotal_micros: number | null;
  readonly discount_micros: number | null;
  readonly total_tax_micros: number | null;
  readonly shipping_micros: number | null;
  readonly handling_micros: number | null;
  readonly grand_total_micros: number | null;
  readonly credit_used_micros: number | null;
  readonly payable_micros: number | null;
  readonly paid_micros: number;
  readonly status: string | null;
  readonly payment_status: string | null;
}

/** `due` is still to be paid; `included_tax` is part of other lines; `discount`, `credit` and `points` are negative. */
type SumKind =
  | "subtotal"
  | "discount"
  | "shipping"
  | "handling"
  | "tax"
  | "adjustments"
  | "total"
  | "included_tax"
  | "credit"
  | "points"
  | "paid"
  | "due";

export interface SumLine {
  readonly kind: SumKind;
  readonly micros: number;
}

const lineOf = (kind: SumKind, micros: number | null): readonly SumLine[] =>
  micros === null ? [] : [{ kind, micros }];

const nonZero = (kind: SumKind, micros: number): readonly SumLine[] =>
  micros === 0 ? [] : [{ kind, micros }];

/**
 * What is deducted from the total before it is paid. `payable` says how much is left, the credit how much of the
 * deduction is store credit; the rest is points.
 */
function deductions(total: number, credit: number, payable: number | null): readonly SumLine[] {
  const deducted = payable === null ? 0 : Math.max(0, total - payable);
  const byCredit = Math.min(credit, deducted);
  return [...nonZero("credit", -byCredit), ...nonZero("points", -(deducted - byCredit))];
}

/**
 * What was paid, and what is still to be paid. Left out if nothing was deducted and nothing was paid, since the
 * total says the same, and if everything was paid.
 */
function settlement(paid: number, due: number | null, isReduced: boolean): readonly SumLine[] {
  if (due === null || (paid === 0 && !isReduced)) return nonZero("paid", paid);
  return paid === 0
    ? [{ kind: "due", micros: due }]
    : [...nonZero("paid", paid), ...nonZero("due", due)];
}

/**
 * `minorMicros`: the smallest amount that is shown, in millionths (10,000 for two decimals). Lines are rounded
 * to it before they are added, so that the shown lines add up. Whether tax is included in the other amounts or
 * added to them is decided by the smaller rest.
 */
export function orderSums(order: SumAmounts, minorMicros: number): readonly SumLine[] {
  const shown = (micros: number | null): number | null =>
    micros === null ? null : Math.round(micros / minorMicros) * minorMicros;
  const subtotal = shown(order.subtotal_micros);
  const discount = shown(order.discount_micros) ?? 0;
  const shipping = shown(order.shipping_micros);
  const handling = shown(order.handling_micros) ?? 0;
  const tax = shown(order.total_tax_micros) ?? 0;
  const total = shown(order.grand_total_micros);
  const lines = [
    ...lineOf("subtotal", subtotal),
    ...nonZero("discount", -discount),
    ...lineOf("shipping", shipping),
    ...nonZero("handling", handling),
  ];
  const paid = shown(order.paid_micros) ?? 0;
  const payable = shown(order.payable_micros);
  const due = balanceDueMicros({ ...order, payable_micros: payable, paid_micros: paid });
  if (total === null) {
    return [...lines, ...nonZero("included_tax", tax), ...settlement(paid, due, false)];
  }
  const left = total - lines.reduce((sum, { micros }) => sum + micros, 0);
  const isOnTop = tax > 0 && Math.abs(left - tax) < Math.abs(left);
  const adjustments = subtotal === null ? 0 : left - (isOnTop ? tax : 0);
  const off = deductions(total, shown(order.credit_used_micros) ?? 0, payable);
  return [
    ...(subtotal === null ? [] : lines),
    ...(subtotal !== null && isOnTop ? nonZero("tax", tax) : []),
    ...nonZero("adjustments", adjustments),
    { kind: "total", micros: total },
    ...(subtotal !== null && isOnTop ? [] : nonZero("included_tax", tax)),
    ...off,
    ...settlement(paid, due, off.length > 0),
  ];
}

/** The smallest amount of a currency, in millionths; two decimals if the currency is not known. */
export function minorMicrosOf(currency: string): number {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return 10 ** (6 - (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return 10_000;
  }
}

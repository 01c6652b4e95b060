/** The lines of a total: they add up as a person reads them, whatever the vendor's fields contain. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  minorMicrosOf,
  orderSums,
  type SumAmounts,
} from "../../src/projection/money-status/order-sums";

const seed = Date.now() % 1_000_000_000;
const none: SumAmounts = {
  subtotal_micros: null,
  discount_micros: null,
  total_tax_micros: null,
  shipping_micros: null,
  handling_micros: null,
  grand_total_micros: null,
  credit_used_micros: null,
  payable_micros: null,
  paid_micros: 0,
  status: null,
  payment_status: null,
};
const rupees = (order: Partial<Record<keyof SumAmounts, number | string>>): SumAmounts => ({
  ...none,
  ...Object.fromEntries(
    Object.entries(order).map(([name, value]) => [
      name,
      typeof value === "number" ? Math.round(value * 1_000_000) : value,
    ]),
  ),
});
const read = (amounts: Partial<Record<keyof SumAmounts, number | string>>): string[] =>
  orderSums(rupees(amounts), 10_000).map(({ kind, micros }) => `${kind} ${String(micros / 1e6)}`);

describe("an order's lines", () => {
  it.each([
    [
      "of a shop with tax on top",
      { subtotal_micros: 100, total_tax_micros: 18, shipping_micros: 40, grand_total_micros: 158 },
      ["subtotal 100", "shipping 40", "tax 18", "total 158"],
    ],
    [
      "of a shop with tax inside",
      { subtotal_micros: 118, total_tax_micros: 18, shipping_micros: 0, grand_total_micros: 118 },
      ["subtotal 118", "shipping 0", "total 118", "included_tax 18"],
    ],
    [
      "with discount and handling",
      {
        subtotal_micros: 200,
        discount_micros: 50,
        shipping_micros: 40,
        handling_micros: 10,
        grand_total_micros: 200,
      },
      ["subtotal 200", "discount -50", "shipping 40", "handling 10", "total 200"],
    ],
    [
      "that do not add up have an adjustment",
      { subtotal_micros: 200, shipping_micros: 40, grand_total_micros: 235.5 },
      ["subtotal 200", "shipping 40", "adjustments -4.5", "total 235.5"],
    ],
    [
      "with store credit",
      {
        subtotal_micros: 500,
        grand_total_micros: 500,
        credit_used_micros: 200,
        payable_micros: 300,
      },
      ["subtotal 500", "total 500", "credit -200", "due 300"],
    ],
    [
      "with store credit, paid",
      {
        grand_total_micros: 500,
        credit_used_micros: 200,
        payable_micros: 300,
        paid_micros: 300,
        payment_status: "success",
      },
      ["total 500", "credit -200", "paid 300"],
    ],
    [
      "paid in part",
      {
        grand_total_micros: 500,
        payable_micros: 500,
        paid_micros: 300,
        payment_status: "partially_paid",
      },
      ["total 500", "paid 300", "due 200"],
    ],
    [
      "paid in part and cancelled",
      { grand_total_micros: 500, payable_micros: 500, paid_micros: 300, status: "cancelled" },
      ["total 500", "paid 300"],
    ],
    [
      "paid with store credit alone",
      { grand_total_micros: 500, credit_used_micros: 500, payable_micros: 0 },
      ["total 500", "credit -500", "due 0"],
    ],
    [
      "of which nothing is known but what was paid",
      { paid_micros: 300, payment_status: "success" },
      ["paid 300"],
    ],
    [
      "with credit and points",
      {
        subtotal_micros: 500,
        grand_total_micros: 500,
        credit_used_micros: 200,
        payable_micros: 250,
      },
      ["subtotal 500", "total 500", "credit -200", "points -50", "due 250"],
    ],
    [
      "of a total alone",
      { grand_total_micros: 5, total_tax_micros: 1 },
      ["total 5", "included_tax 1"],
    ],
    ["without a total", { subtotal_micros: 5, shipping_micros: 1 }, ["subtotal 5", "shipping 1"]],
    ["of nothing", {}, []],
  ])("%s", (_name, amounts, lines) => {
    expect(read(amounts)).toEqual(lines);
  });

  it(`add up, to the smallest amount that is shown (seed ${String(seed)})`, () => {
    const amount = fc.option(fc.integer({ min: 0, max: 10_000_000_000 }));
    fc.assert(
      fc.property(
        fc.record({
          subtotal_micros: amount,
          discount_micros: amount,
          total_tax_micros: amount,
          shipping_micros: amount,
          handling_micros: amount,
          grand_total_micros: amount,
          credit_used_micros: amount,
          payable_micros: amount,
          paid_micros: fc.integer({ min: 0, max: 10_000_000_000 }),
          status: fc.constantFrom(null, "confirmed"),
          payment_status: fc.constantFrom(null, "failed", "partially_paid"),
        }),
        fc.constantFrom("INR", "JPY", "KWD", "not a currency"),
        (order, currency) => {
          const minor = minorMicrosOf(currency);
          const lines = orderSums(order, minor);
          for (const { micros } of lines) expect(Math.abs(micros % minor)).toBe(0);
          const at = lines.findIndex(({ kind }) => kind === "total");
          const sum = (some: typeof lines): number =>
            some.reduce((total, { micros }) => total + micros, 0);
          const total = lines[at]?.micros ?? 0;
          const before = at <= 0 ? total : sum(lines.slice(0, at));
          expect(before).toBe(total);
          const of = (...kinds: readonly string[]): number =>
            sum(lines.filter(({ kind }) => kinds.includes(kind)));
          const { payable_micros: payable, grand_total_micros: stated } = order;
          const isSettled = of("paid") > 0 || lines.some(({ kind }) => kind === "due");
          const isWhole = payable !== null && stated !== null && payable <= stated && isSettled;
          // If more was paid than the order costs, nothing is due.
          const rest = Math.max(0, total + of("credit", "points") - of("paid"));
          expect(isWhole ? of("due") : rest).toBe(rest);
        },
      ),
      { seed, numRuns: 2_000 },
    );
  });
});

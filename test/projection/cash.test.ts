/** Cash on delivery, recognised by a payment's method. */
import { describe, expect, it } from "vitest";
import { isCash } from "../../src/projection/money-status/cash";

describe("a payment's method", () => {
  it.each([
    "COD",
    "cod",
    "CASH",
    "Cash on Delivery (COD)",
    "cash_on_delivery",
    "pay-by-cash",
    "C.O.D./COD",
  ])("is cash: %s", (method) => {
    expect(isCash(method)).toBe(true);
  });
  it.each(["UPI", "Cashfree", "CASHFREE_UPI", "cashback", "Encode", "Barcode", "Code 7", "", null])(
    "is not cash: %s",
    (method) => {
      expect(isCash(method)).toBe(false);
    },
  );
});

/** Orders that are paid in cash on delivery. */

/**
 * As a word of its own, whatever stands around it: `COD`, `cash_on_delivery`, `Cash on Delivery (COD)`,
 * and the back office's `CASH`. `Cashfree`, which is a provider of payments, is none of them.
 */
const CASH = /(?:^|[^a-z])(?:cash|cod)(?:[^a-z]|$)/i;

/** Whether a payment's method is cash. The vendor's model has no word for it: the text is free. */
export function isCash(method: string | null): boolean {
  return method !== null && CASH.test(method);
}

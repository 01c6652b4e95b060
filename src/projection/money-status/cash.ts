/** Orders that are paid in cash on delivery. */

/**
 * As a separate word, with anything around it: `COD`, `cash_on_delivery`, `Cash on Delivery (COD)`, and the back
 * office's `CASH`. `Cashfree`, a payment provider, does not match.
 */
const CASH = /(?:^|[^a-z])(?:cash|cod)(?:[^a-z]|$)/i;

/** Whether a payment's method is cash. The vendor's model has no word for it: the text is free. */
export function isCash(method: string | null): boolean {
  return method !== null && CASH.test(method);
}

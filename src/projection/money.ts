/** Money as an integer of millionths: exact, and the same whatever the currency. */

/** A decimal amount -> millionths; the models keep it within safe integers. */
export function micros(amount: number | null | undefined): number | null {
  // Adding 0 turns a negative zero, which JSON cannot say, into zero.
  return amount === null || amount === undefined ? null : Math.round(amount * 1_000_000) + 0;
}

/** Money as an integer of millionths: exact, and the same whatever the currency. */

/**
 * A decimal amount -> millionths, from its shortest decimal text: multiplying would be one millionth
 * off for some large amounts of two decimals. A seventh decimal rounds half away from zero. The
 * models keep amounts within safe integers.
 */
export function micros(amount: number | null | undefined): number | null {
  if (amount === null || amount === undefined) return null;
  const text = String(Math.abs(amount));
  // Below a millionth numbers are written with an exponent.
  if (text.includes("e")) return 0;
  const [whole = "0", fraction = ""] = text.split(".");
  const rounding = Number(fraction.charAt(6)) >= 5 ? 1 : 0;
  const size = Number(whole + fraction.slice(0, 6).padEnd(6, "0")) + rounding;
  return amount < 0 && size !== 0 ? -size : size;
}

/** Sums stay safe integers: more than this no order is worth. */
export const SUM_MAX_MICROS = Number.MAX_SAFE_INTEGER;

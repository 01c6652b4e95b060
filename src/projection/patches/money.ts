/** Money as an integer of millionths: exact, and the same for every currency. */

/**
 * A decimal amount -> millionths, from its shortest decimal text: a multiplication would be one millionth off for
 * some large amounts with two decimals. A seventh decimal rounds half away from zero. Null if the amount is
 * absent, or beyond the exact integers (about nine billion).
 */
export function micros(amount: number | null | undefined): number | null {
  if (amount === null || amount === undefined) return null;
  const text = String(Math.abs(amount));
  // Below a millionth, and above 1e21, numbers are written with an exponent.
  if (text.includes("e")) {
    if (Math.abs(amount) >= 1) return null;
    return Math.abs(amount) < 5e-7 ? 0 : Math.sign(amount);
  }
  const [whole = "0", fraction = ""] = text.split(".");
  const rounding = Number(fraction.charAt(6)) >= 5 ? 1 : 0;
  const size = Number(whole + fraction.slice(0, 6).padEnd(6, "0")) + rounding;
  if (!Number.isSafeInteger(size)) return null;
  return amount < 0 && size !== 0 ? -size : size;
}

/** One note for each amount that is stated and cannot be stored. */
export function moneyNotes(
  amounts: Readonly<Record<string, number | null | undefined>>,
): readonly string[] {
  return Object.entries(amounts)
    .filter(([, amount]) => typeof amount === "number" && micros(amount) === null)
    .map(([field]) => `${field} is too large to be stored exactly and is left out`);
}

/** Sums stay safe integers: no order is worth more than this. */
export const SUM_MAX_MICROS = Number.MAX_SAFE_INTEGER;

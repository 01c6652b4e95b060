/** Amounts in the Indian format. Pure. */

/** 2499500000, INR -> ₹2,499.50 */
export function amount(micros: unknown, currency: unknown): string {
  if (typeof micros !== "number") return "";
  const code = typeof currency === "string" ? currency : null;
  try {
    return new Intl.NumberFormat("en-IN", {
      minimumFractionDigits: 2,
      ...(code === null ? {} : { style: "currency", currency: code }),
    }).format(micros / 1_000_000);
  } catch {
    // A code that ISO 4217 does not know.
    return `${(micros / 1_000_000).toFixed(2)} ${code ?? ""}`.trim();
  }
}

/** Amounts in the Indian format. */
import { plain } from "./text.ts";

/** 2499500000, INR -> ₹2,499.50, or INR 2,499.50 in ASCII */
export function amount(micros: unknown, currency: unknown, inAscii = plain): string {
  if (typeof micros !== "number") return "";
  const code = typeof currency === "string" ? currency : null;
  try {
    const display = inAscii ? "code" : "symbol";
    const text = new Intl.NumberFormat("en-IN", {
      minimumFractionDigits: 2,
      ...(code === null ? {} : { style: "currency", currency: code, currencyDisplay: display }),
    }).format(micros / 1_000_000);
    return inAscii ? text.replaceAll("\u00a0", " ") : text;
  } catch {
    // A code that ISO 4217 does not know.
    return `${(micros / 1_000_000).toFixed(2)} ${code ?? ""}`.trim();
  }
}

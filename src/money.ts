/**
 * Amounts as people read them, the same in messages, on pages and in the terminal: by currency, grouped as in the
 * country of the currency. Imports nothing: the command line runs this file in Node directly.
 */
const MICROS = 1_000_000;

/** Lakhs and crores for rupees; otherwise the plain English way. */
function localeOf(currency: string): string {
  return currency === "INR" ? "en-IN" : "en";
}

/** `symbol`: `₹1,23,456.50`; `code`: `INR 1,23,456.50`, in ASCII. */
export type MoneyStyle = "symbol" | "code";

function format(amount: number, currency: string, style: MoneyStyle): string {
  try {
    const text = new Intl.NumberFormat(localeOf(currency), {
      style: "currency",
      currency,
      currencyDisplay: style === "symbol" ? "narrowSymbol" : "code",
    })
      .format(amount)
      .replaceAll("\u00a0", " ");
    // A minus sign that no line break separates from its amount.
    return style === "symbol" ? text.replace(/^-/, "−") : text;
  } catch {
    // Not a currency code: the number and the given text still show what is meant. Letters, digits and signs only:
    // with a dot it could be read as a link, and an SMS makes one of `⒈`.
    const name = currency.replace(/[^\p{L}\p{Nd}\p{Sc}]/gu, "");
    const number = amount.toLocaleString("en", {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    });
    return `${number} ${name.slice(0, 8).toWellFormed()}`.trim();
  }
}

/** Millionths -> `₹1,23,456.50`. */
export function money(micros: number, currency: string, style: MoneyStyle = "symbol"): string {
  return format(micros / MICROS, currency, style);
}

/** A decimal amount, as in items. */
export function decimalMoney(amount: number, currency: string): string {
  return format(amount, currency, "symbol");
}

/** `1234500000` -> `1234.5`, in the unit of the currency, for programs. */
export function decimal(micros: number | null): string | null {
  if (micros === null) return null;
  const digits = String(Math.abs(micros)).padStart(7, "0");
  const text = `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, "");
  return micros < 0 ? `-${text}` : text;
}

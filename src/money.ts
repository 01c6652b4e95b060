/** Amounts as people read them: by currency, grouped as where the currency is used. */
const MICROS = 1_000_000;

/** Lakhs and crores for rupees; else the plain English way. */
function localeOf(currency: string): string {
  return currency === "INR" ? "en-IN" : "en";
}

export type MoneyStyle = "symbol" | "code";

function format(amount: number, currency: string, style: MoneyStyle): string {
  try {
    return new Intl.NumberFormat(localeOf(currency), {
      style: "currency",
      currency,
      currencyDisplay: style === "symbol" ? "narrowSymbol" : "code",
    })
      .format(amount)
      .replaceAll("\u00a0", " ");
  } catch {
    // Not a currency code: a number and what was given for it still say what is meant. Letters, digits and
    // signs alone: with a dot it could be read as a link, and an SMS makes one of `⒈`.
    const name = currency.replace(/[^\p{L}\p{Nd}\p{Sc}]/gu, "");
    return `${amount.toFixed(2)} ${name.slice(0, 8).toWellFormed()}`.trim();
  }
}

/** Millionths -> `₹1,23,456.50`; `code` writes `INR 1,23,456.50`, which an SMS can carry. */
export function money(micros: number, currency: string, style: MoneyStyle = "symbol"): string {
  return format(micros / MICROS, currency, style);
}

/** A decimal amount, as items carry it. */
export function decimalMoney(amount: number, currency: string): string {
  return format(amount, currency, "symbol");
}

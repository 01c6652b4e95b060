/** Amounts in the terminal: as messages and pages write them, or in ASCII. */
import { money } from "../../src/money.ts";
import { plain } from "./text.ts";

/** 2499500000, INR -> ₹2,499.50, or INR 2,499.50 in ASCII */
export function amount(micros: unknown, currency: unknown, inAscii = plain): string {
  if (typeof micros !== "number") return "";
  const code = typeof currency === "string" ? currency : "";
  return money(micros, code, inAscii ? "code" : "symbol");
}

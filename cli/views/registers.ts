/** The columns of a register, for people. */
import { fullTime, type When } from "../terminal/look.ts";
import { amount } from "../../testbed/terminal/amount.ts";
import { describeFields } from "./order-details.ts";

type Values = Readonly<Record<string, unknown>>;

function countItems(json: string): string {
  const parsed: unknown = JSON.parse(json);
  if (!Array.isArray(parsed)) return json;
  return parsed.length === 1 ? "1 product" : `${parsed.length} products`;
}

function describeAddress(json: string): string {
  const parsed: unknown = JSON.parse(json);
  if (typeof parsed !== "object" || parsed === null) return json;
  const known = ["city", "state", "pincode", "country"].flatMap((field) => {
    const value: unknown = Reflect.get(parsed, field);
    return typeof value === "string" && value !== "" ? [value] : [];
  });
  return known.length === 0 ? json : known.join(", ");
}

function describeValue(name: string, value: unknown, currency: unknown, when: When): string {
  if (name.endsWith("_micros")) return amount(value, currency);
  if (typeof value !== "string") return String(value);
  try {
    if (name === "items") return countItems(value);
    if (name.endsWith("_address")) return describeAddress(value);
    if (name === "metadata" || name === "extra") return describeFields(value) ?? "nothing";
  } catch {
    return value;
  }
  return fullTime(value, when);
}

/**
 * `grand_total_micros` -> `grand total `; `customer_name` of the customer -> `name `; a column with the name of
 * its register -> ``
 */
function labelOf(column: string, register: string): string {
  const words = `${column.replace(/_micros$/, "").replaceAll("_", " ")} `;
  return words.startsWith(`${register} `) ? words.slice(register.length + 1) : words;
}

/** A single column is shown without its name, several with their names. Unknown values are left out. */
export function describeValues(
  register: string,
  values: Values,
  currency: unknown,
  when: When,
): string | readonly string[] {
  const columns = Object.entries(values);
  const [first] = columns;
  const money = values["currency"] ?? currency;
  if (columns.length === 1 && first !== undefined && first[1] !== null) {
    return describeValue(...first, money, when);
  }
  const known = columns.filter(([name, value]) => value !== null && name !== "currency");
  if (known.length === 0) return "nothing";
  return known.map(
    ([name, value]) => labelOf(name, register) + describeValue(name, value, money, when),
  );
}

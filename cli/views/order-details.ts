/** Other data of an order, in a few lines; `--json` has all of it. */
import { clip, count } from "../../src/console/text.ts";
import { fieldsIn } from "../../src/projection/money-status/fields.ts";
import type { OrderAnswer } from "../api/answers.ts";
import type { Output } from "../../testbed/terminal/output.ts";
import { type Fact, printFacts, printTitle } from "./facts.ts";

type Row = OrderAnswer["order"];

const NOTE_CHARACTERS = 500;
const VALUE_CHARACTERS = 80;
const FIELDS_SHOWN = 30;

/** Text from outside as one line. */
function lineOf(text: string, max: number): string {
  return clip(text, max).replaceAll(/\s+/g, " ");
}

function textIn(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || value === undefined ? null : lineOf(String(value), NOTE_CHARACTERS);
}

/** A JSON object of fields: `channel: app, table: 7`; null if it has none. */
export function describeFields(json: unknown): string | null {
  const fields = fieldsIn(typeof json === "string" ? json : null);
  const shown = fields
    .slice(0, FIELDS_SHOWN)
    .map(({ name, says }) => [name, says].map((text) => lineOf(text, VALUE_CHARACTERS)).join(": "));
  const more = fields.length - FIELDS_SHOWN;
  if (more > 0) shown.push(`and ${count(more, "more field")}`);
  return shown.length === 0 ? null : shown.join(", ");
}

function taxIdIn({ billing_address: json }: Row): string | null {
  const fields = fieldsIn(typeof json === "string" ? json : null);
  const taxId = fields.find(({ name }) => name === "tax_identification_number");
  return taxId === undefined ? null : lineOf(taxId.says, NOTE_CHARACTERS);
}

export function detailsOf(order: Row): readonly Fact[] {
  return [
    ["customer id", textIn(order, "customer_id")],
    ["tax id", taxIdIn(order)],
    ["note", textIn(order, "customer_note")],
    ["coupon", textIn(order, "coupon_code")],
    ["metadata", describeFields(order["metadata"])],
  ];
}

/** Fields from Commerce Engine without a column: a line for the order and for each of its parts. */
export function printOtherFields(out: Output, answer: OrderAnswer): void {
  const { order, payments, refunds, shipments } = answer;
  const factsOf = (rows: readonly Row[], key: string): readonly Fact[] =>
    rows.map((row) => [textIn(row, key) ?? "", describeFields(row["extra"])]);
  const facts: readonly Fact[] = [
    ["order", describeFields(order["extra"])],
    ...factsOf(payments, "payment_id"),
    ...factsOf(refunds, "refund_id"),
    ...factsOf(shipments, "shipment_id"),
  ];
  if (facts.every(([, value]) => value === null)) return;
  printTitle(out, "Other fields", "from Commerce Engine");
  printFacts(out, facts);
}

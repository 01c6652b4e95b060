/** Describes how a file and the receiver differ, and why. Pure. */
import { nameType } from "../../src/events/form-words.ts";
import { amount } from "../../testbed/terminal/amount.ts";
import type { When } from "../terminal/look.ts";
import { fullTime } from "../terminal/look.ts";
import type { Difference } from "./send-slices.ts";

const nouns: Readonly<Record<string, string>> = {
  orders: "order",
  payments: "payment",
  refunds: "refund",
  shipments: "shipment",
};

/** Personal data is not printed to a terminal. */
const personal = /^(customer_|billing_|shipping_address|metadata|extra|remarks)/;

function valueOf(column: string, value: Difference["stored"]): string {
  if (value === null) return "nothing";
  return column.endsWith("_micros") ? amount(value, null) : String(value);
}

/** `payment P-1: status pending, in the file success` */
export function describeDifference({ entity, key, column, stored, imported }: Difference): string {
  const row = `${nouns[entity] ?? entity} ${key}`;
  if (column === null) return `${row} is not here`;
  const name = column.replace(/_micros$/, "").replaceAll("_", " ");
  if (personal.test(column)) return `${row}: ${name} differs`;
  const [here, there] = [valueOf(column, stored), valueOf(column, imported)];
  return `${row}: ${name} ${here}, in the file ${there}`;
}

/** The event that set the stored value, or that none did. */
export function explainDifference({ why, set_by: setBy, stored }: Difference, when: When): string {
  const event =
    setBy === null
      ? stored === null
        ? "no event"
        : "an event that is no longer stored"
      : `${nameType(setBy.event_type)} ${setBy.id} of ${fullTime(setBy.received_at, when)}`;
  switch (why) {
    case "missing":
      return "no event about it was delivered";
    case "newer":
      return `the file is newer than ${event}: a delivery is missing`;
    case "older":
      return `${event} is newer than the file`;
    case "lower stage":
      return `${event} is of the same time, and further along`;
    case "lower id":
      return `tied with ${event}, by a rule that is the same everywhere`;
    default:
      return `${event} is of the same time, and was delivered`;
  }
}

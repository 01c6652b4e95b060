/**
 * Events whose type and body cannot both be true. The type of a bare body is not signed: somebody
 * who captured one could send it again as another type, so whatever that type would decide must be
 * said by the body too.
 */
import type { Subject } from "../events/catalog";
import { identifierOf, ownIdentifiers } from "../events/keys";
import type { JsonObject } from "../events/values";
import type { DecodedEvent } from "./decoded-event";

function statedStatus(event: DecodedEvent): string | null {
  return event.subject === "payment" ? event.data.payment_status : event.data.status;
}

/** The status that the body has to state before an unsigned type may be believed; null: any. */
function neededStatus(event: DecodedEvent): string | null {
  return event.row.decides || event.row.type === "order.completed" ? event.row.status : null;
}

/** Fields that only one model has: a body that carries them is not about anything else. */
const distinguishing: Readonly<Record<Subject, readonly string[]>> = {
  order: ["order_items", "grand_total", "payments", "shipments", "to_be_paid", "order_date"],
  payment: ["payment_date", "payment_status", "transaction_type"],
  refund: ["refund_amount", "refund_date", "refund_remarks", "payment_mode"],
  shipment: [
    "reference_number",
    "awb_no",
    "shipment_items",
    "tracking_url",
    "courier_company_name",
  ],
};

/**
 * Whether a bare body is about another entity than its unsigned type says: it has to name the entity
 * by an identifier of its own, and to carry no field that only another model has. (Order bodies have
 * a `payment_status` too.)
 */
function findForeignModel(subject: Subject, data: JsonObject): string | null {
  const own = ownIdentifiers[subject].filter((name) => name !== "id");
  if (!own.some((name) => identifierOf(data[name]) !== null)) {
    return `a bare body has to name its ${subject} by ${own.join(" or ")}`;
  }
  for (const [other, fields] of Object.entries(distinguishing)) {
    const foreign = fields.find((name) => {
      if (other === subject || (subject === "order" && name === "payment_status")) return false;
      return data[name] !== undefined && data[name] !== null;
    });
    if (foreign !== undefined) {
      return `data.${foreign} belongs to a body about a ${other}, the unsigned type says ${subject}`;
    }
  }
  return null;
}

function findBareContradiction(event: DecodedEvent): string | null {
  const { type } = event.row;
  const stated = statedStatus(event);
  const needed = neededStatus(event);
  if (needed !== null && stated !== needed) {
    const said = stated === null ? "none" : stated.slice(0, 100);
    return `the type of a bare body is not signed: ${type} needs status ${needed}, the body says ${said}`;
  }
  if (
    needed === null &&
    event.subject === "order" &&
    (stated === "complete" || stated === "cancelled")
  ) {
    return `the type of a bare body is not signed: ${type} does not fit status ${stated}`;
  }
  return null;
}

/** Why the event contradicts itself, or null where it does not. `data` is its body as it came. */
export function findContradiction(event: DecodedEvent, data: JsonObject): string | null {
  if (event.subject === "payment" && event.data.transaction_type === "refund") {
    return `data.transaction_type: a refund under ${event.row.type}`;
  }
  if (event.form === "envelope") return null;
  return findForeignModel(event.subject, data) ?? findBareContradiction(event);
}

/**
 * Events whose type and body cannot both be true. The type of a bare body is not signed: somebody
 * who captured one could send it again as another type, so whatever that type would decide must be
 * said by the body too.
 */
import type { DecodedEvent } from "./decode";

function statedStatus(event: DecodedEvent): string | null {
  return event.subject === "payment" ? event.data.payment_status : event.data.status;
}

/** The status that the body has to state before an unsigned type may be believed; null: any. */
function neededStatus(event: DecodedEvent): string | null {
  return event.row.decides || event.row.type === "order.completed" ? event.row.status : null;
}

function findBareContradiction(event: DecodedEvent): string | null {
  const { type } = event.row;
  const stated = statedStatus(event);
  const needed = neededStatus(event);
  if (needed !== null && stated !== needed) {
    const said = stated === null ? "none" : stated;
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

/** Why the event contradicts itself, or null where it does not. */
export function findContradiction(event: DecodedEvent): string | null {
  if (event.subject === "payment" && event.data.transaction_type === "refund") {
    return `data.transaction_type: a refund under ${event.row.type}`;
  }
  return event.form === "bare" ? findBareContradiction(event) : null;
}

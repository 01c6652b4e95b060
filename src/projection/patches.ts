/**
 * A decoded event in, patches out: what it sets, row by row. Each entity's rules stand once, for
 * events about it and for entries nested in an order event alike.
 */
import { keyOf } from "../events/keys";
import { type OrderDetail, orderPayment, orderShipment } from "../events/models";
import { refundStatus } from "../events/subjects";
import { knownTime } from "../events/time";
import type { DecodedEvent } from "./decoded-event";
import { parseEntries } from "./entries";
import { paymentPatch, refundFromPayment, refundPatch } from "./money-patches";
import { moneyNotes } from "./money";
import { orderPatch } from "./order-patches";
import { type Place, precedenceAt, type Projected, type ProjectedOrder } from "./place";
import type { Patch } from "./registers";
import { shipmentPatch } from "./shipment-patches";
import type { StoreDefaults } from "./store-defaults";

/** What an event and the entries nested in it have in common. */
function commonPlace({ id, statedAt, receivedAt }: DecodedEvent) {
  return { eventId: id, tie: statedAt === null ? receivedAt : null, receivedAt };
}

/** A nested entry carries the order event's stated time, else its own, and is linked to the order. */
function nestedPlace(
  event: DecodedEvent,
  key: string,
  { status, date }: { readonly status: string | null; readonly date: unknown },
): Place {
  return {
    ...commonPlace(event),
    key,
    orderNumber: event.key,
    time: event.statedAt ?? knownTime(date, event.receivedAt),
    status,
    standIn: null,
    nested: true,
  };
}

function nestedPatches(event: DecodedEvent, data: OrderDetail): Projected {
  const payments = parseEntries(data.payments, orderPayment, "data.payments");
  const shipments = parseEntries(data.shipments, orderShipment, "data.shipments");
  const patches: Patch[] = [];
  const notes = [...payments.notes, ...shipments.notes];
  for (const entry of payments.entries) {
    const refund = entry.transaction_type === "refund";
    const key = keyOf(refund ? "refund" : "payment", entry, event.key);
    if (key === null) {
      notes.push("skipped data.payments: a key is too long");
      continue;
    }
    const { payment_date: date, payment_status: status } = entry;
    patches.push(
      refund
        ? refundPatch(
            refundFromPayment(entry),
            nestedPlace(event, key, { status: refundStatus(status), date }),
          )
        : paymentPatch(entry, nestedPlace(event, key, { status, date })),
    );
    notes.push(...moneyNotes({ "payments.amount": entry.amount }));
  }
  for (const entry of shipments.entries) {
    const key = keyOf("shipment", entry, event.key);
    if (key === null) {
      notes.push("skipped data.shipments: a key is too long");
      continue;
    }
    const { status, modified_at: date } = entry;
    const projected = shipmentPatch(entry, nestedPlace(event, key, { status, date }));
    patches.push(...projected.patches);
    notes.push(...projected.notes);
  }
  return { patches, notes };
}

/** Within one event the last entry for a row stands, whole. */
function lastOfEachRow(patches: readonly Patch[]): readonly Patch[] {
  return [...new Map(patches.map((patch) => [`${patch.entity} ${patch.key}`, patch])).values()];
}

/** Where the event itself stands, without what is nested in it. */
function ownPlace(event: DecodedEvent): Place {
  return {
    ...commonPlace(event),
    key: event.key,
    orderNumber: event.orderNumber,
    time: event.occurredAt,
    status: event.status,
    standIn: event.form === "bare" ? null : event.row.status,
    nested: false,
  };
}

/** The precedence of what the event sets on its own row. */
export function precedenceOf(event: DecodedEvent): string {
  return precedenceAt(ownPlace(event), event.subject, event.status);
}

/** What the event sets, what was odd about it, and by whom its order can be looked up. */
export function projectEvent(event: DecodedEvent, defaults: StoreDefaults): ProjectedOrder {
  const place = ownPlace(event);
  switch (event.subject) {
    case "order": {
      const order = orderPatch(event, event.data, place, defaults);
      const nested = nestedPatches(event, event.data);
      return {
        patches: [...order.patches, ...lastOfEachRow(nested.patches)],
        notes: [...event.notes, ...order.notes, ...nested.notes],
        contacts: order.contacts,
      };
    }
    case "payment":
      return {
        patches: [paymentPatch(event.data, place)],
        notes: [...event.notes, ...moneyNotes({ amount: event.data.amount })],
        contacts: [],
      };
    case "refund":
      return {
        patches: [refundPatch(event.data, place)],
        notes: [...event.notes, ...moneyNotes({ refund_amount: event.data.refund_amount })],
        contacts: [],
      };
    case "shipment": {
      const shipment = shipmentPatch(event.data, place);
      const notes = [...event.notes, ...shipment.notes];
      return { patches: shipment.patches, notes, contacts: [] };
    }
  }
}

/**
 * A decoded event in, patches out: what it sets, row by row. Each entity's rules stand once, for
 * events about it and for entries nested in an order event alike.
 */
import { knownTime, parseTime } from "../events/time";
import { orderItem, shipmentItem, orderPayment, orderShipment } from "../events/models";
import type { OrderDetail, OrderRefund, OrderShipment, PaymentInfo } from "../events/models";
import { keyOf } from "../events/keys";
import { addressValue, customerValues } from "./customer";
import type { DecodedEvent } from "./decode";
import { itemsJson, parseEntries } from "./entries";
import { micros } from "./money";
import { precedenceOf } from "./precedence";
import { type Patch, patchOf } from "./registers";
import { stageOf } from "./stages";

export interface Projected {
  readonly patches: readonly Patch[];
  readonly notes: readonly string[];
}

/** Where a body stands: the event itself, or an entry nested in an order event. */
interface Place {
  readonly key: string;
  readonly eventId: string;
  readonly orderNumber: string | null;
  /** The time of precedence. */
  readonly time: string | null;
  readonly receivedAt: string;
  /** What the event type stands for; null for nested entries and bare bodies, which speak for themselves. */
  readonly standIn: string | null;
  readonly decided: boolean;
  readonly nested: boolean;
}

function statusAt(place: Place, stated: string | null): string | null {
  if (place.decided) return place.standIn;
  return stated ?? place.standIn;
}

function paymentPatch(data: PaymentInfo, place: Place): Patch {
  const status = statusAt(place, data.payment_status);
  const p = precedenceOf(place.time, stageOf("payment", status, place.standIn), place.eventId);
  const paidOn = knownTime(data.payment_date, place.receivedAt);
  return patchOf("payments", place.key, [
    ["status", p, status === null ? [] : [status, paidOn]],
    ["amount", p, [micros(data.amount), data.payment_method]],
    ["reference", p, [data.payment_reference_number]],
    ["link", p, [place.orderNumber]],
  ]);
}

function refundPatch(data: OrderRefund, place: Place): Patch {
  const status = statusAt(place, data.status);
  const p = precedenceOf(place.time, stageOf("refund", status, place.standIn), place.eventId);
  const refundedOn = knownTime(data.refund_date, place.receivedAt);
  return patchOf("refunds", place.key, [
    ["status", p, status === null ? [] : [status, refundedOn, data.refund_remarks]],
    ["amount", p, [micros(data.refund_amount), data.payment_mode]],
    ["reference", p, [data.payment_reference_number]],
    ["link", p, [place.orderNumber]],
  ]);
}

function shipmentPatch(data: OrderShipment, place: Place): Projected {
  const status = statusAt(place, data.status);
  const p = precedenceOf(place.time, stageOf("shipment", status, place.standIn), place.eventId);
  const items = parseEntries(data.shipment_items, shipmentItem, "shipment_items");
  // A shipment's own event dates the status that it sets; a nested entry only repeats it.
  const at = (milestone: string): string | null =>
    !place.nested && status === milestone ? place.time : null;
  const shippedOn = knownTime(data.shipped_date, place.receivedAt);
  const deliveredOn = knownTime(data.delivered_date, place.receivedAt);
  const eta = parseTime(data.eta_delivery);
  const patch = patchOf("shipments", place.key, [
    ["status", p, [status]],
    ["tracking", p, [data.courier_company_name, data.awb_no, data.tracking_url, eta]],
    ["shipped", p, [shippedOn ?? at("shipped")]],
    ["delivered", p, [deliveredOn ?? at("delivered")]],
    ["cancelled", p, [at("cancelled")]],
    ["reason", p, [data.cancellation_reason]],
    ["items", p, [itemsJson(items.entries)]],
    ["link", p, [place.orderNumber]],
  ]);
  return { patches: [patch], notes: items.notes };
}

function orderPatch(event: DecodedEvent, data: OrderDetail, place: Place): Projected {
  const { type } = event.row;
  const status = statusAt(place, data.status);
  const p = precedenceOf(place.time, stageOf("order", status, place.standIn), place.eventId);
  const snapshotStage = stageOf("payment", data.payment_status, null);
  const items = parseEntries(data.order_items, orderItem, "data.order_items");
  const currency = data.currency;
  const refundable = micros(data.cancellation_refund_details?.refundable_amount);
  const patch = patchOf("orders", place.key, [
    ["status", p, [status]],
    [
      "amounts",
      p,
      [
        currency !== null && typeof currency === "object" ? currency.code : currency,
        micros(data.subtotal),
        micros(data.total_tax),
        micros(data.shipping_amount),
        micros(data.grand_total),
        micros(data.to_be_paid),
      ],
    ],
    ["customer", p, customerValues(data)],
    ["address", p, [addressValue(data.shipping_address)]],
    ["items", p, [itemsJson(items.entries)]],
    ["placed", p, [knownTime(data.order_date, place.receivedAt)]],
    ["confirmed", p, [type === "order.confirmed" ? place.time : null]],
    ["completed", p, [type === "order.completed" ? place.time : null]],
    ["cancelled", p, type === "order.cancelled" ? [place.time, refundable] : []],
    [
      "snapshot_payment",
      precedenceOf(place.time, snapshotStage, place.eventId),
      [data.payment_status],
    ],
  ]);
  return { patches: [patch], notes: items.notes };
}

/** A nested entry carries the order event's time, else its own, and is linked to the order. */
function nestedPlace(event: DecodedEvent, key: string, ownTime: unknown): Place {
  return {
    key,
    eventId: event.id,
    orderNumber: event.key,
    time: event.occurredAt ?? knownTime(ownTime, event.receivedAt),
    receivedAt: event.receivedAt,
    standIn: null,
    decided: false,
    nested: true,
  };
}

/** A payment nested in an order event that gives money back is a refund under other field names. */
function refundFromPayment(data: PaymentInfo): OrderRefund {
  return {
    id: data.id,
    order_number: data.order_number,
    request_number: data.request_number,
    refund_amount: data.amount,
    refund_date: data.payment_date,
    status: data.payment_status === "refund_initiated" ? "pending" : data.payment_status,
    payment_mode: null,
    payment_reference_number: data.payment_reference_number,
    refund_remarks: null,
  };
}

function nestedPatches(event: DecodedEvent, data: OrderDetail): Projected {
  const payments = parseEntries(data.payments, orderPayment, "data.payments");
  const shipments = parseEntries(data.shipments, orderShipment, "data.shipments");
  const patches: Patch[] = [];
  const notes = [...payments.notes, ...shipments.notes];
  for (const entry of payments.entries) {
    const refund = entry.transaction_type === "refund";
    const key = keyOf(refund ? "refund" : "payment", entry, event.key) ?? event.key;
    const place = nestedPlace(event, key, entry.payment_date);
    patches.push(
      refund ? refundPatch(refundFromPayment(entry), place) : paymentPatch(entry, place),
    );
  }
  for (const entry of shipments.entries) {
    const key = keyOf("shipment", entry, event.key) ?? event.key;
    const projected = shipmentPatch(entry, nestedPlace(event, key, entry.modified_at));
    patches.push(...projected.patches);
    notes.push(...projected.notes);
  }
  return { patches, notes };
}

/** Within one event the last entry for a row stands, whole. */
function lastOfEachRow(patches: readonly Patch[]): readonly Patch[] {
  return [...new Map(patches.map((patch) => [`${patch.entity} ${patch.key}`, patch])).values()];
}

/** What the event sets, and what was odd about it. */
export function projectEvent(event: DecodedEvent): Projected {
  const place: Place = {
    key: event.key,
    eventId: event.id,
    orderNumber: event.orderNumber,
    time: event.occurredAt,
    receivedAt: event.receivedAt,
    standIn: event.form === "bare" ? null : event.row.status,
    decided: event.row.decides && event.form === "envelope",
    nested: false,
  };
  switch (event.subject) {
    case "order": {
      const order = orderPatch(event, event.data, place);
      const nested = nestedPatches(event, event.data);
      return {
        patches: [...order.patches, ...lastOfEachRow(nested.patches)],
        notes: [...event.notes, ...order.notes, ...nested.notes],
      };
    }
    case "payment":
      return { patches: [paymentPatch(event.data, place)], notes: event.notes };
    case "refund":
      return { patches: [refundPatch(event.data, place)], notes: event.notes };
    case "shipment": {
      const shipment = shipmentPatch(event.data, place);
      return { patches: shipment.patches, notes: [...event.notes, ...shipment.notes] };
    }
  }
}

/** A single event of any of the 14 types, as it stands in the life of an order that has one. */
import { type EventType, eventTypes, type KindName } from "../../testbed/stories/index.ts";
import type { Draft } from "./draft.ts";
import type { Teller } from "./teller.ts";

const kindOf: Readonly<Record<EventType, KindName>> = {
  "order.created": "delivered",
  "order.confirmed": "delivered",
  "order.completed": "delivered",
  "order.cancelled": "cancelled and refunded",
  "payment.success": "delivered",
  "payment.failed": "paid at the third attempt",
  "payment.retried": "paid at the third attempt",
  "payment.refund.initiated": "cancelled and refunded",
  "payment.refund.success": "cancelled and refunded",
  "payment.refund.failed": "refunded at the second attempt",
  "shipment.created": "delivered",
  "shipment.updated": "delivered",
  "shipment.delivered": "delivered",
  "shipment.cancelled": "one parcel cancelled",
};

export function findEventType(name: string): EventType | null {
  return eventTypes.find((type) => type === name) ?? null;
}

/** It happens now, by the dates of its body too, and names its order. */
export function tellEvent({ tell, draft, orderNumber, nowMs }: Teller, type: EventType): Draft {
  const event = tell(kindOf[type]).events.find(({ event_type }) => event_type === type);
  if (event === undefined) throw new RangeError(`no story has the event ${type}`);
  const now = new Date(nowMs).toISOString();
  const fields = Object.entries(event.data).map(([name, value]: [string, unknown]) => {
    return [name, value === event.created_at ? now : value] as const;
  });
  const data = Object.fromEntries(fields);
  const isNamed = event.order_number !== undefined || "order_number" in data;
  const named = isNamed ? data : { ...data, order_number: orderNumber };
  return { ...draft(event), event: { ...event, created_at: now, data: named } };
}

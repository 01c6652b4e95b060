/** The verbs of a parcel: packed, moved, delivered, cancelled. */
import type { Line } from "../shop-data/basket.ts";
import { describeShipment } from "./bodies.ts";
import { chooseCourier } from "../shop-data/choices.ts";
import type { ShipmentFacts } from "./facts.ts";
import type { OrderLife } from "./life.ts";
import type { ShipmentStatus } from "../model.ts";

const DAY_MS = 86_400_000;

/** Statuses that notify the customer when `shipment.updated` reports them. */
const notifiedStatuses: ReadonlySet<ShipmentStatus> = new Set([
  "shipped",
  "in_transit",
  "out_for_delivery",
  "delivery_attempted",
  "undelivered",
  "return_to_origin",
  "lost",
]);

/** Statuses with one message per day. */
const dailyStatuses: ReadonlySet<ShipmentStatus> = new Set([
  "out_for_delivery",
  "delivery_attempted",
]);

/** A parcel of these lines, or of everything in the order. */
export function pack(
  life: OrderLife,
  lines: readonly Line[] = life.order.basket.lines,
): ShipmentFacts {
  const { order, random, recorder } = life;
  const now = recorder.wait("later");
  const shipment: ShipmentFacts = {
    id: `SHP-${life.nextKey(order.shipments)}`,
    lines,
    ...chooseCourier(random),
    createdAt: now,
    modifiedAt: now,
    status: random.pick(["scheduled", "packed", "packed"] as const),
    shippedAt: null,
    deliveredAt: null,
    cancellationReason: null,
  };
  order.shipments.push(shipment);
  recorder.sendAbout(shipment.id, "shipment.created", describeShipment(shipment));
  return shipment;
}

/** The courier's updates, one event for each status. */
export function move(
  life: OrderLife,
  shipment: ShipmentFacts,
  ...statuses: readonly ShipmentStatus[]
): void {
  for (const status of statuses) {
    const now = reach(life, shipment, status);
    if (status === "shipped") shipment.shippedAt = now;
    if (notifiedStatuses.has(status)) tellCustomer(life, shipment, status);
    life.recorder.sendAbout(shipment.id, "shipment.updated", describeShipment(shipment));
  }
}

export function deliver(life: OrderLife, shipment: ShipmentFacts): void {
  const { order, recorder } = life;
  shipment.deliveredAt = reach(life, shipment, "delivered");
  recorder.call(
    { template: "review_request", channel: "email", about: [order.number] },
    () => order.status !== "cancelled" && allArrived(order.shipments),
    DAY_MS,
  );
  recorder.sendAbout(shipment.id, "shipment.delivered", describeShipment(shipment));
}

/** True if every parcel that was not cancelled is delivered. */
function allArrived(shipments: readonly ShipmentFacts[]): boolean {
  return shipments.every(({ status }) => status === "delivered" || status === "cancelled");
}

export function cancelShipment(life: OrderLife, shipment: ShipmentFacts, reason: string): void {
  reach(life, shipment, "cancelled");
  shipment.cancellationReason = reason;
  life.recorder.call(
    { template: "shipment_cancelled", channel: "team", about: [shipment.id] },
    () => true,
  );
  life.recorder.sendAbout(shipment.id, "shipment.cancelled", describeShipment(shipment));
}

function reach(life: OrderLife, shipment: ShipmentFacts, status: ShipmentStatus): string {
  shipment.status = status;
  shipment.modifiedAt = life.recorder.wait("later");
  return shipment.modifiedAt;
}

function tellCustomer(life: OrderLife, shipment: ShipmentFacts, status: ShipmentStatus): void {
  const stands = () => shipment.status === status;
  for (const channel of ["email", "sms"] as const) {
    const day = dailyStatuses.has(status) ? [life.recorder.now.slice(0, 10)] : [];
    const about = [shipment.id, status, ...day];
    life.recorder.call({ template: "shipment_update", channel, about }, stands);
  }
}

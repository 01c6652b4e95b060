/**
 * The 14 events that Commerce Engine sends, one row each: whom they are about, which model their
 * `data` has, which status they stand for, and whether that status holds whatever `data` says.
 * Source: the vendor's webhook guide and OpenAPI model.
 */

export type Subject = "order" | "payment" | "refund" | "shipment";
export type ModelName =
  | "OrderDetail"
  | "OrderPayment"
  | "PaymentInfo"
  | "OrderRefund"
  | "OrderShipment";

export interface CatalogRow {
  readonly type: EventType;
  readonly subject: Subject;
  readonly model: ModelName;
  /** The status that the type stands for; its rank is the stage of a status that is not known. */
  readonly status: string;
  /** True: the type decides the status. False: `data` does, and the type only where it is silent. */
  readonly decides: boolean;
  /** What it means for the shop. */
  readonly meaning: string;
}

export const eventTypes = [
  "order.created",
  "order.confirmed",
  "order.completed",
  "order.cancelled",
  "payment.success",
  "payment.failed",
  "payment.retried",
  "payment.refund.initiated",
  "payment.refund.success",
  "payment.refund.failed",
  "shipment.created",
  "shipment.updated",
  "shipment.delivered",
  "shipment.cancelled",
] as const;
export type EventType = (typeof eventTypes)[number];

type Row = Omit<CatalogRow, "type">;

const rows: Readonly<Record<EventType, Row>> = {
  "order.created": {
    subject: "order",
    model: "OrderDetail",
    status: "draft",
    decides: false,
    meaning: "A customer placed an order.",
  },
  "order.confirmed": {
    subject: "order",
    model: "OrderDetail",
    status: "confirmed",
    decides: false,
    meaning: "The shop accepted the order; the customer hears of it.",
  },
  "order.completed": {
    subject: "order",
    model: "OrderDetail",
    status: "complete",
    decides: false,
    meaning: "The order is fulfilled.",
  },
  "order.cancelled": {
    subject: "order",
    model: "OrderDetail",
    status: "cancelled",
    decides: true,
    meaning: "The order is cancelled; what was paid has to be refunded.",
  },
  "payment.success": {
    subject: "payment",
    model: "OrderPayment",
    status: "success",
    decides: true,
    meaning: "Money arrived.",
  },
  "payment.failed": {
    subject: "payment",
    model: "OrderPayment",
    status: "failed",
    decides: true,
    meaning: "A payment failed; the customer hears of it.",
  },
  "payment.retried": {
    subject: "payment",
    model: "PaymentInfo",
    status: "pending",
    decides: false,
    meaning: "The customer tries to pay again.",
  },
  "payment.refund.initiated": {
    subject: "refund",
    model: "OrderRefund",
    status: "pending",
    decides: true,
    meaning: "A refund was asked for.",
  },
  "payment.refund.success": {
    subject: "refund",
    model: "OrderRefund",
    status: "success",
    decides: true,
    meaning: "Money went back; the customer hears of it.",
  },
  "payment.refund.failed": {
    subject: "refund",
    model: "OrderRefund",
    status: "failed",
    decides: true,
    meaning: "A refund failed; the team has to act.",
  },
  "shipment.created": {
    subject: "shipment",
    model: "OrderShipment",
    status: "packed",
    decides: false,
    meaning: "A parcel was made up.",
  },
  "shipment.updated": {
    subject: "shipment",
    model: "OrderShipment",
    status: "in_transit",
    decides: false,
    meaning: "A parcel moved; the customer hears of it.",
  },
  "shipment.delivered": {
    subject: "shipment",
    model: "OrderShipment",
    status: "delivered",
    decides: true,
    meaning: "A parcel arrived; the customer is asked for a review later.",
  },
  "shipment.cancelled": {
    subject: "shipment",
    model: "OrderShipment",
    status: "cancelled",
    decides: true,
    meaning: "A parcel will not arrive; the team has to act.",
  },
};

/** All 14, in the order in which an order usually lives through them. */
export const catalog: readonly CatalogRow[] = eventTypes.map((type) => ({ type, ...rows[type] }));

const byType: ReadonlyMap<string, CatalogRow> = new Map(catalog.map((row) => [row.type, row]));

/** The row of a type, or null where Commerce Engine documents no such type. */
export function findEventType(type: string): CatalogRow | null {
  return byType.get(type) ?? null;
}

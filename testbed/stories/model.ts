/**
 * The types of a story: events as Commerce Engine sends them, and the expected result for the shop. Bodies have the
 * vendor's own types, and fields that can occur although the models do not have them: the `order_number` of a
 * payment, refund or shipment, and the `customer_id` of an order.
 */
import type {
  OrderDetail,
  OrderPayment,
  OrderRefund,
  OrderShipment,
  PaymentInfo,
  ShipmentStatus,
} from "@commercengine/storefront-sdk";

export type { OrderPayment, OrderRefund, OrderShipment, PaymentInfo, ShipmentStatus };

interface OrderNamed {
  order_number?: string;
}

interface CustomerNamed {
  customer_id?: string;
}

/** The type of `data` for each of the 14 events. */
export interface Bodies {
  "order.created": OrderDetail & CustomerNamed;
  "order.confirmed": OrderDetail & CustomerNamed;
  "order.completed": OrderDetail & CustomerNamed;
  "order.cancelled": OrderDetail & CustomerNamed;
  "payment.success": OrderPayment & OrderNamed;
  "payment.failed": OrderPayment & OrderNamed;
  "payment.retried": PaymentInfo & OrderNamed;
  "payment.refund.initiated": OrderRefund & OrderNamed;
  "payment.refund.success": OrderRefund & OrderNamed;
  "payment.refund.failed": OrderRefund & OrderNamed;
  "shipment.created": OrderShipment & OrderNamed;
  "shipment.updated": OrderShipment & OrderNamed;
  "shipment.delivered": OrderShipment & OrderNamed;
  "shipment.cancelled": OrderShipment & OrderNamed;
}
export type EventType = keyof Bodies;

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
] as const satisfies readonly EventType[];

/** An event in its envelope; `created_at` is ISO 8601 with milliseconds. */
export interface StoryEvent<Type extends EventType = EventType> {
  readonly id: string;
  readonly event_type: Type;
  readonly created_at: string;
  /** Named in the envelope on some payment, refund and shipment events. */
  order_number?: string;
  readonly data: Bodies[Type];
}

export type OrderStatus =
  | "pending"
  | "draft"
  | "awaiting_approval"
  | "confirmed"
  | "complete"
  | "cancelled";
export type PaymentStatus = "pending" | "success" | "failed";
/** The payment status that an order shows. */
export type PaidStatus = PaymentStatus | "partially_paid";
export type RefundStatus = NonNullable<OrderRefund["status"]>;

/** What must be true of one order after all its events were applied, in any order. */
export interface Expected {
  readonly status: OrderStatus;
  readonly paymentStatus: PaidStatus;
  /** From the view order_overview. */
  readonly financialStatus: string;
  readonly payableMicros: number;
  /** Still to be paid; 0 for a cancelled order. */
  readonly openMicros: number;
  readonly currency: "INR";
  readonly grandTotalMicros: number;
  readonly paidMicros: number;
  readonly refundedMicros: number;
  /** Still owed to the customer of a cancelled order; 0 otherwise. */
  readonly refundDueMicros: number;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly orderDate: string;
  readonly confirmedAt: string | null;
  readonly completedAt: string | null;
  readonly cancelledAt: string | null;
  readonly payments: readonly ExpectedMoney<PaymentStatus>[];
  readonly refunds: readonly ExpectedMoney<RefundStatus>[];
  readonly shipments: readonly { readonly id: string; readonly status: ShipmentStatus }[];
  readonly shipmentsDelivered: number;
  /** Every message that these events cause, once per fact. */
  readonly messages: readonly ExpectedMessage[];
}

interface ExpectedMoney<Status> {
  /** The request number, which is the key of its row. */
  readonly id: string;
  readonly status: Status;
  readonly amountMicros: number;
}

/** A message of the story: it must be sent once, and only while it is true. */
export interface ExpectedMessage {
  readonly template: string;
  readonly channel: "email" | "sms" | "team";
  /** The fact: template, subject, change, channel. */
  readonly id: string;
  /** When it may first be sent: the time of its event, plus the delay of the template, if it has one. */
  readonly dueAt: string;
  readonly delayed: boolean;
  /** The event that made it permanently untrue; after that it must not be sent. Null if it stays true. */
  readonly overtakenBy: string | null;
}

export interface Story {
  readonly kind: string;
  readonly orderNumber: string;
  /** In the order in which they happened. */
  readonly events: readonly StoryEvent[];
  readonly expected: Expected;
}

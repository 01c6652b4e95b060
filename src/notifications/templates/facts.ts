/**
 * The facts behind a message at sending time: the data that its template is made from. The store reads them
 * (store/outbox/outbox-facts.ts).
 */
import type { Form } from "../../events/recognition";

export interface OrderFacts {
  readonly order_number: string;
  readonly status: string | null;
  readonly payment_status: string | null;
  readonly currency: string | null;
  readonly subtotal_micros: number | null;
  readonly discount_micros: number | null;
  readonly total_tax_micros: number | null;
  readonly shipping_micros: number | null;
  readonly handling_micros: number | null;
  readonly grand_total_micros: number | null;
  readonly credit_used_micros: number | null;
  readonly payable_micros: number | null;
  readonly paid_micros: number;
  readonly refunded_micros: number;
  readonly refundable_micros: number | null;
  readonly customer_name: string | null;
  readonly customer_email: string | null;
  readonly customer_phone: string | null;
  /** JSON, with the buyer's tax id. */
  readonly billing_address: string | null;
  /** JSON. */
  readonly shipping_address: string | null;
  /** JSON. */
  readonly items: string | null;
  readonly order_date: string | null;
  readonly cancelled_at: string | null;
  /**
   * JSON; `language` in it is the language of messages to the customer. `extra`: JSON of the fields without a column.
   */
  readonly metadata: string | null;
  readonly extra: string | null;
}

export interface PaymentFacts {
  readonly payment_id: string;
  readonly status: string | null;
  readonly status_precedence: string;
  readonly payment_date: string | null;
  readonly amount_micros: number | null;
  readonly method: string | null;
  readonly reference_number: string | null;
  /** The status under the payment's other name, if that one counts; else null. */
  readonly twin_status: string | null;
}

/** A processed event about the payment, not earlier than the failure. */
interface PaymentEventFacts {
  readonly status_precedence: string;
}

export interface RefundFacts {
  readonly refund_id: string;
  readonly status: string | null;
  readonly amount_micros: number | null;
  readonly payment_mode: string | null;
  readonly remarks: string | null;
  /** 1 if the refund has since succeeded under its other name, else 0. */
  readonly twin_succeeded: number;
}

export interface ShipmentFacts {
  readonly shipment_id: string;
  readonly status: string | null;
  readonly courier: string | null;
  readonly awb_no: string | null;
  readonly tracking_url: string | null;
  readonly tracking_precedence: string;
  /** ISO time, or a day. */
  readonly eta: string | null;
  readonly delivered_at: string | null;
  readonly cancellation_reason: string | null;
  /** JSON. */
  readonly items: string | null;
}

/** The contents of one parcel of an order; cancelled parcels are left out. */
export interface ParcelContents {
  readonly shipment_id: string;
  /** JSON; null if it is unknown or too large. */
  readonly items: string | null;
}

/** How many parcels of an order are delivered, open or failed; cancelled ones do not count. */
export interface ParcelCounts {
  readonly delivered: number;
  /** Still to be delivered. */
  readonly open: number;
  /** Lost, or on their way back. */
  readonly failed: number;
}

export interface EventFacts {
  readonly event_type: string;
  /** Null if version 0.2 stored it. */
  readonly form: Form | null;
  readonly occurred_at: string | null;
  readonly received_at: string;
  /** Null if it is purged, or left for a later run (`deferred`). */
  readonly payload: string | null;
  readonly deferred: number;
  /** JSON of the order, read with the event (view order_overview); null if the endpoint does not want it. */
  readonly order: string | null;
}

/** What the tables hold about one message; null or empty if they hold nothing. */
export interface Facts {
  readonly orderNumber: string | null;
  readonly order: OrderFacts | null;
  readonly payment: PaymentFacts | null;
  readonly paymentEvents: readonly PaymentEventFacts[];
  readonly refund: RefundFacts | null;
  readonly shipment: ShipmentFacts | null;
  /** The parcels of the order, for a review request. */
  readonly parcels: ParcelCounts;
  /** The parcels of the order, for a message about one parcel. At most PARCELS_MAX and one more. */
  readonly contents: readonly ParcelContents[];
  readonly event: EventFacts | null;
}

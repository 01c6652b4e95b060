/**
 * What may be told, and through which channel: the names that rows of `notifications` carry.
 * They are a contract with whoever queries them (design: one row per fact, template and channel).
 */

export const channels = ["email", "sms", "team", "forward"] as const;
export type Channel = (typeof channels)[number];

export const templates = [
  "order_confirmed",
  "order_cancelled",
  "refund_due",
  "payment_failed",
  "refund_succeeded",
  "refund_failed",
  "shipment_update",
  "tracking_changed",
  "review_request",
  "shipment_cancelled",
  "forward",
  "alert",
] as const;
export type Template = (typeof templates)[number];

/** Statuses of a shipment that its customer is told of when `shipment.updated` brings them. */
export const toldStatuses = [
  "shipped",
  "in_transit",
  "out_for_delivery",
  "ready_to_collect",
  "delivery_attempted",
  "undelivered",
  "return_to_origin",
  "lost",
] as const;
export type ToldStatus = (typeof toldStatuses)[number];

/** Those that may come again on another day and are told again then. */
export const dailyStatuses: ReadonlySet<ToldStatus> = new Set([
  "out_for_delivery",
  "delivery_attempted",
]);

/**
 * A row of the outbox before it is stored: which fact is to be told, through which channel. A pure
 * function of one event; whether it is still true is asked when its turn comes.
 */
export interface OutboxRow {
  /** Identity of the fact: `order_confirmed/ORD-1/email`. */
  readonly id: string;
  readonly template: Template;
  readonly channel: Channel;
  /** Null where the event names no order; looked up through the subject when it is sent. */
  readonly orderNumber: string | null;
  /** The key of the row that it is about: payment, refund, shipment or order. */
  readonly subjectId: string | null;
  readonly eventId: string | null;
  /** The event's time, else its receipt, plus any delay; ISO 8601 with milliseconds. */
  readonly dueAt: string;
  /** How long after the event it is to be sent, in milliseconds; 0: at once. */
  readonly delayMs: number;
  /** What the fact consists of beside its subject. */
  readonly context: OutboxContext;
}

export type OutboxContext = ContextKind & {
  /** The event states no time, and its own date lies long back. */
  readonly isHistory?: true | undefined;
};

type ContextKind =
  | { readonly kind: "none" }
  /** The shipment's status that the customer is to hear of. */
  | { readonly kind: "shipment_status"; readonly status: string }
  /** The failure: the payment's status must still be the one that it set (`precedence`), or the
   * same failure as an order event lists it (`paymentDate`). */
  | {
      readonly kind: "payment_failure";
      readonly precedence: string;
      readonly paymentDate: string | null;
    }
  /** The tracking that the customer is to hear of: the airway bill, else the link. */
  | { readonly kind: "tracking"; readonly tracking: string }
  /** What a person has to look at. */
  | { readonly kind: "alert"; readonly alert: string; readonly text: string };

/** Joins the parts of a fact into an id; a slash inside a part is escaped, so facts never collide. */
export function factId(...parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[%/]/g, encodeURIComponent)).join("/");
}

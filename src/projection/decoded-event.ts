/** An event as it is stored, and as it is understood. */
import type { CatalogRow } from "../events/catalog";
import type { OrderDetail, OrderRefund, OrderShipment, PaymentInfo } from "../events/models";

/** What the inbox holds of an event. */
export interface StoredEvent {
  readonly id: string;
  readonly eventType: string;
  /** Of the first receipt. */
  readonly receivedAt: string;
  readonly payload: string;
}

/** What every decoded event has. */
export interface EventFrame {
  readonly id: string;
  readonly row: CatalogRow;
  readonly form: "envelope" | "bare";
  readonly key: string;
  readonly orderNumber: string | null;
  readonly occurredAt: string | null;
  readonly receivedAt: string;
  readonly notes: readonly string[];
}

export type DecodedEvent = EventFrame &
  (
    | { readonly subject: "order"; readonly data: OrderDetail }
    | { readonly subject: "payment"; readonly data: PaymentInfo }
    | { readonly subject: "refund"; readonly data: OrderRefund }
    | { readonly subject: "shipment"; readonly data: OrderShipment }
  );

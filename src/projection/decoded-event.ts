/** A stored event, and a decoded event. */
import type { CatalogRow } from "../events/catalog";
import type { OrderDetail, OrderRefund, OrderShipment, PaymentInfo } from "../events/models";
import type { KnownBody } from "../events/recognition";
import type { TimeFrame } from "../events/field-formats/time";
import type { JsonObject } from "../events/values";

/** The input for the meaning of an event: the inbox data of its first receipt. */
export interface StoredEvent {
  readonly id: string;
  /** The unsigned type in the URL or a header; null if neither names one. */
  readonly typeHint: string | null;
  /** Of the first receipt. */
  readonly receivedAt: string;
  readonly payload: string;
}

/** The properties of every decoded event. */
export interface EventFrame extends TimeFrame {
  readonly id: string;
  readonly row: CatalogRow;
  readonly form: KnownBody["form"];
  readonly key: string;
  readonly orderNumber: string | null;
  /** The time in the envelope; null if it has none, or none that is plausible. */
  readonly statedAt: string | null;
  /** The time of the event's own registers: the stated time, otherwise the date in the body. */
  readonly occurredAt: string | null;
  /** The status that it sets on its own row; null if it sets none. */
  readonly status: string | null;
  readonly notes: readonly string[];
  /** The original `data`, for fields that no model has. */
  readonly raw: JsonObject;
  /** A person was erased from the body. */
  readonly isErased: boolean;
}

export type DecodedEvent = EventFrame &
  (
    | { readonly subject: "order"; readonly data: OrderDetail }
    | { readonly subject: "payment"; readonly data: PaymentInfo }
    | { readonly subject: "refund"; readonly data: OrderRefund }
    | { readonly subject: "shipment"; readonly data: OrderShipment }
  );

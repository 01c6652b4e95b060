/** An event as it is stored, and as it is understood. */
import type { CatalogRow } from "../events/catalog";
import type { OrderDetail, OrderRefund, OrderShipment, PaymentInfo } from "../events/models";
import type { KnownBody } from "../events/recognition";
import type { TimeFrame } from "../events/formats/time";
import type { JsonObject } from "../events/values";

/** What the meaning of an event is made from: what the inbox holds of its first receipt. */
export interface StoredEvent {
  readonly id: string;
  /** The type in the URL or a header, which nobody signed; null where neither named one. */
  readonly typeHint: string | null;
  /** Of the first receipt. */
  readonly receivedAt: string;
  readonly payload: string;
}

/** What every decoded event has. */
export interface EventFrame extends TimeFrame {
  readonly id: string;
  readonly row: CatalogRow;
  readonly form: KnownBody["form"];
  readonly key: string;
  readonly orderNumber: string | null;
  /** The time that the envelope states; null where it states none that can be believed. */
  readonly statedAt: string | null;
  /** The time of the event's own registers: the stated one, else the body's own. */
  readonly occurredAt: string | null;
  /** The status that it sets on its own row; null where it sets none. */
  readonly status: string | null;
  readonly notes: readonly string[];
  /** `data` as it came, for what no model names. */
  readonly raw: JsonObject;
  /** Somebody was erased from the body. */
  readonly isErased: boolean;
}

export type DecodedEvent = EventFrame &
  (
    | { readonly subject: "order"; readonly data: OrderDetail }
    | { readonly subject: "payment"; readonly data: PaymentInfo }
    | { readonly subject: "refund"; readonly data: OrderRefund }
    | { readonly subject: "shipment"; readonly data: OrderShipment }
  );

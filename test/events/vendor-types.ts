/**
 * Checked by the compiler, never run: our models accept every value of the vendor's own types, and our catalog is the
 * vendor's list of webhooks. If a type is no longer assignable, `npx tsc` fails with the name of the field.
 */
import type { components, operations } from "@commercengine/storefront-sdk";
import type { z } from "zod";
import type { EventType, Subject } from "../../src/events/catalog";
import type { fieldsOfOne, fieldsOfSome } from "../../src/events/subjects";
import type { models, orderItem, shipmentItem } from "../../src/events/models";
import type { payments } from "./vendor-values";

/** Compiles only if every `Value` is a `Taken`. */
type Takes<Taken, Value extends Taken> = [Taken, Value];

type Schemas = components["schemas"];
type Body<Operation extends keyof operations> = operations[Operation] extends {
  requestBody: { content: { "application/json": infer Json } };
}
  ? Json
  : never;
type Input<Name extends keyof typeof models> = z.input<(typeof models)[Name]>;

/** The vendor's operation for each event; the vendor spells one of them differently. */
type OperationOf<Type extends EventType> = Type extends "payment.refund.initiated"
  ? "payment-refund-created"
  : Type extends `${infer A}.${infer B}.${infer C}`
    ? `${A}-${B}-${C}`
    : Type extends `${infer A}.${infer B}`
      ? `${A}-${B}`
      : never;

/** Webhooks are the operations that may be answered 410 WebhookGone. */
type WebhookOperation = {
  [Name in keyof operations]: operations[Name] extends {
    responses: { 410: components["responses"]["WebhookGone"] };
  }
    ? Name
    : never;
}[keyof operations];

export type EveryBodyIsTaken = [
  Takes<Input<"OrderDetail">, Body<"order-created">>,
  Takes<Input<"OrderDetail">, Body<"order-confirmed">>,
  Takes<Input<"OrderDetail">, Body<"order-completed">>,
  Takes<Input<"OrderDetail">, Body<"order-cancelled">>,
  Takes<Input<"OrderPayment">, Body<"payment-success">>,
  Takes<Input<"OrderPayment">, Body<"payment-failed">>,
  Takes<Input<"PaymentInfo">, Body<"payment-retried">>,
  Takes<Input<"OrderRefund">, Body<"payment-refund-created">>,
  Takes<Input<"OrderRefund">, Body<"payment-refund-success">>,
  Takes<Input<"OrderRefund">, Body<"payment-refund-failed">>,
  Takes<Input<"OrderShipment">, Body<"shipment-created">>,
  Takes<Input<"OrderShipment">, Body<"shipment-updated">>,
  Takes<Input<"OrderShipment">, Body<"shipment-delivered">>,
  Takes<Input<"OrderShipment">, Body<"shipment-cancelled">>,
];

export type EveryModelIsTaken = [
  Takes<Input<"OrderDetail">, Schemas["OrderDetail"]>,
  Takes<Input<"OrderPayment">, Schemas["OrderPayment"]>,
  Takes<Input<"PaymentInfo">, Schemas["PaymentInfo"]>,
  Takes<Input<"OrderRefund">, Schemas["OrderRefund"]>,
  Takes<Input<"OrderShipment">, Schemas["OrderShipment"]>,
  Takes<z.input<typeof orderItem>, Schemas["OrderItem"]>,
  Takes<z.input<typeof shipmentItem>, Schemas["ShipmentItem"]>,
];

/** The type that the entries of nested lists are parsed as. */
type Nested<List extends keyof Schemas["OrderDetail"]> =
  NonNullable<Schemas["OrderDetail"][List]> extends readonly (infer Entry)[] ? Entry : never;

export type EveryNestedEntryIsTaken = [
  Takes<Input<"OrderPayment">, Nested<"payments">>,
  Takes<Input<"OrderShipment">, Nested<"shipments">>,
  Takes<z.input<typeof orderItem>, Nested<"order_items">>,
];

/** In both directions: no webhook of the vendor is missing here, and none of ours is unknown to the vendor. */
export type CatalogIsComplete = [
  Takes<OperationOf<EventType>, WebhookOperation>,
  Takes<WebhookOperation, OperationOf<EventType>>,
];

/** The names of all fields of all members of a union. */
type FieldOf<Model> = Model extends unknown ? keyof Model & string : never;
type FieldsOf = {
  readonly order: FieldOf<Schemas["OrderDetail"]>;
  readonly payment: FieldOf<Schemas["OrderPayment"]> | FieldOf<Schemas["PaymentInfo"]>;
  readonly refund: FieldOf<Schemas["OrderRefund"]>;
  readonly shipment: FieldOf<Schemas["OrderShipment"]>;
};

/** Every field of every kind of payment is in a body of vendor-values.ts. */
export type EveryPaymentHasItsBody = [
  Takes<
    FieldOf<(typeof payments)[keyof typeof payments]["full"]>,
    FieldOf<Schemas["OrderPayment"]>
  >,
];

type Others<Of extends Subject> = FieldsOf[Exclude<Subject, Of>];
type OfOne<Of extends Subject> = (typeof fieldsOfOne)[Of][number];
type Sharers<Field extends keyof typeof fieldsOfSome> = (typeof fieldsOfSome)[Field][number];
type HaversOf<Field extends string> = {
  [Of in Subject]: Field extends FieldsOf[Of] ? Of : never;
}[Subject];

/** The fields that identify a bare body's model exist in that model of the vendor and in no other. */
export type FieldsTellModelsApart = [
  Takes<FieldsOf["order"], OfOne<"order">>,
  Takes<FieldsOf["payment"], OfOne<"payment">>,
  Takes<FieldsOf["refund"], OfOne<"refund">>,
  Takes<FieldsOf["shipment"], OfOne<"shipment">>,
  Takes<never, OfOne<"order"> & Others<"order">>,
  Takes<never, OfOne<"payment"> & Others<"payment">>,
  Takes<never, OfOne<"refund"> & Others<"refund">>,
  Takes<never, OfOne<"shipment"> & Others<"shipment">>,
  Takes<Sharers<"status">, HaversOf<"status">>,
  Takes<Sharers<"payment_status">, HaversOf<"payment_status">>,
  Takes<Sharers<"request_number">, HaversOf<"request_number">>,
  Takes<Sharers<"payment_reference_number">, HaversOf<"payment_reference_number">>,
];

type IsAny<T> = 0 extends 1 & T ? true : false;

/** Proves that the check can fail: the type of a body is known, and not everything is assignable. */
export type TheCheckBites = [
  Takes<false, IsAny<Body<"order-created">>>,
  Takes<false, IsAny<Schemas["OrderShipment"]>>,
  Takes<false, IsAny<Input<"OrderDetail">>>,
  Takes<true, [Body<"order-created">] extends [never] ? false : true>,
  Takes<true, [WebhookOperation] extends [never] ? false : true>,
  Takes<true, "grand_total" extends FieldsOf["order"] ? true : false>,
  Takes<false, "grand_total" extends Others<"order"> ? true : false>,
  Takes<false, { grand_total: string } extends Input<"OrderDetail"> ? true : false>,
];

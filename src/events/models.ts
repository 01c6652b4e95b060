/**
 * The vendor's models, with the fields that we store. Every field is optional and may be null; unknown fields and
 * unknown status strings are accepted. A stored field with a wrong type (an amount that is text) is not accepted:
 * such an event is quarantined, and can be replayed after a fix. Times are checked elsewhere and never cause
 * quarantine.
 *
 * The fields come from the vendor's OpenAPI model (package @commercengine/storefront-sdk, with which
 * test/events/vendor-types.ts compares these models), except `id`, `order_number`, `customer_email` and
 * `customer_phone`, which its guides show.
 */
import * as z from "zod/mini";
import type { ModelName } from "./catalog";
import { textOf } from "./values";

const text = z.pipe(
  z.nullish(z.union([z.string(), z.number(), z.bigint()])),
  z.transform((value: string | number | bigint | null | undefined) => textOf(value)),
);
/** Integers beyond 2^53 come as bigints (values.ts); their digits matter only in ids. */
const number = z.nullish(
  z.union([
    z.number(),
    z.pipe(
      z.bigint(),
      z.transform((value: bigint) => Number(value)),
    ),
  ]),
);
/** A decimal in the order's currency. */
const amount = number;
/** A text beside the state: a value that is none never causes quarantine; projection/patches/extra.ts keeps it. */
export const lenientText = z.pipe(
  z.optional(z.unknown()),
  z.transform((value) => textOf(value)),
);
/** True or absent; also used only for messages. */
const flag = z.pipe(
  z.optional(z.unknown()),
  z.transform((value) => (value === true ? true : null)),
);
/** Checked if it is the key (keys.ts). */
const id = z.optional(z.unknown());
const quantity = number;
/** ISO text or a number; compared with the receipt later. */
const time = z.optional(z.unknown());
/** Each entry is parsed on its own: one bad entry is skipped, the rest applies. */
const entries = z.nullish(z.array(z.unknown()));

const person = z.object({
  first_name: text,
  last_name: text,
  country_code: text,
  phone: text,
  email: text,
});

const address = z.nullish(
  z.object({
    ...person.shape,
    address_line1: lenientText,
    address_line2: lenientText,
    city: lenientText,
    state: lenientText,
    pincode: lenientText,
    country: lenientText,
    business_name: lenientText,
    landmark: lenientText,
    /** The GSTIN. */
    tax_identification_number: lenientText,
  }),
);

export const orderItem = z.object({
  product_id: text,
  product_name: text,
  sku: text,
  variant_id: text,
  variant_name: text,
  quantity,
  free_quantity: quantity,
  selling_price: amount,
  listing_price: amount,
  tax_amount: amount,
  product_image_url: text,
  seller_id: text,
  /** Not in stock: it ships later, perhaps in a separate parcel. */
  backorder: flag,
});

export const shipmentItem = z.object({
  product_id: text,
  product_name: text,
  sku: text,
  variant_id: text,
  variant_name: text,
  quantity,
  free_quantity: quantity,
});

const orderDetail = z.object({
  order_number: text,
  order_date: time,
  status: text,
  payment_status: text,
  subtotal: amount,
  promotion_discount_amount: amount,
  coupon_discount_amount: amount,
  total_tax: amount,
  shipping_amount: amount,
  handling_charge_including_tax: amount,
  grand_total: amount,
  credit_balance_used: amount,
  /** Points, not money. */
  loyalty_points_redeemed: amount,
  to_be_paid: amount,
  currency: z.union([z.object({ code: text }), text]),
  order_items: entries,
  billing_address: address,
  shipping_address: address,
  customer_id: lenientText,
  customer_note: lenientText,
  coupon_code: lenientText,
  /** From text to text in the vendor's model; any object is kept. */
  metadata: z.optional(z.unknown()),
  customer_email: text,
  customer_phone: text,
  cancellation_refund_details: z.nullish(z.object({ refundable_amount: amount })),
  payments: entries,
  shipments: entries,
});

const paymentInfo = z.object({
  id,
  order_number: text,
  transaction_type: text,
  request_number: text,
  amount,
  payment_status: text,
  payment_date: time,
  payment_reference_number: text,
  payment_method: text,
});

/** A PaymentInfo and, by kind of payment, fields of a card, a bank or a wallet; none is stored. */
export const orderPayment = paymentInfo;

const orderRefund = z.object({
  id,
  order_number: text,
  request_number: text,
  refund_amount: amount,
  refund_date: time,
  status: text,
  payment_mode: text,
  payment_reference_number: text,
  refund_remarks: text,
});

export const orderShipment = z.object({
  id,
  order_number: text,
  reference_number: text,
  status: text,
  shipment_items: entries,
  courier_company_name: text,
  awb_no: text,
  tracking_url: text,
  eta_delivery: time,
  shipped_date: time,
  delivered_date: time,
  cancellation_reason: text,
  modified_at: time,
});

export type OrderDetail = z.output<typeof orderDetail>;
export type PaymentInfo = z.output<typeof paymentInfo>;
export type OrderRefund = z.output<typeof orderRefund>;
export type OrderShipment = z.output<typeof orderShipment>;
export type Address = z.output<typeof address>;

export const models = {
  OrderDetail: orderDetail,
  OrderPayment: orderPayment,
  PaymentInfo: paymentInfo,
  OrderRefund: orderRefund,
  OrderShipment: orderShipment,
} satisfies Record<ModelName, z.core.$ZodType>;

/**
 * The vendor's models as bodies. The compiler compares them with the vendor's own types: `npx tsc` fails here if a
 * field or a value is new, or if a field became optional or nullable.
 */
import type { components } from "@commercengine/storefront-sdk";

type Schemas = components["schemas"];

/** The type without the vendor's marker for read-only fields. */
type Read<T> = T extends { readonly $read: infer Value } ? Value : T;
type Fields<T> = { [Key in keyof T]: Read<T[Key]> };

type RequiredKey<T> = { [Key in keyof T]-?: object extends Pick<T, Key> ? never : Key }[keyof T];
type OptionalKey<T> = Exclude<keyof T, RequiredKey<T>>;
type NullableKey<T> = { [Key in keyof T]-?: null extends T[Key] ? Key : never }[keyof T];
/** The members of a text with a fixed list of values. */
type Member<T> =
  NonNullable<T> extends string ? (string extends NonNullable<T> ? never : NonNullable<T>) : never;
type EnumKey<T> = { [Key in keyof T]-?: [Member<T[Key]>] extends [never] ? never : Key }[keyof T];

/** A model of the vendor: exactly its fields, each in the lists where it belongs. */
interface Values<T> {
  /** The required fields, and no others. */
  readonly least: Pick<T, RequiredKey<T>> & { readonly [Key in OptionalKey<T>]?: never };
  /** Every field, with a value. */
  readonly full: { readonly [Key in keyof T]-?: NonNullable<T[Key]> };
  /** Every field that may be null. */
  readonly nulls: { readonly [Key in NullableKey<T>]: null };
  /** Every member of every field that has a fixed list of them. */
  readonly members: { readonly [Key in EnumKey<T>]: Readonly<Record<Member<T[Key]>, true>> };
}

/** The same type for code that iterates over all models. */
export interface AnyValues {
  readonly least: object;
  readonly full: object;
  readonly nulls: object;
  readonly members: Readonly<Record<string, Readonly<Record<string, true>>>>;
}

const seller = {
  id: "sel_1",
  trade_name: "Weavers",
  legal_name: "Weavers Private Limited",
  business_type: "company",
  tax_identification_number: "29ABCDE1234F1Z5",
};

export const shipmentItem = {
  least: {},
  full: {
    product_id: "prd_1",
    product_name: "Cotton shirt",
    product_image_url: "https://img.example/shirt.png",
    variant_id: "var_1",
    variant_name: "M",
    sku: "SHIRT-M",
    quantity: 2,
    free_quantity: 0,
    is_free_item: false,
  },
  nulls: { product_image_url: null },
  members: {},
} satisfies Values<Schemas["ShipmentItem"]>;

const leastItem = {
  product_id: "prd_1",
  product_name: "Cotton shirt",
  product_image_url: "https://img.example/shirt.png",
  product_type: "physical",
  sku: "SHIRT-M",
  slug: "cotton-shirt",
  variant_id: "var_1",
  variant_name: "M",
  backorder: true,
  on_promotion: true,
  on_subscription: true,
  subscription_plan: "Monthly",
  subscription_interval: 1,
  subscription_frequency: "month",
  quantity: 2,
  free_quantity: 0,
  is_free_item: false,
  price_including_tax: true,
  selling_price: 499.95,
  listing_price: 599,
  selling_price_excluding_tax: 423.69,
  promotion_discount_amount: 0,
  coupon_discount_amount: 0,
  tax_type: "GST",
  tax_rate: 18,
  tax_amount: 76.26,
  handling_charge_excluding_tax: 0,
  handling_charge_tax_rate: 0,
  handling_charge_including_tax: 0,
} as const;

export const orderItem = {
  least: leastItem,
  full: {
    ...leastItem,
    associated_options: {},
    attributes: [],
    seller_id: "sel_1",
    seller_detail: seller,
  },
  nulls: {
    product_image_url: null,
    variant_id: null,
    variant_name: null,
    subscription_plan: null,
    subscription_interval: null,
    subscription_frequency: null,
    associated_options: null,
    seller_id: null,
    seller_detail: null,
  },
  members: {
    product_type: { physical: true, digital: true, bundle: true },
    tax_type: { GST: true },
  },
} satisfies Values<Schemas["OrderItem"]>;

const leastAddress = {
  first_name: "Asha",
  last_name: "Rao",
  country_code: "+91",
  phone: "9876543210",
  email: "asha@example.com",
  address_line1: "12 MG Road",
  address_line2: "2nd floor",
  landmark: "Opposite the park",
  pincode: "560001",
  city: "Bengaluru",
  state: "Karnataka",
  country: "India",
  tax_identification_number: "29ABCDE1234F1Z5",
  business_name: "Rao Textiles",
  is_phone_verified: true,
  is_email_verified: true,
  nickname: "Home",
} as const;

export const address = {
  least: leastAddress,
  full: { ...leastAddress, id: "adr_1", is_default_billing: true, is_default_shipping: false },
  nulls: {
    id: null,
    last_name: null,
    address_line2: null,
    landmark: null,
    tax_identification_number: null,
    business_name: null,
    nickname: null,
  },
  members: { country: { India: true } },
} satisfies Values<Fields<NonNullable<Schemas["CustomerAddress"]>>>;

export const refundDetails = {
  least: {},
  full: {
    loyalty_point: 10,
    refundable_amount: 1191.92,
    cancellation_charges: 10,
    cancellation_charges_reason: "Packed already",
    payment_mode: "original-payment-mode",
  },
  nulls: {},
  members: {
    payment_mode: { "original-payment-mode": true, "bank-transfer": true, "nach-mandate": true },
  },
} satisfies Values<NonNullable<Schemas["OrderDetail"]["cancellation_refund_details"]>>;

export const currency = {
  least: {},
  full: { name: "Indian Rupee", code: "INR", symbol: "₹" },
  nulls: {},
  members: {},
} satisfies Values<NonNullable<Schemas["OrderDetail"]["currency"]>>;

export const PaymentInfo = {
  least: {},
  full: {
    transaction_type: "payment",
    request_number: "PAY-1",
    amount: 1201.92,
    payment_status: "success",
    payment_date: "2026-11-20T09:31:00Z",
    payment_reference_number: "ref_1",
    payment_method: "UPI",
    icon_url: "https://img.example/upi.png",
  },
  nulls: { payment_reference_number: null, payment_method: null, icon_url: null },
  members: {
    transaction_type: { payment: true, refund: true },
    payment_status: {
      pending: true,
      success: true,
      failed: true,
      partially_paid: true,
      refund_initiated: true,
    },
  },
} satisfies Values<Schemas["PaymentInfo"]>;

/** One for each kind of `OrderPayment`. */
export const payments = {
  card: {
    ...PaymentInfo,
    full: { ...PaymentInfo.full, card_number: "************1111", card_type: "Visa" },
    members: {
      ...PaymentInfo.members,
      card_type: { Visa: true, "Master Card": true, Rupay: true, "American Express": true },
    },
  } satisfies Values<Schemas["CardPayment"]>,
  netbanking: {
    ...PaymentInfo,
    full: { ...PaymentInfo.full, bank_name: "Canara Bank" },
  } satisfies Values<Schemas["NetbankingPayment"]>,
  upi: {
    ...PaymentInfo,
    full: { ...PaymentInfo.full, upi_id: "asha@upi" },
  } satisfies Values<Schemas["UpiPayment"]>,
  wallet: {
    ...PaymentInfo,
    full: { ...PaymentInfo.full, wallet_name: "Paytm" },
  } satisfies Values<Schemas["WalletPayment"]>,
  bank: {
    ...PaymentInfo,
    full: { ...PaymentInfo.full, bank_account_number: "********1234", bank_name: "Canara Bank" },
  } satisfies Values<Schemas["BankTransfer"]>,
  nach: PaymentInfo satisfies Values<Schemas["NachPayment"]>,
};

export const OrderRefund = {
  least: {},
  full: {
    request_number: "REF-1",
    refund_amount: 200.1,
    refund_date: "2026-11-22T08:00:00Z",
    status: "success",
    payment_mode: "original-payment-mode",
    payment_method: "UPI",
    payment_reference_number: "ref_2",
    bank_account_number: "********1234",
    bank_name: "Canara Bank",
    refund_remarks: "Damaged in transit",
  },
  nulls: {},
  members: {
    status: { pending: true, approved: true, success: true, failed: true },
    payment_mode: {
      "original-payment-mode": true,
      "loyalty-point": true,
      "bank-transfer": true,
      "nach-mandate": true,
    },
  },
} satisfies Values<Schemas["OrderRefund"]>;

export const OrderShipment = {
  least: { is_return_allowed: false },
  full: {
    reference_number: "SHP-1",
    status: "in_transit",
    total_weight: 1.5,
    total_boxes: 1,
    shipment_items_count: 1,
    shipment_items: [shipmentItem.full],
    shipping_amount: 41.95,
    shipping_tax_amount: 7.55,
    shipping_amount_including_tax: 49.5,
    courier_company_name: "BlueDart",
    shipping_label_url: "https://label.example/1",
    awb_no: "awb_1",
    tracking_url: "https://track.example/1",
    eta_delivery: "2026-11-25T12:00:00Z",
    shipped_date: "2026-11-21T08:00:00Z",
    delivered_date: "2026-11-23T12:00:00Z",
    is_return_allowed: true,
    cancellation_reason: "Lost",
    created_at: "2026-11-20T10:00:00Z",
    modified_at: "2026-11-21T08:00:00Z",
    seller_id: "sel_1",
    seller_detail: seller,
  },
  nulls: { seller_id: null, seller_detail: null },
  members: {
    status: {
      unscheduled: true,
      schedule_requested: true,
      scheduled: true,
      packed: true,
      shipped: true,
      in_transit: true,
      out_for_delivery: true,
      delivery_attempted: true,
      undelivered: true,
      return_to_origin: true,
      delivered: true,
      cancelled: true,
      lost: true,
    },
  },
} satisfies Values<Schemas["OrderShipment"]>;

type Order = Omit<Schemas["OrderDetail"], "billing_address" | "shipping_address"> & {
  billing_address?: Fields<NonNullable<Schemas["CustomerAddress"]>> | null;
  shipping_address?: Fields<NonNullable<Schemas["CustomerAddress"]>> | null;
};

export const OrderDetail = {
  least: { applied_promotions: [], applied_coupons: [] },
  full: {
    order_number: "ORD-1",
    order_date: "2026-11-20T09:30:00Z",
    status: "confirmed",
    payment_status: "success",
    payment_success_date: "2026-11-20T09:31:00Z",
    customer_note: "Ring twice",
    is_promotion_applied: true,
    promotion_discount_amount: 10,
    promotion_discount_percent: 1,
    is_coupon_applied: true,
    coupon_code: "DIWALI",
    coupon_discount_amount: 10,
    coupon_discount_percent: 1,
    applied_promotions: [],
    applied_coupons: [],
    promotion_savings: 10,
    coupon_savings: 10,
    other_savings: 0,
    total_savings: 20,
    on_subscription: false,
    subtotal: 999.9,
    item_total_tax: 152.52,
    subtotal_including_tax: 1152.42,
    shipping_estimated_cost: 60,
    shipping_discount_amount: 10.5,
    shipping_amount: 41.95,
    shipping_tax_rate: 18,
    shipping_tax_amount: 7.55,
    shipping_amount_including_tax: 49.5,
    fulfillment_preference: { fulfillment_type: "delivery", shipments: [] },
    estimated_delivery_days: 3,
    handling_charge_excluding_tax: 0,
    handling_charge_tax_amount: 0,
    handling_charge_including_tax: 0,
    total_tax: 160.07,
    grand_total: 1201.92,
    loyalty_points_earned: 12,
    loyalty_points_redeemed: 0,
    credit_balance_used: 0,
    to_be_paid: 0,
    order_items_count: 1,
    order_items: [orderItem.full],
    billing_address: address.full,
    shipping_address: address.full,
    currency: currency.full,
    metadata: { language: "hi" },
    is_cancellation_allowed: true,
    cancellation_refund_details: refundDetails.full,
    feedback: "Well packed",
    payments: [payments.card.full],
    shipments: [OrderShipment.full],
  },
  nulls: {
    payment_success_date: null,
    customer_note: null,
    coupon_code: null,
    estimated_delivery_days: null,
    billing_address: null,
    shipping_address: null,
    metadata: null,
    feedback: null,
  },
  members: {
    status: {
      draft: true,
      awaiting_approval: true,
      confirmed: true,
      partially_scheduled: true,
      awaiting_shipment: true,
      shipped: true,
      partially_shipped: true,
      undelivered: true,
      partially_undelivered: true,
      return_to_origin: true,
      partially_return_to_origin: true,
      complete: true,
      partially_delivered: true,
      cancelled: true,
      pending: true,
    },
    payment_status: { pending: true, success: true, failed: true, partially_paid: true },
  },
} satisfies Values<Order>;

/**
 * What a bare body is about, from its fields only. The tables list the fields that only one model has, and the
 * fields that several models share; a body with fields of two models is about neither.
 */
import { type Subject, subjects } from "./catalog.ts";
import { isPresent, type JsonObject } from "./values.ts";

/** Fields that only one of the vendor's models has. */
export const fieldsOfOne = {
  order: [
    "order_date",
    "order_items",
    "order_items_count",
    "payments",
    "shipments",
    "grand_total",
    "to_be_paid",
    "subtotal",
    "subtotal_including_tax",
    "total_tax",
    "total_savings",
    "payment_success_date",
    "handling_charge_including_tax",
    "handling_charge_excluding_tax",
    "handling_charge_tax_amount",
    "applied_promotions",
    "is_promotion_applied",
    "promotion_discount_amount",
    "promotion_discount_percent",
    "promotion_savings",
    "applied_coupons",
    "is_coupon_applied",
    "coupon_discount_amount",
    "coupon_discount_percent",
    "coupon_savings",
    "coupon_code",
    "other_savings",
    "item_total_tax",
    "on_subscription",
    "credit_balance_used",
    "loyalty_points_earned",
    "loyalty_points_redeemed",
    "shipping_estimated_cost",
    "shipping_discount_amount",
    "shipping_tax_rate",
    "billing_address",
    "shipping_address",
    "is_cancellation_allowed",
    "cancellation_refund_details",
    "fulfillment_preference",
    "estimated_delivery_days",
  ],
  payment: [
    "transaction_type",
    "amount",
    "payment_date",
    "icon_url",
    "card_number",
    "card_type",
    "upi_id",
    "wallet_name",
  ],
  refund: ["refund_amount", "refund_date", "payment_mode", "refund_remarks"],
  shipment: [
    "reference_number",
    "awb_no",
    "courier_company_name",
    "tracking_url",
    "shipping_label_url",
    "shipment_items",
    "shipment_items_count",
    "eta_delivery",
    "shipped_date",
    "delivered_date",
    "total_weight",
    "total_boxes",
    "is_return_allowed",
  ],
} as const satisfies Readonly<Record<Subject, readonly string[]>>;

/** Fields that several models share: a body with such a field is about one of these. */
export const fieldsOfSome = {
  status: ["order", "refund", "shipment"],
  payment_status: ["order", "payment"],
  request_number: ["payment", "refund"],
  payment_reference_number: ["payment", "refund"],
  payment_method: ["payment", "refund"],
  bank_name: ["payment", "refund"],
  // Fields of one model; if an order also has them, its own fields decide.
  cancellation_reason: ["shipment"],
  modified_at: ["shipment"],
} as const satisfies Readonly<Record<string, readonly Subject[]>>;

const sharedFields: Readonly<Record<string, readonly Subject[]>> = fieldsOfSome;

export type SubjectResult =
  | { readonly ok: true; readonly subject: Subject }
  | { readonly ok: false; readonly reason: string };

/** A refund in the form of a payment has this mark. */
export function isRefundAsPayment(body: JsonObject): boolean {
  return body["transaction_type"] === "refund";
}

/** The models whose fields a body has, each with the first such field. */
function findModels(body: JsonObject): ReadonlyMap<Subject, string> {
  const found = new Map<Subject, string>();
  for (const subject of subjects) {
    const own: readonly string[] = fieldsOfOne[subject];
    const field = own.find((name) => isPresent(body[name]));
    if (field !== undefined) found.set(subject, field);
  }
  if (isRefundAsPayment(body)) {
    found.set("refund", "transaction_type");
    found.delete("payment");
  }
  return found;
}

/**
 * The one subject that has every shared field of the body. `order_number` is a link. It decides only between an
 * order, whose key it is, and a subject that would have no key of its own.
 */
function findByShared(body: JsonObject): SubjectResult {
  const shared = Object.keys(sharedFields).filter((name) => isPresent(body[name]));
  if (shared.length === 0) return { ok: false, reason: "no field of a known model is there" };
  const possible = subjects.filter((subject) =>
    shared.every((name) => sharedFields[name]?.includes(subject)),
  );
  const isNamed = isPresent(body["order_number"]);
  const left = possible.filter((subject) => isNamed === (subject === "order"));
  const [subject, ...others] = left.length === 0 ? possible : left;
  if (subject !== undefined && others.length === 0) return { ok: true, subject };
  const fields = shared.join(" and ");
  return subject === undefined
    ? { ok: false, reason: `no known model has both ${fields}` }
    : { ok: false, reason: `${fields} may belong to: ${[subject, ...others].join(", ")}` };
}

/** Other fields than those that distinguish the models: some of them are in every model. */
const furtherFields: Readonly<Record<Subject, readonly string[]>> = {
  order: ["order_number", "currency", "customer_email", "customer_note", "metadata", "feedback"],
  payment: ["id"],
  refund: ["id"],
  shipment: ["id", "created_at", "seller_id", "shipping_amount"],
};

/** Every field that these tables use. */
export const knownFields: ReadonlySet<string> = new Set([
  ...subjects.flatMap((subject) => [...fieldsOfOne[subject], ...furtherFields[subject]]),
  ...Object.keys(fieldsOfSome),
]);

/**
 * Whether `data` has any field of the subject's model. For a payment, a refund or a parcel, the order's number
 * does not count: it is a link, and says nothing about the subject itself.
 */
export function hasFieldOf(subject: Subject, data: JsonObject): boolean {
  const own: readonly string[] = [...fieldsOfOne[subject], ...furtherFields[subject]];
  const shared = Object.keys(sharedFields).filter((name) => sharedFields[name]?.includes(subject));
  return [...own, ...shared].some((name) => isPresent(data[name]));
}

/** What a body without a type is about. */
export function findSubject(body: JsonObject): SubjectResult {
  const [first, second] = [...findModels(body)];
  if (first === undefined) return findByShared(body);
  if (second === undefined) return { ok: true, subject: first[0] };
  return {
    ok: false,
    reason: `fields of two models are there: ${first[1]} (${first[0]}) and ${second[1]} (${second[0]})`,
  };
}

/** A payment of kind refund is in progress while its refund is pending. */
export function refundStatus(paymentStatus: string | null): string | null {
  return paymentStatus === "refund_initiated" ? "pending" : paymentStatus;
}

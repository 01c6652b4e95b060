/**
 * One invented order, with everything that can follow from it: the data of previews and test messages. It has every
 * column of the facts, so the store reads here which columns to load.
 */
import type { Template } from "./index";
import type { Facts, OrderFacts, PaymentFacts, RefundFacts, ShipmentFacts } from "./facts";

const ORDER = "ORD-1042";

const items = [
  { product_name: "Handloom Cotton Saree", variant_name: "Indigo", quantity: 2 },
  { product_name: "Filter Coffee, 500 g", quantity: 1 },
];
const prices = [2_499, 499.5];

/** An example of each row. */
interface Example extends Facts {
  readonly order: OrderFacts;
  readonly payment: PaymentFacts;
  readonly refund: RefundFacts;
  readonly shipment: ShipmentFacts;
}

export const example: Example = {
  orderNumber: ORDER,
  order: {
    order_number: ORDER,
    status: "confirmed",
    payment_status: "success",
    currency: "INR",
    subtotal_micros: 5_497_500_000,
    discount_micros: null,
    total_tax_micros: 261_786_000,
    shipping_micros: 0,
    handling_micros: null,
    grand_total_micros: 5_497_500_000,
    credit_used_micros: null,
    payable_micros: 5_497_500_000,
    paid_micros: 5_497_500_000,
    refunded_micros: 0,
    refundable_micros: 5_497_500_000,
    customer_name: "Asha Rao",
    customer_email: null,
    customer_phone: null,
    billing_address: null,
    shipping_address: JSON.stringify({
      name: "Asha Rao",
      address_line1: "14 MG Road, 3rd floor",
      city: "Bengaluru",
      state: "Karnataka",
      pincode: "560001",
      country: "India",
    }),
    items: JSON.stringify(
      items.map((item, index) => ({ ...item, selling_price: prices[index] ?? 0 })),
    ),
    order_date: "2026-11-24T04:12:00.000Z",
    cancelled_at: "2026-11-25T10:00:00.000Z",
    metadata: null,
    extra: null,
  },
  payment: {
    payment_id: "PAY-1",
    status: "failed",
    status_precedence: "",
    payment_date: "2026-11-24T04:14:00.000Z",
    amount_micros: 5_497_500_000,
    method: "UPI",
    reference_number: "503118264471",
    twin_status: null,
  },
  paymentEvents: [],
  refund: {
    refund_id: "RFD-1",
    status: "success",
    amount_micros: 499_500_000,
    payment_mode: "original-payment-mode",
    remarks: null,
    twin_succeeded: 0,
  },
  shipment: {
    shipment_id: "SHP-1",
    status: "in_transit",
    courier: "Delhivery",
    awb_no: "28744710012345",
    tracking_url: "https://www.delhivery.com/track/package/28744710012345",
    tracking_precedence: "",
    eta: "2026-11-27",
    delivered_at: "2026-11-27T08:30:00.000Z",
    cancellation_reason: "The courier could not serve this address",
    items: JSON.stringify(items),
  },
  parcels: { delivered: 1, open: 0, failed: 0 },
  contents: [],
  event: null,
};

const unpaid: Partial<OrderFacts> = { payment_status: "pending", paid_micros: 0 };
const cancelled: Partial<OrderFacts> = { status: "cancelled" };

const changes: Readonly<Partial<Record<Template, Partial<OrderFacts>>>> = {
  order_received: unpaid,
  payment_failed: unpaid,
  order_cancelled: cancelled,
  refund_due: cancelled,
};

/** The example as it is when that message is sent. */
export function exampleOf(template: Template): Facts {
  return { ...example, order: { ...example.order, ...changes[template] } };
}

/** Facts as they are at sending time: a plausible order, and hostile ones. */
import { makeShop, type Shop } from "../../src/notifications/shop";
import { type Channel, channelNames } from "../../src/notifications/channels";
import { type Template, templateNames, templates } from "../../src/notifications/templates";
import { notifiedStatuses } from "../../src/notifications/templates/shipment/notified-statuses";
import type { OutboxContext } from "../../src/projection/outbox-row";
import type {
  Facts,
  OrderFacts,
  PaymentFacts,
  RefundFacts,
  ShipmentFacts,
} from "../../src/notifications/templates/facts";
import { precedence } from "../support/precedence";

export const previewShop: Shop = makeShop(
  {
    takesReplies: true,
    timeZone: null,
    name: "Meera Handlooms",
    currency: "INR",
    publicUrl: "https://hooks.shop.example",
    reviewUrl: "https://shop.example/review?order={order}",
    trackingUrls: {},
    orderUrl: "https://shop.example/orders/{order}",
    paymentUrl: "https://shop.example/pay/{order}",
    locale: "en",
  },
  Object.entries({
    logo_url: "https://shop.example/logo.png",
    accent_colour: "#7a1f4b",
    support_email: "help@shop.example",
    support_phone: "+918012345678",
    postal_address: "14 MG Road\nBengaluru 560001",
    tax_id: "29ABCDE1234F1Z5",
    instagram: "https://instagram.com/meera.example",
  }).map(([name, value]) => ({ name, value })),
);

/** A shop without any settings. */
const plainShop: Shop = makeShop(
  {
    takesReplies: false,
    timeZone: null,
    name: "Meera Handlooms",
    currency: "INR",
    publicUrl: null,
    reviewUrl: null,
    trackingUrls: {},
    orderUrl: null,
    paymentUrl: null,
    locale: "en",
  },
  [],
);

export function orderFacts(changes: Partial<OrderFacts> = {}): OrderFacts {
  return {
    order_number: "ORD-20261124-0187",
    status: "confirmed",
    payment_status: "success",
    currency: "INR",
    subtotal_micros: 6_696_500_000,
    discount_micros: null,
    total_tax_micros: 342_080_000,
    shipping_micros: 0,
    handling_micros: null,
    grand_total_micros: 6_696_500_000,
    credit_used_micros: null,
    payable_micros: 6_696_500_000,
    paid_micros: 6_696_500_000,
    refunded_micros: 0,
    refundable_micros: null,
    customer_name: "Asha Rao",
    customer_email: "asha@example.com",
    customer_phone: "+919812345678",
    billing_address: null,
    shipping_address: JSON.stringify({
      name: "Asha Rao",
      address_line1: "14 MG Road, 3rd floor",
      address_line2: "Opposite the metro station",
      city: "Bengaluru",
      state: "Karnataka",
      pincode: "560001",
      country: "India",
    }),
    items: JSON.stringify([
      {
        product_name: "Handloom Cotton Saree",
        variant_name: "Indigo",
        sku: "SAR-HLC",
        quantity: 2,
        selling_price: 2499,
        product_image_url: "https://shop.example/pictures/saree.jpg",
      },
      {
        product_name: "Block Print Kurta",
        sku: "KUR-BLP",
        quantity: 1,
        selling_price: 1199,
        product_image_url: "https://shop.example/pictures/kurta.jpg",
      },
      { product_name: "Filter Coffee, 500 g", quantity: 1, selling_price: 499.5 },
    ]),
    order_date: "2026-11-24T04:12:00.000Z",
    cancelled_at: null,
    metadata: null,
    extra: null,
    ...changes,
  };
}

export function paymentFacts(changes: Partial<PaymentFacts> = {}): PaymentFacts {
  return {
    payment_id: "PAY-1",
    status: "failed",
    status_precedence: precedence("2026-11-24T04:14:00.000Z", "failed", "evt-fail"),
    payment_date: null,
    amount_micros: 6_696_500_000,
    method: "UPI",
    reference_number: null,
    twin_status: null,
    ...changes,
  };
}

export function refundFacts(changes: Partial<RefundFacts> = {}): RefundFacts {
  return {
    refund_id: "RFD-20261124-0041",
    status: "success",
    amount_micros: 1_199_000_000,
    payment_mode: "original-payment-mode",
    remarks: null,
    twin_succeeded: 0,
    ...changes,
  };
}

export function shipmentFacts(changes: Partial<ShipmentFacts> = {}): ShipmentFacts {
  return {
    shipment_id: "SHP-1",
    status: "in_transit",
    courier: "Delhivery",
    awb_no: "28744710012345",
    tracking_url: null,
    tracking_precedence: "",
    eta: "2026-11-27T12:00:00.000Z",
    delivered_at: null,
    cancellation_reason: null,
    items: JSON.stringify([
      { product_name: "Handloom Cotton Saree", variant_name: "Indigo", quantity: 2 },
      { product_name: "Block Print Kurta", quantity: 1 },
      { product_name: "Filter Coffee, 500 g", quantity: 1 },
    ]),
    ...changes,
  };
}

export function facts(changes: Partial<Facts> = {}): Facts {
  const order = changes.order === undefined ? orderFacts() : changes.order;
  return {
    orderNumber: order?.order_number ?? null,
    payment: null,
    paymentEvents: [],
    refund: null,
    shipment: null,
    parcels: { delivered: 0, open: 0, failed: 0 },
    contents: [],
    event: null,
    ...changes,
    order,
  };
}

/** Markup, line breaks, right-to-left marks, long text: all of it must be treated as data. */
export const hostileOrder = orderFacts({
  order_number: "ORD/<b>7</b>\r\nBcc: x@example.com",
  currency: "USD",
  subtotal_micros: 129_990_000,
  total_tax_micros: 10_400_000,
  shipping_micros: 12_000_000,
  grand_total_micros: 152_390_000,
  customer_name: `<script>alert("x")</script> \u202eO'Brien & Söhne`,
  shipping_address: JSON.stringify({
    name: "<img src=x onerror=alert(1)>",
    address_line1: "An address line that goes on and on ".repeat(6),
    city: 42,
    pincode: null,
    country: "Germany",
  }),
  items: JSON.stringify([
    {
      product_name:
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
      variant_name: "<i>large</i>",
      quantity: 3,
      selling_price: 43.33,
    },
    null,
    "text",
    { quantity: "two", product_name: "A quantity that is no number", selling_price: "free" },
    ...Array.from({ length: 30 }, (_, index) => ({
      product_name: `Thing ${index + 1}`,
      quantity: 1,
      selling_price: 0.5,
    })),
  ]),
});

/** An order with an advertisement as its name, and the address of a victim. */
export const relayOrder = orderFacts({
  customer_name: "WINNER: claim at http://evil.example",
  shipping_address: JSON.stringify({
    name: "www.evil.example",
    address_line1: "14 MG Road, Opp.Metro station",
    address_line2: "https://evil.example/claim",
    city: "Bengaluru",
    pincode: "560001",
  }),
  items: JSON.stringify([
    { product_name: "Node.js in Action, by J.R. Smith", quantity: 1, selling_price: 1199 },
    { product_name: "http://evil.example/now", variant_name: "A.B. Co.", quantity: 1 },
  ]),
});

export interface Preview {
  readonly name: string;
  readonly template: Template;
  readonly channel: Channel;
  readonly context: OutboxContext;
  readonly facts: Facts;
  readonly shop: Shop;
}

const twelve = [
  "Handloom Cotton Saree with a contrast border and running blouse piece",
  "Banarasi Silk Dupatta",
  "Block Print Kurta",
  "Linen Shirt",
  "Kolhapuri Sandals",
  "Filter Coffee, 500 g",
  "Darjeeling First Flush, 250 g",
  "Kashmiri Saffron, 2 g",
  "Cold Pressed Groundnut Oil, 1 l",
  "Brass Diya, set of 4",
  "Teak Jhoola, hand carved, with chains and brackets for a ceiling of up to four metres",
  "Notebook, handmade paper",
];

/** The order of a large family before Diwali: twelve lines, and a total in lakhs. */
export const largeOrder = orderFacts({
  order_number: "MEERA-2026-WHOLESALE-0000000000187-A",
  subtotal_micros: 123_456_000_000,
  shipping_micros: 1_499_000_000,
  total_tax_micros: 5_879_000_000,
  discount_micros: 2_500_000_000,
  grand_total_micros: 122_455_000_000,
  customer_name: "Venkatanarasimharajuvaripeta Lakshmi Narayana Swamy",
  items: JSON.stringify(
    twelve.map((product_name, index) => ({
      product_name,
      variant_name: index % 4 === 0 ? "Indigo / Extra long" : null,
      quantity: index === 10 ? 12 : (index % 3) + 1,
      selling_price: index === 10 ? 8_450 : 499.5 + index * 37.25,
    })),
  ),
});

/** A shop and a customer with Devanagari text; the destination is not known. */
export const hindiOrder = orderFacts({
  customer_name: "आशा राव",
  shipping_address: JSON.stringify({
    name: "आशा राव",
    address_line1: "१४ महात्मा गांधी मार्ग",
    city: "बेंगलुरु",
    pincode: "560001",
  }),
  items: JSON.stringify([
    { product_name: "हाथकरघा सूती साड़ी", variant_name: "नीला", quantity: 2, selling_price: 2499 },
  ]),
  subtotal_micros: 4_998_000_000,
  grand_total_micros: 4_998_000_000,
  total_tax_micros: null,
});

const none: OutboxContext = { kind: "none" };

function preview(
  name: string,
  template: Template,
  channel: Channel,
  given: Facts,
  context: OutboxContext = none,
  shop: Shop = previewShop,
): Preview {
  return { name, template, channel, context, facts: given, shop };
}

/** Four lines: one and a half of them in this parcel, one in another, the rest not packed yet. */
export const splitOrder = orderFacts({
  items: JSON.stringify([
    { product_name: "Handloom Cotton Saree", sku: "SAR-HLC", quantity: 2, selling_price: 2499 },
    { product_name: "Block Print Kurta", sku: "KUR-BLP", quantity: 1, selling_price: 1199 },
    { product_name: "Filter Coffee, 500 g", sku: "COF-FIL", quantity: 1, selling_price: 499.5 },
    {
      product_name: "Brass Diya, set of 4",
      sku: "DIY-BRS",
      quantity: 1,
      selling_price: 749,
      backorder: true,
    },
  ]),
});
export const onePart = JSON.stringify([
  { product_name: "Handloom Cotton Saree", sku: "SAR-HLC", quantity: 1 },
  { product_name: "Filter Coffee, 500 g", sku: "COF-FIL", quantity: 1 },
]);
export const otherPart = JSON.stringify([
  { product_name: "Block Print Kurta", sku: "KUR-BLP", quantity: 1 },
]);

/** A parcel with a part of its order, in addition to another parcel. */
function partFacts(status: string, rest: string = otherPart): Facts {
  return facts({
    order: splitOrder,
    shipment: shipmentFacts({ status, items: onePart }),
    contents: [
      { shipment_id: "SHP-1", items: onePart },
      { shipment_id: "SHP-2", items: rest },
    ],
  });
}

const allTheRest = JSON.stringify([
  { product_name: "Handloom Cotton Saree", sku: "SAR-HLC", quantity: 1 },
  { product_name: "Block Print Kurta", sku: "KUR-BLP", quantity: 1 },
  { product_name: "Brass Diya, set of 4", sku: "DIY-BRS", quantity: 1 },
]);

const retracked = (changes: Partial<ShipmentFacts> = {}): Facts =>
  facts({
    shipment: shipmentFacts({ courier: "Blue Dart", awb_no: "77841209563", ...changes }),
  });
const newTracking: OutboxContext = { kind: "tracking", tracking: "77841209563" };

const cancelled = orderFacts({ status: "cancelled", cancelled_at: "2026-11-24T05:00:00.000Z" });
const failed = facts({ payment: paymentFacts() });
const arrived = facts({ parcels: { delivered: 1, open: 0, failed: 0 } });
const refunded = facts({ refund: refundFacts() });

/** The variants that messages can show. */
const faces: readonly Preview[] = [
  preview("order-confirmed", "order_confirmed", "email", facts()),
  preview("order-confirmed-hostile", "order_confirmed", "email", facts({ order: hostileOrder })),
  preview("order-confirmed-relay", "order_confirmed", "email", facts({ order: relayOrder })),
  preview(
    "order-confirmed-bare",
    "order_confirmed",
    "email",
    facts({
      order: orderFacts({
        customer_name: null,
        items: null,
        shipping_address: null,
        subtotal_micros: null,
        total_tax_micros: null,
        shipping_micros: null,
        order_date: null,
      }),
    }),
  ),
  preview("order-confirmed-large", "order_confirmed", "email", facts({ order: largeOrder })),
  preview("order-confirmed-hindi", "order_confirmed", "email", facts({ order: hindiOrder }), none, {
    ...previewShop,
    name: "मीरा हैंडलूम्स",
    takesReplies: false,
  }),
  preview(
    "order-confirmed-taxed",
    "order_confirmed",
    "email",
    facts({
      order: orderFacts({
        billing_address: JSON.stringify({ tax_identification_number: "27AAACM1234C1ZV" }),
      }),
    }),
  ),
  preview("order-confirmed-no-look", "order_confirmed", "email", facts(), none, plainShop),
  preview("payment-failed-no-look", "payment_failed", "email", failed, none, plainShop),
  preview("order-cancelled", "order_cancelled", "email", facts({ order: cancelled })),
  preview(
    "order-cancelled-unpaid",
    "order_cancelled",
    "email",
    facts({ order: { ...cancelled, paid_micros: 0 } }),
  ),
  preview("payment-failed", "payment_failed", "email", failed),
  preview(
    "payment-failed-bare",
    "payment_failed",
    "email",
    facts({ payment: paymentFacts({ amount_micros: null, method: null }) }),
  ),
  preview("refund-succeeded", "refund_succeeded", "email", refunded),
  preview(
    "refund-succeeded-points",
    "refund_succeeded",
    "email",
    facts({ refund: refundFacts({ payment_mode: "loyalty-point" }) }),
  ),
  ...notifiedStatuses.map((status) =>
    preview(
      `shipment-${status.replaceAll("_", "-")}`,
      "shipment_update",
      "email",
      facts({ shipment: shipmentFacts({ status }) }),
      { kind: "shipment_status", status },
    ),
  ),
  preview(
    "shipment-shipped-bare",
    "shipment_update",
    "email",
    facts({
      order: orderFacts({ shipping_address: null, customer_name: null }),
      shipment: shipmentFacts({
        status: "shipped",
        courier: null,
        awb_no: null,
        eta: null,
        items: null,
      }),
    }),
    { kind: "shipment_status", status: "shipped" },
  ),
  preview(
    "shipment-undelivered-no-reply",
    "shipment_update",
    "email",
    facts({ shipment: shipmentFacts({ status: "undelivered" }) }),
    { kind: "shipment_status", status: "undelivered" },
    { ...previewShop, takesReplies: false },
  ),
  ...(["email", "sms"] as const).flatMap((channel) => [
    preview("shipment-part-shipped", "shipment_update", channel, partFacts("shipped"), {
      kind: "shipment_status",
      status: "shipped",
    }),
    preview("tracking-changed", "tracking_changed", channel, retracked(), newTracking),
    preview(
      "tracking-changed-no-link",
      "tracking_changed",
      channel,
      retracked({ courier: "Shree Maruti" }),
      newTracking,
    ),
  ]),
  preview(
    "shipment-part-rest-elsewhere",
    "shipment_update",
    "email",
    partFacts("out_for_delivery", allTheRest),
    { kind: "shipment_status", status: "out_for_delivery" },
  ),
  preview("review-request", "review_request", "email", arrived),
  preview("review-request-by-reply", "review_request", "email", arrived, none, {
    ...previewShop,
    reviewUrl: null,
  }),
  preview("review-request-in-shop", "review_request", "email", arrived, none, {
    ...previewShop,
    reviewUrl: null,
    takesReplies: false,
  }),
  preview("payment-failed", "payment_failed", "sms", failed),
  preview("payment-failed-hindi", "payment_failed", "sms", failed, none, {
    ...previewShop,
    name: "मीरा हैंडलूम्स",
  }),
  ...notifiedStatuses.map((status) =>
    preview(
      `shipment-${status.replaceAll("_", "-")}`,
      "shipment_update",
      "sms",
      facts({ shipment: shipmentFacts({ status }) }),
      { kind: "shipment_status", status },
    ),
  ),
  preview("refund-due", "refund_due", "team", facts({ order: cancelled })),
  preview(
    "refund-failed",
    "refund_failed",
    "team",
    facts({ refund: refundFacts({ status: "failed", remarks: "Account closed <by bank>" }) }),
  ),
  preview(
    "shipment-cancelled",
    "shipment_cancelled",
    "team",
    facts({ shipment: shipmentFacts({ cancellation_reason: "Address not serviceable" }) }),
  ),
  preview("alert", "alert", "team", facts({ order: null }), {
    kind: "alert",
    alert: "channel_down:email",
    text: "The email channel refuses every message (401 invalid_api_key). They are kept and retried for 23 hours.",
  }),
];

/** Facts in which the order, its payment, its refund, its parcel and the event are all known. */
const allKnown = facts({
  payment: paymentFacts(),
  refund: refundFacts(),
  shipment: shipmentFacts({ status: "shipped" }),
  parcels: { delivered: 1, open: 0, failed: 0 },
  event: {
    event_type: "order.confirmed",
    form: "envelope",
    occurred_at: "2026-11-24T04:14:00.000Z",
    received_at: "2026-11-24T04:14:01.000Z",
    payload: '{"event_type":"order.confirmed","data":{"order_number":"ORD-20261124-0187"}}',
    deferred: 0,
    order: null,
  },
});

/** A plain variant of each template and channel without one above. */
const plainFaces = templateNames.flatMap((template) => {
  const { channels, context } = templates[template];
  return channelNames
    .filter((channel) => channels[channel] !== undefined)
    .filter((channel) => !faces.some((one) => one.template === template && one.channel === channel))
    .map((channel) =>
      preview(template.replaceAll("_", "-"), template, channel, allKnown, context?.example),
    );
});

export const previews: readonly Preview[] = [...faces, ...plainFaces];

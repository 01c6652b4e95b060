/** The models of the vendor's bodies: the values that they accept and refuse. */
import { describe, expect, test } from "vitest";
import { catalog, eventTypes, findEventType, ownTypes } from "../../src/events/catalog";
import { describeIssues } from "../../src/events/issues";
import { models } from "../../src/events/models";
import { item, orderDetail, payment, refund, shipment } from "../support/models";

const samples = {
  OrderDetail: orderDetail("O", { payments: [payment("P")], shipments: [shipment("S")] }),
  OrderPayment: payment("P"),
  PaymentInfo: payment("P"),
  OrderRefund: refund("R"),
  OrderShipment: shipment("S"),
};
const names = [
  "OrderDetail",
  "OrderPayment",
  "PaymentInfo",
  "OrderRefund",
  "OrderShipment",
] as const;

describe.each(names)("%s", (name) => {
  const model = models[name];
  const sample = samples[name];

  test("takes the vendor's sample, nothing at all, and every field missing or null", () => {
    expect(model.safeParse(sample).success).toBe(true);
    expect(model.safeParse({}).success).toBe(true);
    for (const field of Object.keys(sample)) {
      expect(model.safeParse({ ...sample, [field]: undefined }).success).toBe(true);
      expect(model.safeParse({ ...sample, [field]: null }).success).toBe(true);
    }
  });

  test("takes unknown fields and leaves them out", () => {
    const parsed = model.parse({ ...sample, tomorrow: { a: 1 } });
    expect(parsed).not.toHaveProperty("tomorrow");
  });

  test("takes any text and any number where text is expected; blank is absent", () => {
    for (const value of ["", "  ", "levitating", "'; --", 7, -0.5, "x".repeat(100_000)]) {
      expect(model.safeParse({ ...sample, status: value, payment_status: value }).success).toBe(
        true,
      );
    }
  });

  test("takes any time, whatever its type", () => {
    const times = [
      "order_date",
      "payment_date",
      "refund_date",
      "eta_delivery",
      "shipped_date",
      "delivered_date",
      "modified_at",
    ];
    for (const time of times) {
      for (const value of ["soon", 0, -1, true, {}, [], 1e308]) {
        expect(model.safeParse({ ...sample, [time]: value }).success).toBe(true);
      }
    }
  });

  test.each(["data", 7, null, undefined, true, [], [{}]])("refuses %j", (data) => {
    expect(model.safeParse(data).success).toBe(false);
  });
});

describe("what is refused", () => {
  test.each([
    ["OrderDetail", "grand_total"],
    ["OrderDetail", "subtotal"],
    ["OrderDetail", "total_tax"],
    ["OrderDetail", "shipping_amount"],
    ["OrderDetail", "to_be_paid"],
    ["OrderPayment", "amount"],
    ["PaymentInfo", "amount"],
    ["OrderRefund", "refund_amount"],
  ] as const)("%s.%s that is no number, with its path", (name, field) => {
    for (const value of ["12.50", "", true, {}, [], Number.POSITIVE_INFINITY, Number.NaN]) {
      const parsed = models[name].safeParse({ ...samples[name], [field]: value });
      const said = parsed.success ? "" : describeIssues(parsed.error, "data");
      expect(said).toMatch(new RegExp(`^data\\.${field}: .`));
    }
    for (const value of [0, -0, -12.5, 12.345678901, 8e9, undefined, null]) {
      expect(models[name].safeParse({ ...samples[name], [field]: value }).success).toBe(true);
    }
  });

  test("lists entry by entry, not whole", () => {
    const parsed = models.OrderDetail.safeParse({
      order_items: [item(), "nonsense", { quantity: "two" }],
      payments: [7],
      shipments: [null],
    });
    expect(parsed.success).toBe(true);
  });

  test("a field that we do not store is never a reason", () => {
    const unstored: Record<(typeof names)[number], string[]> = {
      OrderDetail: [
        "order_items_count",
        "customer_note",
        "coupon_code",
        "metadata",
        "total_savings",
        "estimated_delivery_days",
        "fulfillment_preference",
        "is_cancellation_allowed",
      ],
      OrderPayment: ["icon_url", "card_number", "card_type", "bank_name", "upi_id", "wallet_name"],
      PaymentInfo: ["icon_url"],
      OrderRefund: ["bank_name", "bank_account_number", "payment_method"],
      OrderShipment: [
        "shipping_label_url",
        "shipping_amount",
        "total_weight",
        "total_boxes",
        "seller_id",
        "is_return_allowed",
        "created_at",
      ],
    };
    for (const name of names) {
      for (const field of unstored[name]) {
        for (const value of ["text", 7, true, {}, []]) {
          const parsed = models[name].safeParse({ ...samples[name], [field]: value });
          expect([name, field, value, parsed.success]).toEqual([name, field, value, true]);
        }
      }
    }
  });

  test("nor is a part of the billing address that is not stored", () => {
    for (const field of [
      "city",
      "state",
      "pincode",
      "address_line1",
      "business_name",
      "tax_identification_number",
    ]) {
      const billing_address = { email: "a@example.com", [field]: { odd: true } };
      expect([field, models.OrderDetail.safeParse({ billing_address }).success]).toEqual([
        field,
        true,
      ]);
    }
  });

  test("what is said of a refusal is short and quotes no value", () => {
    const parsed = models.OrderDetail.safeParse({
      grand_total: "private-1",
      subtotal: "private-2",
      total_tax: "private-3",
      shipping_amount: "private-4",
      customer_email: { address: "private-5" },
    });
    if (parsed.success) throw new Error("it passed");
    const text = describeIssues(parsed.error, "data");
    expect(text.length).toBeLessThan(500);
    expect(text).not.toContain("private");
  });
});

describe("the catalog", () => {
  test("has the 14 types, and the two of our own, one row each", () => {
    expect(catalog.map(({ type }) => type)).toEqual([...eventTypes, ...ownTypes]);
    expect(new Set(eventTypes).size).toBe(14);
    expect(catalog.map(({ type, model }) => [type, model])).toEqual([
      ["order.created", "OrderDetail"],
      ["order.confirmed", "OrderDetail"],
      ["order.completed", "OrderDetail"],
      ["order.cancelled", "OrderDetail"],
      ["payment.success", "OrderPayment"],
      ["payment.failed", "OrderPayment"],
      ["payment.retried", "PaymentInfo"],
      ["payment.refund.initiated", "OrderRefund"],
      ["payment.refund.success", "OrderRefund"],
      ["payment.refund.failed", "OrderRefund"],
      ["shipment.created", "OrderShipment"],
      ["shipment.updated", "OrderShipment"],
      ["shipment.delivered", "OrderShipment"],
      ["shipment.cancelled", "OrderShipment"],
      ["order.updated", "OrderDetail"],
      ["payment.updated", "PaymentInfo"],
    ]);
  });

  test("says which types decide the status, and which status each stands for", () => {
    expect(
      catalog.filter(({ decides }) => decides).map(({ type, status }) => [type, status]),
    ).toEqual([
      ["order.cancelled", "cancelled"],
      ["payment.success", "success"],
      ["payment.failed", "failed"],
      ["payment.refund.initiated", "pending"],
      ["payment.refund.success", "success"],
      ["payment.refund.failed", "failed"],
      ["shipment.delivered", "delivered"],
      ["shipment.cancelled", "cancelled"],
    ]);
    expect(
      catalog.filter(({ decides }) => !decides).map(({ type, status }) => [type, status]),
    ).toEqual([
      ["order.created", "draft"],
      ["order.confirmed", "confirmed"],
      ["order.completed", "complete"],
      ["payment.retried", "pending"],
      ["shipment.created", "packed"],
      ["shipment.updated", "in_transit"],
      ["order.updated", null],
      ["payment.updated", null],
    ]);
  });

  test.each(["", "order.create", "order.updated", "payment.updated", "toString", "__proto__"])(
    "%j is none of them",
    (type) => {
      expect(findEventType(type)).toBeNull();
    },
  );
});

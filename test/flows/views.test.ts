/** Every view, selected over one small shop, with decimals. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { templateNames } from "../../src/notifications/templates";
import { event } from "../support/events";
import { item, orderDetail, payment, refund, shipment } from "../support/models";
import { apply, deliver, receiveOnly, row, rows } from "../support/receiver";

function at(time: string, order?: string): Record<string, unknown> {
  const created = { created_at: `2026-11-${time}:00.000Z` };
  return order === undefined ? created : { ...created, order_number: order };
}

beforeAll(async () => {
  await apply(
    // A: two lines, paid at the second attempt, one parcel delivered and one in transit.
    event(
      "order.confirmed",
      orderDetail("A", {
        payment_status: "pending",
        order_items: [
          item({ quantity: 3, selling_price: 0.1 }),
          item({
            sku: "MUG",
            product_name: "Mug",
            variant_name: null,
            quantity: 1,
            selling_price: 901.62,
          }),
        ],
      }),
      at("20T10:00"),
    ),
    event("payment.failed", payment("PA", { amount: 1000.07 }), at("20T10:01", "A")),
    event("payment.retried", payment("PA", { amount: 1000.07 }), at("20T10:02", "A")),
    event("payment.success", payment("PA", { amount: 1000.07 }), at("20T10:03", "A")),
    event("shipment.delivered", shipment("SA"), at("21T09:00", "A")),
    event(
      "shipment.updated",
      shipment("SA2", {
        status: "shipped",
        shipment_items: [
          {
            sku: "MUG",
            product_id: "prd_2",
            variant_id: "var_2",
            variant_name: "Blue",
            quantity: 1,
          },
          { sku: "BOX", quantity: 4 },
        ],
      }),
      at("21T08:00", "A"),
    ),
    // B: paid, cancelled, partly refunded.
    event(
      "order.cancelled",
      orderDetail("B", {
        currency: { code: "USD" },
        grand_total: 500.25,
        order_items: [],
        payments: [payment("PB", { payment_status: "success", amount: 500.25 })],
        cancellation_refund_details: { refundable_amount: 400.1 },
      }),
      at("21T12:00"),
    ),
    event("payment.refund.success", refund("RB", { refund_amount: 100.05 }), at("22T12:00", "B")),
    // C: cancelled, nothing paid. D: only a payment names it.
    event(
      "order.cancelled",
      orderDetail("C", {
        order_date: "2026-11-19T23:59:59Z",
        promotion_discount_amount: 20.05,
        coupon_discount_amount: 29.9,
        handling_charge_including_tax: 0.45,
        credit_balance_used: 200.01,
        to_be_paid: 1001.91,
        customer_id: "cus_1",
        customer_note: "Ring twice",
        coupon_code: "DIWALI",
        metadata: { channel: "app" },
      }),
      at("21T13:00"),
    ),
    event("payment.success", payment("PD", { amount: 1e-6 }), at("22T13:00", "D")),
    // F to I: placed and not sold, except the one that is paid before it is confirmed.
    event(
      "order.created",
      orderDetail("F", { status: "draft", order_date: "2026-11-18T09:00:00Z" }),
      at("18T09:00"),
    ),
    event(
      "order.created",
      orderDetail("G", { status: "pending", order_date: "2026-11-18T10:00:00Z" }),
      at("18T10:00"),
    ),
    event("payment.failed", payment("PG"), at("18T10:01", "G")),
    event(
      "order.created",
      orderDetail("H", { status: "pending", order_date: "2026-11-18T11:00:00Z" }),
      at("18T11:00"),
    ),
    event("payment.success", payment("PH"), at("18T11:01", "H")),
    event(
      "order.created",
      orderDetail("I", { status: "awaiting_approval", order_date: "2026-11-18T12:00:00Z" }),
      at("18T12:00"),
    ),
    // Events that are not applied.
    event("order.created", { order_number: "E", grand_total: "10" }, at("22T14:00")),
    event("cart.abandoned", { order_number: "A" }, { created_at: undefined }),
  );
  const repeated = event("order.created", { order_number: "A" }, at("20T09:59"));
  await apply(repeated);
  await deliver(repeated);
  await deliver({ ...repeated, data: { order_number: "A", other: true } });
});

test("order_overview: one row an order, decimals and balances", async () => {
  const orders = await rows("SELECT * FROM order_overview ORDER BY order_number");
  const more = ["F", "G", "H", "I"];
  expect(orders.map((order) => order["order_number"])).toEqual(["A", "B", "C", "D", ...more]);
  const [a, b, c, d] = orders;
  expect(a).toMatchObject({
    status: "confirmed",
    payment_status: "partially_paid",
    financial_status: "partially_paid",
    currency: "INR",
    grand_total: 1201.92,
    paid: 1000.07,
    refunded: 0,
    kept: 1000.07,
    balance_due: 201.85,
    refund_outstanding: 0,
    customer_name: "Asha Rao",
    items: 4,
    shipments: 2,
    shipments_delivered: 1,
    order_date: "2026-11-20T09:30:00.000Z",
    confirmed_at: "2026-11-20T10:00:00.000Z",
  });
  expect(b).toMatchObject({
    status: "cancelled",
    paid: 500.25,
    refunded: 100.05,
    kept: 400.2,
    balance_due: 0,
    refund_outstanding: 300.05,
    cancelled_at: "2026-11-21T12:00:00.000Z",
  });
  expect(c).toMatchObject({ status: "cancelled", paid: 0, refund_outstanding: 0, balance_due: 0 });
  expect(d).toMatchObject({ status: null, paid: 0.000001, grand_total: null, balance_due: 0 });
});

test("order_overview shows customer, note, coupon, what is behind the total, and metadata, last", async () => {
  const [a, c] = await rows(
    "SELECT * FROM order_overview WHERE order_number IN ('A', 'C') ORDER BY order_number",
  );
  expect(Object.entries(c ?? {}).slice(-7)).toEqual([
    ["customer_id", "cus_1"],
    ["customer_note", "Ring twice"],
    ["coupon_code", "DIWALI"],
    ["discount", 49.95],
    ["handling", 0.45],
    ["credit_used", 200.01],
    ["metadata", '{"channel":"app"}'],
  ]);
  // Values that no event has stated are null, and not 0 either.
  expect(Object.values(a ?? {}).slice(-7)).toEqual(Array.from({ length: 7 }, () => null));
});

test("order_items: one row a line", async () => {
  expect(await rows("SELECT * FROM order_items WHERE order_number = 'A' ORDER BY line")).toEqual([
    expect.objectContaining({
      line: 1,
      product_name: "Cotton shirt",
      variant_name: "M",
      sku: "SHIRT-M",
      quantity: 3,
      unit_price: 0.1,
      line_total: 0.3,
      currency: "INR",
    }),
    expect.objectContaining({
      line: 2,
      product_name: "Mug",
      variant_name: null,
      sku: "MUG",
      quantity: 1,
      unit_price: 901.62,
      line_total: 901.62,
    }),
  ]);
  expect(await rows("SELECT * FROM order_items WHERE order_number = 'B'")).toEqual([]);
});

test("shipment_items: one row a line of a parcel", async () => {
  const lines = await rows(
    `SELECT shipment_id, order_number, line, sku, quantity, shipment_status FROM shipment_items
     ORDER BY shipment_id, line`,
  );
  const common = { order_number: "A" };
  expect(lines).toEqual([
    {
      ...common,
      shipment_id: "SA",
      line: 1,
      sku: "SHIRT-M",
      quantity: 2,
      shipment_status: "delivered",
    },
    { ...common, shipment_id: "SA2", line: 1, sku: "MUG", quantity: 1, shipment_status: "shipped" },
    { ...common, shipment_id: "SA2", line: 2, sku: "BOX", quantity: 4, shipment_status: "shipped" },
  ]);
});

test("shipment_items names the variant, as order_items does", async () => {
  const [shirt] = await rows(
    "SELECT variant_id, variant_name FROM order_items WHERE sku = 'SHIRT-M'",
  );
  expect(shirt).toEqual({ variant_id: "var_1", variant_name: "M" });
  expect(
    await rows(
      "SELECT sku, variant_id, variant_name FROM shipment_items ORDER BY shipment_id, line",
    ),
  ).toEqual([
    { sku: "SHIRT-M", variant_id: null, variant_name: null },
    { sku: "MUG", variant_id: "var_2", variant_name: "Blue" },
    { sku: "BOX", variant_id: null, variant_name: null },
  ]);
});

test("order_timeline: events, milestones and notifications in one list", async () => {
  const list = await rows(
    "SELECT * FROM order_timeline WHERE order_number = 'A' ORDER BY at, what",
  );
  const entries = list.map(({ at, what }) => `${String(at).slice(0, 16)} ${String(what)}`);
  for (const expected of [
    "2026-11-20T09:30 order placed",
    "2026-11-20T10:00 order confirmed",
    "2026-11-20T10:00 event order.confirmed",
    "2026-11-20T10:01 event payment.failed",
    "2026-11-20T10:02 event payment.retried",
    "2026-11-20T10:03 event payment.success",
    "2026-11-21T08:00 shipment shipped",
    "2026-11-21T09:00 event shipment.delivered",
    "2026-11-21T09:00 shipment delivered",
  ]) {
    expect(entries).toContain(expected);
  }
  const told = list.filter(({ what }) => String(what).startsWith("notification "));
  expect(new Set(told.map(({ what }) => what))).toEqual(
    new Set([
      "notification order_confirmed",
      "notification payment_failed",
      "notification review_request",
      "notification shipment_update",
    ]),
  );
  for (const entry of list)
    expect(Object.keys(entry)).toEqual(["order_number", "at", "what", "detail"]);
  const [trouble] = await rows("SELECT * FROM order_timeline WHERE order_number = 'E'");
  expect(trouble?.["detail"]).toContain("quarantined");
});

test("payment_attempts: every success, failure and retry", async () => {
  expect(
    await rows(
      `SELECT payment_id, order_number, at, attempt, amount FROM payment_attempts
       WHERE payment_id = 'PA' ORDER BY at`,
    ),
  ).toEqual([
    {
      payment_id: "PA",
      order_number: "A",
      at: "2026-11-20T10:01:00.000Z",
      attempt: "failure",
      amount: 1000.07,
    },
    {
      payment_id: "PA",
      order_number: "A",
      at: "2026-11-20T10:02:00.000Z",
      attempt: "retry",
      amount: 1000.07,
    },
    {
      payment_id: "PA",
      order_number: "A",
      at: "2026-11-20T10:03:00.000Z",
      attempt: "success",
      amount: 1000.07,
    },
  ]);
});

test("refunds_due: cancelled orders with a refund outstanding", async () => {
  expect(await rows("SELECT * FROM refunds_due")).toEqual([
    expect.objectContaining({
      order_number: "B",
      currency: "USD",
      outstanding: 300.05,
      paid: 500.25,
      refundable: 400.1,
      refunded: 100.05,
      cancelled_at: "2026-11-21T12:00:00.000Z",
      customer_email: "asha@example.com",
    }),
  ]);
});

test("order_sales: what became of each order, and on which day it was placed", async () => {
  const sales = await rows("SELECT order_number, day, outcome FROM order_sales ORDER BY 1");
  expect(sales.map((sale) => Object.values(sale).join(" "))).toEqual([
    "A 2026-11-20 sold",
    "B 2026-11-20 cancelled",
    "C 2026-11-19 cancelled",
    "D  sold",
    "F 2026-11-18 unconfirmed",
    "G 2026-11-18 failed",
    "H 2026-11-18 sold",
    "I 2026-11-18 unconfirmed",
  ]);
});

test("daily_sales: by the day of the order and its currency, sold or not", async () => {
  const none = {
    orders: 0,
    cancelled: 0,
    failed: 0,
    unconfirmed: 0,
    sold: 0,
    paid: 0,
    refunded: 0,
  };
  const inr = { ...none, currency: "INR" };
  expect(await rows("SELECT * FROM daily_sales ORDER BY day, currency")).toEqual([
    {
      ...inr,
      day: "2026-11-18",
      orders: 1,
      failed: 1,
      unconfirmed: 2,
      sold: 1201.92,
      paid: 1201.92,
    },
    { ...inr, day: "2026-11-19", cancelled: 1 },
    { ...inr, day: "2026-11-20", orders: 1, sold: 1201.92, paid: 1000.07 },
    {
      ...none,
      day: "2026-11-20",
      currency: "USD",
      cancelled: 1,
      paid: 500.25,
      refunded: 100.05,
    },
  ]);
});

test("webhook_health: counts by status, oldest waiting, last receipt, events without a time", async () => {
  const before = await row("SELECT * FROM webhook_health");
  expect(before).toMatchObject({
    events: 19,
    received: 0,
    processed: 17,
    ignored: 1,
    quarantined: 1,
    failed: 0,
    oldest_waiting_seconds: null,
    without_time: 1,
    redeliveries: 2,
    conflicting: 1,
    refused_last_hour: 0,
  });
  await receiveOnly(event("order.created", { order_number: "Z" }));
  const after = await row("SELECT * FROM webhook_health");
  expect(after).toMatchObject({ events: 20, received: 1 });
  expect(after["oldest_waiting_seconds"]).toBeGreaterThanOrEqual(0);
  expect(String(after["last_received_at"]) >= String(before["last_received_at"])).toBe(true);
});

test("state_audit: empty, until a row is older than an event about it", async () => {
  expect(await rows("SELECT * FROM state_audit")).toEqual([]);
  const stale = [
    "UPDATE orders SET status_precedence = '' WHERE order_number = 'A'",
    "UPDATE payments SET status_precedence = '$' WHERE payment_id = 'PA'",
    "DELETE FROM refunds WHERE refund_id = 'RB'",
    "UPDATE shipments SET status_precedence = '' WHERE shipment_id = 'SA'",
  ];
  await env.DB.batch(stale.map((sql) => env.DB.prepare(sql)));
  const found = await rows("SELECT DISTINCT subject, subject_id FROM state_audit ORDER BY subject");
  expect(found).toEqual([
    { subject: "order", subject_id: "A" },
    { subject: "payment", subject_id: "PA" },
    { subject: "refund", subject_id: "RB" },
    { subject: "shipment", subject_id: "SA" },
  ]);
});

test("order_messages names no template, so that it finds the messages of every one", async () => {
  for (const name of ["order_messages", "message_templates"]) {
    const view = await row(`SELECT sql FROM sqlite_master WHERE name = '${name}'`);
    expect(templateNames.filter((template) => String(view["sql"]).includes(template))).toEqual([]);
  }
});

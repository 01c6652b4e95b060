/** Each of the 14 events through HTTP, queue and consumer to the rows that the contract promises. */
import { describe, expect, test } from "vitest";
import { event } from "../support/events";
import { address, item, orderDetail, payment, refund, shipment } from "../support/models";
import { apply, deliver, eventRow, type Row, row, rows, settled } from "../support/receiver";

/** A time as the tables store it. */
const time: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const AT = "2026-11-22T10:00:00.000Z";

const at = (time: string | null): Record<string, unknown> =>
  time === null ? { created_at: undefined } : { created_at: time };

async function orderRow(number: string): Promise<Row> {
  return await row("SELECT * FROM orders WHERE order_number = ?1", number);
}
const paymentRow = async (id: string): Promise<Row> =>
  await row("SELECT * FROM payments WHERE payment_id = ?1", id);
const refundRow = async (id: string): Promise<Row> =>
  await row("SELECT * FROM refunds WHERE refund_id = ?1", id);
const shipmentRow = async (id: string): Promise<Row> =>
  await row("SELECT * FROM shipments WHERE shipment_id = ?1", id);

/** The columns of webhook_events for an applied event, without its body. */
function processed(over: Row): Record<string, unknown> {
  return {
    status: "processed",
    redeliveries: 0,
    attempts: 1,
    error: null,
    processed_at: time,
    received_at: time,
    body_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    payload: expect.stringContaining("event_type") as unknown,
    ...over,
  };
}

/** The columns of an order's amounts, customer and items, as the builders fill them. */
const filled = {
  currency: "INR",
  subtotal_micros: 999_900_000,
  total_tax_micros: 152_520_000,
  shipping_micros: 49_500_000,
  grand_total_micros: 1_201_920_000,
  to_be_paid_micros: 1_201_920_000,
  paid_micros: 0,
  refunded_micros: 0,
  customer_name: "Asha Rao",
  customer_email: "asha@example.com",
  customer_phone: "+919876543210",
  order_date: "2026-11-20T09:30:00.000Z",
  updated_at: time,
};

describe.concurrent("order events", () => {
  test("order.created makes the order, with items, customer, amounts and its status", async () => {
    const data = orderDetail("ORD-C", { status: "awaiting_approval", payment_status: "pending" });
    const [stored] = await apply(event("order.created", data, { id: "evt_c", ...at(AT) }));
    expect(stored).toMatchObject(
      processed({
        id: "evt_c",
        event_type: "order.created",
        subject: "order",
        subject_id: "ORD-C",
        order_number: "ORD-C",
        occurred_at: AT,
      }),
    );
    const order = await orderRow("ORD-C");
    expect(order).toMatchObject({
      ...filled,
      status: "awaiting_approval",
      payment_status: "pending",
      confirmed_at: null,
      completed_at: null,
      cancelled_at: null,
    });
    const items: unknown = JSON.parse(String(order["items"]));
    expect(items).toEqual([
      {
        product_id: "prd_1",
        product_name: "Cotton shirt",
        sku: "SHIRT-M",
        variant_id: "var_1",
        variant_name: "M",
        quantity: 2,
        free_quantity: 0,
        selling_price: 499.95,
        listing_price: 599,
        tax_amount: 76.26,
        product_image_url: "https://img.example/shirt.png",
      },
    ]);
  });

  test.each([
    ["order.created", "draft", {}],
    ["order.confirmed", "confirmed", { confirmed_at: AT }],
    ["order.completed", "complete", { completed_at: AT }],
    ["order.cancelled", "cancelled", { cancelled_at: AT }],
  ])("%s without a status stands for %s, with its milestone", async (type, status, milestone) => {
    const number = `ORD-${type}`;
    const [stored] = await apply(event(type, { order_number: number }, at(AT)));
    expect(stored).toMatchObject(processed({ subject: "order", subject_id: number }));
    expect(await orderRow(number)).toMatchObject({
      status,
      payment_status: null,
      currency: null,
      subtotal_micros: null,
      grand_total_micros: null,
      paid_micros: 0,
      refunded_micros: 0,
      customer_name: null,
      customer_email: null,
      customer_phone: null,
      items: null,
      order_date: null,
      confirmed_at: null,
      completed_at: null,
      cancelled_at: null,
      ...milestone,
    });
  });

  test.each([
    ["order.created", "shipped", "shipped"],
    ["order.confirmed", "awaiting_shipment", "awaiting_shipment"],
    ["order.completed", "partially_delivered", "partially_delivered"],
    ["order.confirmed", "a status of tomorrow", "a status of tomorrow"],
    ["order.cancelled", "confirmed", "cancelled"],
  ])("%s with status %s gives %s", async (type, said, status) => {
    const number = `ORD-${type}-${said}`;
    await apply(event(type, { order_number: number, status: said }));
    expect((await orderRow(number))["status"]).toBe(status);
  });

  test("milestones are null where the event has no time", async () => {
    await apply(event("order.confirmed", { order_number: "ORD-T" }, at(null)));
    await apply(event("order.cancelled", { order_number: "ORD-T" }, at(null)));
    expect(await orderRow("ORD-T")).toMatchObject({
      status: "cancelled",
      confirmed_at: null,
      cancelled_at: null,
    });
  });

  test("order.confirmed nests payments, refunds and shipments: rows of their own, linked", async () => {
    const data = orderDetail("ORD-N", {
      payment_status: "success",
      payments: [
        payment("PAY-N1", { payment_status: "success", amount: 1000.25 }),
        payment("PAY-N2", { payment_status: "failed", amount: 1201.92 }),
        payment("REF-N1", {
          transaction_type: "refund",
          payment_status: "refund_initiated",
          amount: 10.5,
        }),
      ],
      shipments: [
        shipment("SHP-N1", {
          status: "delivered",
          shipped_date: "2026-11-21T00:00:00Z",
          delivered_date: "2026-11-22T00:00:00+05:30",
        }),
        shipment("SHP-N2", { status: "shipped" }),
        shipment("SHP-N3", {}),
      ],
    });
    await apply(event("order.confirmed", data, at(AT)));
    expect(await paymentRow("PAY-N1")).toMatchObject({
      order_number: "ORD-N",
      status: "success",
      amount_micros: 1_000_250_000,
      method: "UPI",
      reference_number: "ref_PAY-N1",
      payment_date: "2026-11-20T09:31:00.000Z",
    });
    expect(await paymentRow("PAY-N2")).toMatchObject({ order_number: "ORD-N", status: "failed" });
    expect(await rows("SELECT * FROM payments WHERE payment_id = 'REF-N1'")).toEqual([]);
    expect(await refundRow("REF-N1")).toMatchObject({
      order_number: "ORD-N",
      status: "pending",
      amount_micros: 10_500_000,
      refund_date: "2026-11-20T09:31:00.000Z",
    });
    expect(await shipmentRow("SHP-N1")).toMatchObject({
      order_number: "ORD-N",
      status: "delivered",
      shipped_at: "2026-11-21T00:00:00.000Z",
      delivered_at: "2026-11-21T18:30:00.000Z",
    });
    // A nested entry sets only dates that it has, and no status if it states none.
    expect(await shipmentRow("SHP-N2")).toMatchObject({ status: "shipped", shipped_at: null });
    expect(await shipmentRow("SHP-N3")).toMatchObject({ order_number: "ORD-N", status: null });
    expect(await orderRow("ORD-N")).toMatchObject({
      payment_status: "success",
      paid_micros: 1_000_250_000,
      refunded_micros: 0,
    });
  });

  test("customer fields come one by one: billing, else shipping, else customer_email", async () => {
    const cases: [string, Record<string, unknown>, Row][] = [
      [
        "ORD-A1",
        { billing_address: null, shipping_address: address({ first_name: "Ravi" }) },
        { customer_name: "Ravi Rao", customer_email: "asha@example.com" },
      ],
      [
        "ORD-A2",
        {
          billing_address: address({ email: null, phone: "" }),
          shipping_address: address({ first_name: "Ravi", email: "r@example.com" }),
          customer_email: "top@example.com",
        },
        {
          customer_name: "Asha Rao",
          customer_email: "r@example.com",
          customer_phone: "+919876543210",
        },
      ],
      [
        "ORD-A3",
        { billing_address: null, shipping_address: null, customer_email: "top@example.com" },
        { customer_name: null, customer_email: "top@example.com", customer_phone: null },
      ],
      [
        "ORD-A4",
        { billing_address: address({ last_name: null }), customer_email: "top@example.com" },
        { customer_name: "Asha", customer_email: "asha@example.com" },
      ],
    ];
    for (const [number, over, expected] of cases) {
      await apply(event("order.created", orderDetail(number, over)));
      expect(await orderRow(number)).toMatchObject(expected);
    }
  });

  test("a later bare status wipes nothing", async () => {
    const earlier = "2026-11-22T09:00:00.000Z";
    await apply(event("order.created", orderDetail("ORD-W"), at(earlier)));
    await apply(event("order.completed", { order_number: "ORD-W", status: "complete" }, at(AT)));
    expect(await orderRow("ORD-W")).toMatchObject({ ...filled, status: "complete" });
  });

  test("an older event changes no status, yet dates its milestone", async () => {
    await apply(event("order.cancelled", { order_number: "ORD-O" }, at(AT)));
    const confirmed = "2026-11-21T10:00:00.000Z";
    const [late] = await apply(event("order.confirmed", { order_number: "ORD-O" }, at(confirmed)));
    expect(late).toMatchObject(processed({ subject_id: "ORD-O" }));
    expect(await orderRow("ORD-O")).toMatchObject({
      status: "cancelled",
      confirmed_at: confirmed,
      cancelled_at: AT,
    });
  });

  test("of an item that ships later it is kept that it does", async () => {
    const order_items = [item(), item({ backorder: false }), item({ backorder: true })];
    await apply(event("order.created", orderDetail("ORD-BACK", { order_items })));
    const items: unknown = JSON.parse(String((await orderRow("ORD-BACK"))["items"]));
    const plain: unknown = expect.not.objectContaining({ backorder: expect.anything() });
    expect(items).toEqual([plain, plain, expect.objectContaining({ backorder: true })]);
  });

  test("one bad entry is skipped and noted, the rest applies", async () => {
    const data = orderDetail("ORD-S", {
      order_items: [item(), item({ quantity: "two" }), item({ sku: "SHIRT-L" })],
      payments: [
        payment("PAY-S1", { payment_status: "success" }),
        payment("PAY-S2", { amount: "9" }),
      ],
    });
    const [stored] = await apply(event("order.created", data));
    expect(stored?.["status"]).toBe("processed");
    expect(String(stored?.["notes"])).toContain("data.order_items.1.quantity");
    expect(String(stored?.["notes"])).toContain("data.payments.1.amount");
    const items: unknown = JSON.parse(String((await orderRow("ORD-S"))["items"]));
    expect(items).toHaveLength(2);
    expect(await rows("SELECT payment_id FROM payments WHERE order_number = 'ORD-S'")).toEqual([
      { payment_id: "PAY-S1" },
    ]);
  });
});

describe.concurrent("payment events", () => {
  test.each([
    ["payment.success", "success", "failed"],
    ["payment.failed", "failed", "success"],
  ])("%s decides the status, whatever data says", async (type, status, said) => {
    const id = `PAY-${status}`;
    const data = payment(id, { payment_status: said });
    const [stored] = await apply(event(type, data, { order_number: `O-${id}`, ...at(AT) }));
    expect(stored).toMatchObject(
      processed({
        subject: "payment",
        subject_id: id,
        order_number: `O-${id}`,
        occurred_at: AT,
      }),
    );
    expect(await paymentRow(id)).toMatchObject({
      order_number: `O-${id}`,
      status,
      amount_micros: 1_201_920_000,
      method: "UPI",
      reference_number: `ref_${id}`,
      payment_date: "2026-11-20T09:31:00.000Z",
      updated_at: time,
    });
    // The order is not known yet: later events fill this stub.
    expect(await orderRow(`O-${id}`)).toMatchObject({
      status: null,
      payment_status: status,
      paid_micros: status === "success" ? 1_201_920_000 : 0,
    });
  });

  test.each([
    ["pending", "pending"],
    [undefined, "pending"],
    ["partially_paid", "partially_paid"],
    ["odd", "odd"],
  ])("payment.retried with status %s gives %s", async (said, status) => {
    const id = `PAY-R-${String(said)}`;
    await apply(event("payment.retried", payment(id, { payment_status: said })));
    expect(await paymentRow(id)).toMatchObject({ status, order_number: null });
  });

  test("the order is marked paid, and a retry before the success does not take it back", async () => {
    const number = "ORD-P";
    const fail = { order_number: number, created_at: "2026-11-22T10:00:00Z" };
    const retry = { order_number: number, created_at: "2026-11-22T10:01:00Z" };
    const success = { order_number: number, created_at: "2026-11-22T10:02:00Z" };
    await apply(event("payment.success", payment("PAY-P"), success));
    await apply(event("payment.failed", payment("PAY-P"), fail));
    await apply(event("payment.retried", payment("PAY-P", { payment_status: "pending" }), retry));
    expect(await paymentRow("PAY-P")).toMatchObject({ status: "success" });
    expect(await orderRow(number)).toMatchObject({
      payment_status: "success",
      paid_micros: 1_201_920_000,
    });
  });

  test("without an order it waits, and joins when an order lists its reference or number", async () => {
    await apply(event("payment.success", payment("PAY-L1"), at(AT)));
    expect(await paymentRow("PAY-L1")).toMatchObject({ order_number: null });
    await apply(
      event("order.confirmed", orderDetail("ORD-L", { payments: [{ request_number: "PAY-L1" }] })),
    );
    expect(await paymentRow("PAY-L1")).toMatchObject({ order_number: "ORD-L", status: "success" });
    expect(await orderRow("ORD-L")).toMatchObject({
      paid_micros: 1_201_920_000,
      payment_status: "success",
    });
  });

  test("an order that lists the payment's reference only is an alias: paid once", async () => {
    await apply(event("payment.success", payment("PAY-L2"), at(AT)));
    const listed = {
      payment_reference_number: "ref_PAY-L2",
      payment_status: "success",
      amount: 1201.92,
    };
    await apply(event("order.confirmed", orderDetail("ORD-L2", { payments: [listed] })));
    expect(await paymentRow("PAY-L2")).toMatchObject({ order_number: "ORD-L2" });
    expect(await orderRow("ORD-L2")).toMatchObject({ paid_micros: 1_201_920_000 });
  });

  test.each([
    ["payment_reference_number", { payment_reference_number: "KEY-1" }, "KEY-1"],
    ["data.id", { id: "KEY-2" }, "KEY-2"],
    ["the order number in data", { order_number: "KEY-3" }, "KEY-3"],
    ["a number as id", { request_number: 4411 }, "4411"],
  ])("without a request number the key is %s", async (_name, data, key) => {
    await apply(event("payment.success", { amount: 1, ...data }));
    expect(await paymentRow(key)).toMatchObject({ status: "success", amount_micros: 1_000_000 });
  });

  test("the order number may stand in the envelope or in data", async () => {
    await apply(event("payment.success", payment("PAY-E"), { order_number: "ORD-E" }));
    await apply(event("payment.success", payment("PAY-D", { order_number: "ORD-E" })));
    expect(await orderRow("ORD-E")).toMatchObject({ paid_micros: 2_403_840_000 });
  });

  test("the time is the envelope's, else payment_date", async () => {
    const [none] = await apply(event("payment.success", payment("PAY-T1"), at(null)));
    expect(none?.["occurred_at"]).toBe("2026-11-20T09:31:00.000Z");
    const [both] = await apply(event("payment.success", payment("PAY-T2"), at(AT)));
    expect(both?.["occurred_at"]).toBe(AT);
  });
});

describe.concurrent("refund events", () => {
  test.each([
    ["payment.refund.initiated", "pending", "failed"],
    ["payment.refund.success", "success", "pending"],
    ["payment.refund.failed", "failed", "success"],
  ])("%s gives %s, whatever data says", async (type, status, said) => {
    const id = `REF-${status}`;
    const data = refund(id, { status: said });
    const [stored] = await apply(event(type, data, { order_number: `O-${id}`, ...at(AT) }));
    expect(stored).toMatchObject(
      processed({ subject: "refund", subject_id: id, order_number: `O-${id}`, occurred_at: AT }),
    );
    expect(await refundRow(id)).toMatchObject({
      order_number: `O-${id}`,
      status,
      amount_micros: 200_100_000,
      payment_mode: "original-payment-mode",
      refund_date: "2026-11-22T08:00:00.000Z",
      remarks: "Damaged in transit",
      updated_at: time,
    });
    expect(await orderRow(`O-${id}`)).toMatchObject({
      refunded_micros: status === "success" ? 200_100_000 : 0,
    });
  });

  test("a refund follows the payment that it refers to, whichever comes first", async () => {
    await apply(
      event("payment.refund.success", refund("REF-F", { payment_reference_number: "ref_PAY-F" })),
    );
    expect(await refundRow("REF-F")).toMatchObject({ order_number: null });
    await apply(event("payment.success", payment("PAY-F"), { order_number: "ORD-F" }));
    expect(await refundRow("REF-F")).toMatchObject({ order_number: "ORD-F" });
    expect(await orderRow("ORD-F")).toMatchObject({
      paid_micros: 1_201_920_000,
      refunded_micros: 200_100_000,
    });
  });

  test("without an envelope time it is refund_date", async () => {
    const [stored] = await apply(event("payment.refund.success", refund("REF-T"), at(null)));
    expect(stored?.["occurred_at"]).toBe("2026-11-22T08:00:00.000Z");
  });
});

describe.concurrent("shipment events", () => {
  const sent = { order_number: "ORD-SH", ...at(AT) };

  test("shipment.created logs the parcel: courier, tracking, items", async () => {
    const [stored] = await apply(event("shipment.created", shipment("SHP-1"), sent));
    expect(stored).toMatchObject(
      processed({
        subject: "shipment",
        subject_id: "SHP-1",
        order_number: "ORD-SH",
        occurred_at: AT,
      }),
    );
    const parcel = await shipmentRow("SHP-1");
    expect(parcel).toMatchObject({
      order_number: "ORD-SH",
      status: "packed",
      courier: "BlueDart",
      awb_no: "awb_SHP-1",
      tracking_url: "https://track.example/1",
      eta: "2026-11-25T12:00:00.000Z",
      shipped_at: null,
      delivered_at: null,
      cancelled_at: null,
      cancellation_reason: null,
      updated_at: time,
    });
    expect(JSON.parse(String(parcel["items"]))).toEqual([
      { product_id: "prd_1", product_name: "Cotton shirt", sku: "SHIRT-M", quantity: 2 },
    ]);
  });

  test("an expected day without a time of day stays a day", async () => {
    await apply(event("shipment.created", shipment("SHP-DAY", { eta_delivery: "2026-11-27" })));
    expect((await shipmentRow("SHP-DAY"))["eta"]).toBe("2026-11-27");
  });

  test.each([
    ["shipment.created", "scheduled", "scheduled"],
    ["shipment.updated", undefined, "in_transit"],
    ["shipment.updated", "out_for_delivery", "out_for_delivery"],
    ["shipment.updated", "hovering", "hovering"],
    ["shipment.delivered", "in_transit", "delivered"],
    ["shipment.cancelled", undefined, "cancelled"],
  ])("%s with status %s gives %s", async (type, said, status) => {
    const id = `SHP-${type}-${String(said)}`;
    await apply(event(type, shipment(id, { status: said })));
    expect((await shipmentRow(id))["status"]).toBe(status);
  });

  test("milestones are the dates that it carries", async () => {
    const data = shipment("SHP-D", {
      shipped_date: "2026-11-20T01:00:00Z",
      delivered_date: "2026-11-21T02:00:00Z",
    });
    await apply(event("shipment.delivered", data, sent));
    expect(await shipmentRow("SHP-D")).toMatchObject({
      shipped_at: "2026-11-20T01:00:00.000Z",
      delivered_at: "2026-11-21T02:00:00.000Z",
    });
  });

  test("else the time of the event that sets the status", async () => {
    const first = { ...sent, created_at: "2026-11-22T09:00:00Z" };
    await apply(event("shipment.updated", shipment("SHP-M", { status: "shipped" }), first));
    expect(await shipmentRow("SHP-M")).toMatchObject({
      shipped_at: "2026-11-22T09:00:00.000Z",
      delivered_at: null,
    });
    await apply(event("shipment.delivered", shipment("SHP-M"), sent));
    expect(await shipmentRow("SHP-M")).toMatchObject({
      status: "delivered",
      shipped_at: "2026-11-22T09:00:00.000Z",
      delivered_at: AT,
    });
  });

  test("shipment.cancelled keeps its time and reason", async () => {
    const data = shipment("SHP-X", { cancellation_reason: "Address not found" });
    await apply(event("shipment.cancelled", data, sent));
    expect(await shipmentRow("SHP-X")).toMatchObject({
      status: "cancelled",
      cancelled_at: AT,
      cancellation_reason: "Address not found",
      delivered_at: null,
    });
  });

  test("without an envelope time it is modified_at", async () => {
    const data = shipment("SHP-T", { modified_at: "2026-11-22T07:00:00Z" });
    const [stored] = await apply(event("shipment.updated", data, at(null)));
    expect(stored?.["occurred_at"]).toBe("2026-11-22T07:00:00.000Z");
  });

  test.each([
    ["awb_no", { awb_no: "AWB-1" }, "AWB-1"],
    ["data.id", { id: "SHP-ID" }, "SHP-ID"],
    ["the order number", { order_number: "ORD-AS-KEY" }, "ORD-AS-KEY"],
  ])("without a reference the key is %s", async (_name, data, key) => {
    await apply(event("shipment.delivered", data));
    expect((await shipmentRow(key))["status"]).toBe("delivered");
  });

  test("without an order it waits until an order lists it", async () => {
    await apply(event("shipment.delivered", shipment("SHP-W"), at(AT)));
    expect((await shipmentRow("SHP-W"))["order_number"]).toBeNull();
    const listed = { reference_number: "SHP-W", status: "shipped" };
    const earlier = at("2026-11-21T00:00:00Z");
    await apply(event("order.confirmed", orderDetail("ORD-W2", { shipments: [listed] }), earlier));
    expect(await shipmentRow("SHP-W")).toMatchObject({
      order_number: "ORD-W2",
      status: "delivered",
    });
  });
});

describe.concurrent("all 14 at once", () => {
  test("one order's life, delivered backwards, ends as it would have forwards", async () => {
    const number = "ORD-LIFE";
    const minute = (count: number): Record<string, unknown> => ({
      order_number: number,
      created_at: new Date(Date.parse(AT) + count * 60_000).toISOString(),
    });
    const life = [
      event("order.created", orderDetail(number, { status: "draft" }), minute(0)),
      event("payment.failed", payment("PAY-LIFE"), minute(1)),
      event("payment.retried", payment("PAY-LIFE"), minute(2)),
      event("payment.success", payment("PAY-LIFE"), minute(3)),
      event("order.confirmed", orderDetail(number), minute(4)),
      event("shipment.created", shipment("SHP-LIFE1", { status: "packed" }), minute(5)),
      event("shipment.updated", shipment("SHP-LIFE1", { status: "shipped" }), minute(6)),
      event("shipment.delivered", shipment("SHP-LIFE1"), minute(7)),
      event("shipment.created", shipment("SHP-LIFE2"), minute(5)),
      event("shipment.cancelled", shipment("SHP-LIFE2"), minute(6)),
      event("order.completed", orderDetail(number, { status: "complete" }), minute(8)),
      event("order.cancelled", orderDetail(number, { status: "cancelled" }), minute(9)),
      event("payment.refund.initiated", refund("REF-LIFE"), minute(10)),
      event("payment.refund.failed", refund("REF-LIFE"), minute(11)),
      event("payment.refund.success", refund("REF-LIFE"), minute(12)),
    ];
    const ids: string[] = [];
    for (const one of life.toReversed()) ids.push((await deliver(one)).id);
    await settled(...ids);
    expect(new Set(life.map((one) => one.event_type)).size).toBe(14);
    expect(await orderRow(number)).toMatchObject({
      ...filled,
      status: "cancelled",
      payment_status: "success",
      paid_micros: 1_201_920_000,
      refunded_micros: 200_100_000,
      confirmed_at: "2026-11-22T10:04:00.000Z",
      completed_at: "2026-11-22T10:08:00.000Z",
      cancelled_at: "2026-11-22T10:09:00.000Z",
    });
    expect(await paymentRow("PAY-LIFE")).toMatchObject({ status: "success" });
    expect(await refundRow("REF-LIFE")).toMatchObject({ status: "success" });
    expect(await shipmentRow("SHP-LIFE1")).toMatchObject({
      status: "delivered",
      shipped_at: "2026-11-22T10:06:00.000Z",
      delivered_at: "2026-11-22T10:07:00.000Z",
    });
    expect(await shipmentRow("SHP-LIFE2")).toMatchObject({ status: "cancelled" });
    for (const id of ids) expect((await eventRow(id))["status"]).toBe("processed");
    expect(await rows("SELECT * FROM state_audit")).toEqual([]);
  });
});

/** Events that are stored and not applied: unknown types, bodies that make no sense, contradictions. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { encodeMessage } from "../../src/events/queue-message";
import { requeue } from "../../src/store/inbox/waiting";
import { event } from "../support/events";
import { orderDetail, payment, refund, shipment } from "../support/models";
import { apply, deliver, eventRow, row, rows, settled } from "../support/receiver";

describe.concurrent("an event type that nobody knows", () => {
  test.each([
    "cart.updated",
    "order.create",
    "order.updated",
    "payment.updated",
    "constructor",
    "__proto__",
    "payment.refund",
  ])("%s is stored and ignored", async (type) => {
    const body = event(type, { order_number: `ORD-U ${type}` });
    const [stored] = await apply(body);
    expect(stored).toMatchObject({
      status: "ignored",
      event_type: type,
      subject: null,
      subject_id: null,
      payload: JSON.stringify(body),
    });
    expect(stored?.["processed_at"]).not.toBeNull();
    expect(await rows("SELECT * FROM notifications WHERE event_id = ?1", String(body.id))).toEqual(
      [],
    );
    expect(await rows("SELECT * FROM orders WHERE order_number = ?1", `ORD-U ${type}`)).toEqual([]);
  });

  test("whatever its data is", async () => {
    for (const data of [undefined, null, [], "text", 1]) {
      const [stored] = await apply(event("cart.updated", data));
      expect(stored?.["status"]).toBe("ignored");
    }
  });
});

describe.concurrent("what is refused", () => {
  const refused: [string, string, unknown, RegExp][] = [
    ["data is missing", "order.created", undefined, /^data/],
    ["data is null", "order.created", null, /^data/],
    ["data is a list", "payment.success", [payment("P")], /^data/],
    ["data is text", "shipment.created", "SHP-1", /^data/],
    ["an order without a key", "order.created", { status: "confirmed" }, /key/],
    ["an order with a blank key", "order.created", { order_number: " " }, /key/],
    ["an order with an object as key", "order.created", { order_number: {} }, /key/],
    ["a payment without any key", "payment.success", { amount: 1 }, /key/],
    ["a refund without any key", "payment.refund.success", { refund_amount: 1 }, /key/],
    ["a shipment without any key", "shipment.created", { status: "packed" }, /key/],
    [
      "an amount as text",
      "order.created",
      { order_number: "Q", grand_total: "10" },
      /data\.grand_total: /,
    ],
    [
      "an amount as a flag",
      "order.created",
      { order_number: "Q", subtotal: true },
      /data\.subtotal: /,
    ],
    ["an amount as a list", "payment.success", { id: "Q", amount: [1] }, /data\.amount: /],
    [
      "a refund's amount as text",
      "payment.refund.failed",
      { id: "Q", refund_amount: "1" },
      /data\.refund_amount: /,
    ],
    ["a status as an object", "order.created", { order_number: "Q", status: {} }, /data\.status: /],
    ["a status as a flag", "shipment.updated", { id: "Q", status: true }, /data\.status: /],
    [
      "an e-mail as a list",
      "order.created",
      { order_number: "Q", billing_address: { email: ["a"] } },
      /data\.billing_address\.email: /,
    ],
    [
      "an address as text",
      "order.created",
      { order_number: "Q", shipping_address: "12 MG Road" },
      /data\.shipping_address: /,
    ],
    [
      "items as an object",
      "order.created",
      { order_number: "Q", order_items: { 0: {} } },
      /data\.order_items: /,
    ],
    [
      "payments as text",
      "order.created",
      { order_number: "Q", payments: "none" },
      /data\.payments: /,
    ],
    [
      "a currency as a flag",
      "order.created",
      { order_number: "Q", currency: true },
      /data\.currency/,
    ],
    [
      "a refundable amount as text",
      "order.cancelled",
      { order_number: "Q", cancellation_refund_details: { refundable_amount: "1" } },
      /data\.cancellation_refund_details\.refundable_amount: /,
    ],
    [
      "a refund under payment.success",
      "payment.success",
      payment("Q", { transaction_type: "refund" }),
      /transaction_type/,
    ],
    [
      "a refund under payment.failed",
      "payment.failed",
      payment("Q", { transaction_type: "refund" }),
      /transaction_type/,
    ],
    [
      "a refund under payment.retried",
      "payment.retried",
      payment("Q", { transaction_type: "refund" }),
      /transaction_type/,
    ],
  ];

  test.each(refused)(
    "%s is quarantined with path and reason",
    async (_name, type, data, reason) => {
      const [stored] = await apply(event(type, data));
      expect(stored).toMatchObject({ status: "quarantined", event_type: type });
      expect(stored?.["error"]).toMatch(reason);
      expect(stored?.["payload"]).not.toBeNull();
      for (const table of ["orders", "payments", "refunds", "shipments"]) {
        const key = table === "orders" ? "order_number" : `${table.slice(0, -1)}_id`;
        expect(await rows(`SELECT * FROM ${table} WHERE ${key} = 'Q'`)).toEqual([]);
      }
    },
  );

  const accepted: [string, string, Record<string, unknown>][] = [
    ["an odd e-mail", "order.created", { customer_email: "not an address" }],
    ["an unknown status", "order.created", { status: "levitating" }],
    ["an unknown currency", "order.created", { currency: { code: "XXXX" } }],
    ["a currency as text", "order.created", { currency: "INR" }],
    ["a time that is none", "order.created", { order_date: "soon" }],
    ["a time of a strange type", "order.created", { order_date: { year: 2026 } }],
    ["only a key", "order.created", {}],
    [
      "nulls everywhere",
      "order.created",
      Object.fromEntries(Object.keys(orderDetail("")).map((name) => [name, null])),
    ],
    ["fields that nobody knows", "order.created", { grand_totals: "10", x: { y: [] } }],
    ["a status that is a number", "order.created", { status: 7 }],
    ["a negative amount", "order.created", { grand_total: -10.5 }],
  ];

  test.each(accepted)("%s is data and is applied", async (name, type, data) => {
    const number = `OK-${name}`;
    const [stored] = await apply(event(type, { ...data, order_number: number }));
    expect(stored?.["error"]).toBeNull();
    expect(stored?.["status"]).toBe("processed");
    await row("SELECT * FROM orders WHERE order_number = ?1", number);
  });
});

describe.concurrent("a quarantined event after the fix", () => {
  test("a replay applies it, with its notifications, and clears its error", async () => {
    const body = event("order.confirmed", { order_number: "ORD-FIX", grand_total: "12.5" });
    const id = String(body.id);
    const [stored] = await apply(body);
    expect(stored?.["status"]).toBe("quarantined");
    // The fix: the vendor's text is now understood. Here the body changes instead of the code.
    const repaired = JSON.stringify({
      ...body,
      data: { order_number: "ORD-FIX", grand_total: 12.5 },
    });
    await env.DB.prepare("UPDATE webhook_events SET payload = ?2 WHERE id = ?1")
      .bind(id, repaired)
      .run();
    expect(await requeue(env.DB, [id], new Date().toISOString())).toEqual([id]);
    expect((await eventRow(id))["status"]).toBe("received");
    await env.EVENTS.send(encodeMessage({ id }), { contentType: "text" });
    const [after] = await settled(id);
    expect(after).toMatchObject({ status: "processed", error: null });
    expect(
      await row("SELECT status, grand_total_micros FROM orders WHERE order_number = 'ORD-FIX'"),
    ).toEqual({
      status: "confirmed",
      grand_total_micros: 12_500_000,
    });
    expect(await rows("SELECT id FROM notifications WHERE event_id = ?1", id)).toEqual([
      { id: "order_confirmed/ORD-FIX/email" },
    ]);
  });

  test("a replay without a fix quarantines it again", async () => {
    const body = event("order.confirmed", { order_number: "ORD-FIX2", grand_total: "12.5" });
    const id = String(body.id);
    await apply(body);
    await requeue(env.DB, [id], new Date().toISOString());
    await env.EVENTS.send(encodeMessage({ id }), { contentType: "text" });
    const [after] = await settled(id);
    expect(after).toMatchObject({ status: "quarantined" });
    expect(after?.["error"]).toContain("data.grand_total");
  });
});

test("in an envelope the type counts, whatever status its data says", async () => {
  const [paid] = await apply(
    event("payment.success", payment("EV1", { payment_status: "failed" })),
  );
  const [created] = await apply(
    event("order.created", orderDetail("EV2", { status: "cancelled" })),
  );
  const [approved] = await apply(
    event("payment.refund.initiated", refund("EV3", { status: "approved" })),
  );
  const [started] = await apply(
    event("payment.refund.initiated", refund("EV4", { status: "success" })),
  );
  const [moved] = await apply(event("shipment.updated", shipment("EV5", { status: "on_a_ship" })));
  expect([paid, created, approved, started, moved].map((one) => one?.["status"])).toEqual(
    Array.from({ length: 5 }, () => "processed"),
  );
  expect(await row("SELECT status FROM payments WHERE payment_id = 'EV1'")).toEqual({
    status: "success",
  });
  expect(await row("SELECT status FROM orders WHERE order_number = 'EV2'")).toEqual({
    status: "cancelled",
  });
  expect(
    await rows("SELECT status FROM refunds WHERE refund_id IN ('EV3', 'EV4') ORDER BY refund_id"),
  ).toEqual([{ status: "approved" }, { status: "pending" }]);
  expect(await row("SELECT status FROM shipments WHERE shipment_id = 'EV5'")).toEqual({
    status: "on_a_ship",
  });
});

describe.concurrent("a body of no known form", () => {
  test("that a fix makes known is applied by a replay, under its order from then on", async () => {
    const { id } = await deliver("{ this was once not understood }");
    const [stored] = await settled(id);
    expect(stored).toMatchObject({ status: "quarantined", form: "unknown", event_type: null });
    // The fix: here the body changes instead of the code.
    const body = JSON.stringify(orderDetail("ORD-KNOWN", { status: "confirmed" }));
    await env.DB.prepare("UPDATE webhook_events SET payload = ?2 WHERE id = ?1")
      .bind(id, body)
      .run();
    await requeue(env.DB, [id], new Date().toISOString());
    await env.EVENTS.send(encodeMessage({ id }), { contentType: "text" });
    expect(await settled(id)).toMatchObject([
      {
        status: "processed",
        error: null,
        form: "bare",
        event_type: "order.confirmed",
        subject: "order",
        subject_id: "ORD-KNOWN",
        order_number: "ORD-KNOWN",
        occurred_at: "2026-11-20T09:30:00.000Z",
      },
    ]);
    expect(await row("SELECT status FROM orders WHERE order_number = 'ORD-KNOWN'")).toEqual({
      status: "confirmed",
    });
  });

  test("is listed with the order that it names", async () => {
    const { id } = await deliver({ order_number: "ORD-NAMED", mystery: 1 });
    await settled(id);
    expect(
      await rows("SELECT what, detail FROM order_timeline WHERE order_number = 'ORD-NAMED'"),
    ).toMatchObject([{ what: "event of unknown form" }]);
  });
});

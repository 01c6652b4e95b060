/** What is stored and not applied: unknown types, bodies that make no sense, contradictions. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { encodeMessage } from "../../src/events/queue-message";
import { requeue } from "../../src/store/waiting";
import { event } from "../support/events";
import { orderDetail, payment, refund, shipment } from "../support/models";
import {
  apply,
  deliver,
  eventRow,
  type Row,
  row,
  rows,
  settled,
  WEBHOOKS,
} from "../support/receiver";

describe.concurrent("an event type that nobody knows", () => {
  test.each([
    "cart.updated",
    "order.create",
    "ORDER.CREATED",
    "order.created ",
    "constructor",
    "__proto__",
    "payment.refund",
  ])("%s is stored and ignored", async (type) => {
    const body = event(type, { order_number: "ORD-U" });
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
    expect(await rows("SELECT * FROM orders WHERE order_number = 'ORD-U'")).toEqual([]);
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
    // The fix: the vendor's text is understood from now on. Here the body stands in for the code.
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

describe.concurrent("bare bodies, whose type is not signed", () => {
  const vars = { ACCEPT_BARE_BODIES: "true" };

  async function applyBare(type: string, data: unknown): Promise<Row> {
    const { id } = await deliver(data, { path: `${WEBHOOKS}/${type}`, vars });
    const [stored] = await settled(id);
    if (stored === undefined) throw new Error(`no event ${id}`);
    return stored;
  }

  test.each([
    ["payment.success", payment("BQ", { payment_status: "failed" })],
    ["payment.success", payment("BQ", { payment_status: "pending" })],
    ["payment.failed", payment("BQ", { payment_status: "success" })],
    ["payment.refund.initiated", refund("BQ", { status: "success" })],
    ["payment.refund.success", refund("BQ", { status: "pending" })],
    ["payment.refund.failed", refund("BQ", { status: "success" })],
    ["shipment.delivered", shipment("BQ", { status: "in_transit" })],
    ["shipment.cancelled", shipment("BQ", { status: "delivered" })],
    ["order.cancelled", orderDetail("BQ", { status: "confirmed" })],
    ["order.created", orderDetail("BQ", { status: "cancelled" })],
    ["order.created", orderDetail("BQ", { status: "complete" })],
    ["order.confirmed", orderDetail("BQ", { status: "cancelled" })],
    ["order.confirmed", orderDetail("BQ", { status: "complete" })],
    ["order.completed", orderDetail("BQ", { status: "cancelled" })],
    ["order.completed", orderDetail("BQ", { status: "shipped" })],
    ["order.completed", orderDetail("BQ", { status: undefined })],
  ])("%s contradicted by its body is quarantined (case %#)", async (type, data) => {
    const stored = await applyBare(type, data);
    expect(stored).toMatchObject({ status: "quarantined", event_type: type });
    expect(stored["error"]).toContain(type);
    for (const table of ["orders", "payments", "refunds", "shipments"]) {
      const key = table === "orders" ? "order_number" : `${table.slice(0, -1)}_id`;
      expect(await rows(`SELECT * FROM ${table} WHERE ${key} = 'BQ'`)).toEqual([]);
    }
    expect(
      await rows("SELECT * FROM notifications WHERE event_id = ?1", String(stored["id"])),
    ).toEqual([]);
  });

  test.each([
    [
      "payment.success",
      payment("BP1", { payment_status: "success" }),
      "payments",
      "BP1",
      "success",
    ],
    ["payment.failed", payment("BP2", { payment_status: "failed" }), "payments", "BP2", "failed"],
    [
      "payment.retried",
      payment("BP3", { payment_status: "pending" }),
      "payments",
      "BP3",
      "pending",
    ],
    ["payment.refund.success", refund("BR1", { status: "success" }), "refunds", "BR1", "success"],
    [
      "shipment.delivered",
      shipment("BS1", { status: "delivered" }),
      "shipments",
      "BS1",
      "delivered",
    ],
    ["shipment.updated", shipment("BS2", { status: "shipped" }), "shipments", "BS2", "shipped"],
    ["order.cancelled", orderDetail("BO1", { status: "cancelled" }), "orders", "BO1", "cancelled"],
    ["order.completed", orderDetail("BO2", { status: "complete" }), "orders", "BO2", "complete"],
    ["order.confirmed", orderDetail("BO3", { status: "shipped" }), "orders", "BO3", "shipped"],
  ])("%s that agrees with its body is applied", async (type, data, table, id, status) => {
    const stored = await applyBare(type, data);
    expect(stored).toMatchObject({ status: "processed", error: null, subject_id: id });
    const key = table === "orders" ? "order_number" : `${table.slice(0, -1)}_id`;
    expect(await row(`SELECT status FROM ${table} WHERE ${key} = ?1`, id)).toEqual({ status });
  });

  test("state comes from the signed body: an unsigned type alone sets no status", async () => {
    await applyBare("order.created", orderDetail("BN1", { status: undefined }));
    await applyBare("order.confirmed", orderDetail("BN2", { status: null }));
    await applyBare("payment.retried", payment("BN3"));
    await applyBare("shipment.updated", shipment("BN4"));
    for (const [table, key] of [
      ["orders", "order_number"],
      ["payments", "payment_id"],
      ["shipments", "shipment_id"],
    ]) {
      const found = await rows(
        `SELECT status FROM ${String(table)} WHERE ${String(key)} LIKE 'BN%'`,
      );
      expect(found.filter(({ status }) => status !== null)).toEqual([]);
    }
    expect(await rows("SELECT id FROM notifications WHERE subject_id = 'BN4'")).toEqual([]);
  });

  test("the body's id and created_at are the entity's, not the event's", async () => {
    const data = { id: "evt_looks_like", created_at: "2026-11-20T10:00:00Z", status: "shipped" };
    const stored = await applyBare("shipment.updated", data);
    expect(stored["id"]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(stored).toMatchObject({ subject_id: "evt_looks_like", occurred_at: null });
  });

  test("an unknown type is ignored", async () => {
    expect(await applyBare("cart.updated", { a: 1 })).toMatchObject({ status: "ignored" });
  });

  test("in an envelope the type is signed, and always counts", async () => {
    const [paid] = await apply(
      event("payment.success", payment("EV1", { payment_status: "failed" })),
    );
    const [created] = await apply(
      event("order.created", orderDetail("EV2", { status: "cancelled" })),
    );
    expect([paid?.["status"], created?.["status"]]).toEqual(["processed", "processed"]);
    expect(await row("SELECT status FROM payments WHERE payment_id = 'EV1'")).toEqual({
      status: "success",
    });
    expect(await row("SELECT status FROM orders WHERE order_number = 'EV2'")).toEqual({
      status: "cancelled",
    });
  });
});

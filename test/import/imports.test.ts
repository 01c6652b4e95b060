/**
 * Imports over the admin API: they set state and notify nobody, newer values are kept, and the same file again changes
 * nothing.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { ImportReport } from "../../src/consumer/imports";
import { importId } from "../../src/events/imports/import-id";
import { recognize } from "../../src/events/recognition";
import { calmEnv } from "../faults/drive";
import { address, orderDetail, payment, shipment } from "../support/models";
import { consumeAll, consumer, forwardAll, options, queued } from "../support/queue";
import { fetchWith, rows } from "../support/receiver";
import { clearTables } from "../support/rows";

const ADMIN = { ...calmEnv, ADMIN_TOKEN: "let-me-in", FORWARD_URL: "https://erp.example/in" };

async function post(body: string, query = "", more: object = {}): Promise<Response> {
  return await fetchWith(
    { ...ADMIN, ...more },
    new Request(`https://receiver.test/api/admin/imports${query}`, {
      method: "POST",
      headers: { authorization: "Bearer let-me-in" },
      body,
    }),
  );
}

async function send(body: unknown, query = ""): Promise<ImportReport> {
  const answer = await post(typeof body === "string" ? body : JSON.stringify(body), query);
  if (answer.status !== 200) throw new Error(`${String(answer.status)} ${await answer.text()}`);
  return await answer.json<ImportReport>();
}

/** Delivers an event with its own time. */
async function deliver(
  type: string,
  at: string,
  data: object,
  id = `${type} ${at}`,
): Promise<void> {
  const body = JSON.stringify({ id, event_type: type, created_at: at, data });
  const used = { ...options, forwardTo: forwardAll };
  await consumeAll([queued(id, body)], consumer({ options: used }));
}

const figures = ({ known, new: fresh, changed, unchanged, waiting, errors }: ImportReport) => ({
  known,
  new: fresh,
  changed,
  unchanged,
  waiting,
  errors: errors.length,
});

const state = async () => [
  await rows("SELECT * FROM orders ORDER BY 1"),
  await rows("SELECT * FROM payments ORDER BY 1"),
  await rows("SELECT * FROM refunds ORDER BY 1"),
  await rows("SELECT * FROM shipments ORDER BY 1"),
];
const messages = () => rows("SELECT id FROM notifications ORDER BY id");
const told = async () => (await messages()).map(({ id }) => id);

const history = (number: string, over: object = {}) =>
  orderDetail(number, {
    order_date: "2023-03-01T09:00:00Z",
    status: "cancelled",
    payment_status: "success",
    payments: [
      payment(`P-${number}`, { payment_status: "success", payment_date: "2023-03-01T09:05:00Z" }),
    ],
    shipments: [
      shipment(`S-${number}`, { status: "delivered", delivered_date: "2023-03-04T09:00:00Z" }),
    ],
    ...over,
  });

describe("an import", () => {
  beforeEach(clearTables);

  it("sets the state of orders of any age, and notifies nobody", async () => {
    const report = await send([history("A"), history("B", { status: "complete" })]);
    expect(figures(report)).toEqual({
      known: 0,
      new: 2,
      changed: 0,
      unchanged: 0,
      waiting: 0,
      errors: 0,
    });
    expect(
      await rows(
        "SELECT order_number, status, payment_status, paid_micros, order_day FROM orders ORDER BY 1",
      ),
    ).toEqual([
      {
        order_number: "A",
        status: "cancelled",
        payment_status: "success",
        paid_micros: 1_201_920_000,
        order_day: "2023-03-01",
      },
      {
        order_number: "B",
        status: "complete",
        payment_status: "success",
        paid_micros: 1_201_920_000,
        order_day: "2023-03-01",
      },
    ]);
    // Not even about the outstanding refund, and they are not forwarded.
    expect(await told()).toEqual([]);
    expect(
      await rows("SELECT status, verified_by, redeliveries, occurred_at FROM webhook_events"),
    ).toEqual([
      {
        status: "processed",
        verified_by: null,
        redeliveries: 0,
        occurred_at: "2023-03-04T09:00:00.000Z",
      },
      {
        status: "processed",
        verified_by: null,
        redeliveries: 0,
        occurred_at: "2023-03-04T09:00:00.000Z",
      },
    ]);
  });

  it("changes nothing the second time, also in another layout", async () => {
    const file = [history("A"), payment("P-9", { payment_status: "failed", order_number: "Z" })];
    await send(file);
    const before = await state();
    const events = await rows("SELECT * FROM webhook_events");
    for (const body of [
      JSON.stringify(file, null, 2),
      file.map((one) => JSON.stringify(one)).join("\n"),
      JSON.stringify({ orders: file }),
    ]) {
      expect(figures(await send(body))).toEqual({
        known: 2,
        new: 0,
        changed: 0,
        unchanged: 0,
        waiting: 0,
        errors: 0,
      });
    }
    expect(await state()).toEqual(before);
    expect(await rows("SELECT * FROM webhook_events")).toEqual(events);
  });

  it("keeps what is newer, and takes what is", async () => {
    await deliver("order.confirmed", "2026-11-20T10:00:00Z", orderDetail("A"));
    const older = orderDetail("A", {
      status: "awaiting_approval",
      modified_at: "2026-11-20T09:45:00Z",
    });
    expect(figures(await send(older))).toMatchObject({ new: 0, changed: 0, unchanged: 1 });
    // A delivery wins a tie.
    const same = orderDetail("A", {
      customer_email: "x@example.com",
      grand_total: 5,
      modified_at: "2026-11-20T10:00:00Z",
    });
    expect(figures(await send(same))).toMatchObject({ changed: 0, unchanged: 1 });
    expect(await rows("SELECT status, grand_total_micros FROM orders")).toEqual([
      { status: "confirmed", grand_total_micros: 1_201_920_000 },
    ]);
    const newer = orderDetail("A", { status: "shipped", modified_at: "2026-11-21T10:00:00Z" });
    expect(figures(await send(newer))).toMatchObject({ changed: 1 });
    expect(await rows("SELECT status FROM orders")).toEqual([{ status: "shipped" }]);
  });

  it("is older than any delivery of the same body, before or after it", async () => {
    const body = JSON.stringify(orderDetail("A", { status: "confirmed" }));
    await send(body);
    const [imported] = await rows("SELECT id, status_precedence AS p FROM webhook_events");
    await consumeAll([queued("sha256:x", body)], consumer());
    const [order] = await rows("SELECT status_precedence AS p FROM orders");
    expect(String(order?.["p"]) > String(imported?.["p"])).toBe(true);
    expect(await told()).toEqual(["order_confirmed/A/email"]);
  });

  it("says in a dry run what it would do, and writes nothing", async () => {
    await deliver(
      "order.confirmed",
      "2026-11-20T10:00:00Z",
      orderDetail("A", { billing_address: address() }),
    );
    const before = [await state(), await rows("SELECT * FROM webhook_events")];
    const report = await send(
      [
        orderDetail("A", { status: "complete", modified_at: "2026-11-25T10:00:00Z" }),
        orderDetail("A", {
          status: "complete",
          modified_at: "2026-11-25T10:01:00Z",
          metadata: { a: "b" },
        }),
        orderDetail("B"),
        orderDetail("A", { status: "pending", modified_at: "2026-11-19T10:00:00Z" }),
      ]
        .map((one) => JSON.stringify(one))
        .join("\n"),
      "?dry_run=true",
    );
    expect(figures(report)).toEqual({
      known: 0,
      new: 1,
      changed: 2,
      unchanged: 1,
      waiting: 0,
      errors: 0,
    });
    expect([await state(), await rows("SELECT * FROM webhook_events")]).toEqual(before);
    expect(report.differences.filter(({ column }) => column === "status")).toMatchObject([
      {
        line: 1,
        order_number: "A",
        stored: "confirmed",
        imported: "complete",
        applies: true,
        why: "newer",
        set_by: { event_type: "order.confirmed" },
      },
      { line: 4, applies: false, why: "older" },
    ]);
    expect(report.differences).toContainEqual(
      expect.objectContaining({ line: 3, key: "B", column: null, why: "missing", set_by: null }),
    );
  });

  it("reports what it does not understand with its line, and applies the rest", async () => {
    const lines = [
      JSON.stringify(orderDetail("A")),
      "{not json}",
      JSON.stringify({ hello: "world" }),
      JSON.stringify(orderDetail("B", { grand_total: "much" })),
      '{"order_number": "C", ',
      "",
      JSON.stringify(orderDetail("D")),
      JSON.stringify({ event_type: "order.gifted", data: {} }),
    ];
    const report = await send(lines.join("\n"));
    expect(report.errors.map(({ line }) => line)).toEqual([2, 3, 4, 5, 8]);
    expect(report.errors[2]?.reason).toContain("grand_total");
    expect(report).toMatchObject({ bodies: 7, new: 2 });
    expect(await rows("SELECT order_number FROM orders ORDER BY 1")).toEqual([
      { order_number: "A" },
      { order_number: "D" },
    ]);
    // The file still has these bodies, so no event waits for a person.
    expect(await rows("SELECT count(*) AS n FROM webhook_events")).toEqual([{ n: 2 }]);
  });

  it("is bounded", async () => {
    const many = Array.from({ length: 501 }, (_, n) => ({
      order_number: `N-${String(n)}`,
      status: "draft",
    }));
    expect((await post(JSON.stringify(many))).status).toBe(413);
    expect((await post("x".repeat(2_000_001))).status).toBe(413);
    expect((await post("{}", "?dry_run=maybe")).status).toBe(400);
    expect(figures(await send(many.slice(0, 500)))).toMatchObject({ new: 500 });
  });

  it("goes on where it was broken off", async () => {
    const file = Array.from({ length: 30 }, (_, n) => history(`N-${String(n)}`));
    await send(file.slice(0, 10));
    const failing = new Proxy(env.DB, {
      get: (db, name) => {
        if (name === "batch") throw new Error("D1_ERROR: Network connection lost.");
        const value: unknown = Reflect.get(db, name, db);
        return typeof value === "function" ? (value.bind(db) as unknown) : value;
      },
    });
    expect((await post(JSON.stringify(file.slice(10, 20)), "", { DB: failing })).status).toBe(503);
    expect(figures(await send(file))).toMatchObject({ known: 10, new: 20 });
    expect(await rows("SELECT count(*) AS n FROM orders")).toEqual([{ n: 30 }]);
  });
});

describe("a delivery", () => {
  it("cannot pass for an import by its id", () => {
    const id = importId("a".repeat(64));
    const body = recognize(JSON.stringify({ id, event_type: "order.confirmed", data: {} }), null);
    expect(body).toMatchObject({ form: "envelope", id: null });
  });
});

describe("what follows from an import", () => {
  beforeEach(clearTables);

  it("is not told when a delivery touches the order, until one makes it so", async () => {
    await send(history("A"));
    await deliver("shipment.updated", "2026-11-23T10:00:00Z", {
      ...shipment("S-A"),
      order_number: "A",
      status: "in_transit",
    });
    expect(await told()).not.toContain("refund_due/A/team");
    await deliver("order.cancelled", "2026-11-23T11:00:00Z", history("A"));
    expect(await told()).toContain("refund_due/A/team");
  });

  it("is told of a payment that is delivered for an order that an import cancelled", async () => {
    await send(history("A", { payments: [], payment_status: "pending" }));
    await deliver("payment.success", "2026-11-23T10:00:00Z", {
      ...payment("P-2"),
      order_number: "A",
    });
    expect(await told()).toContain("refund_due/A/team");
  });

  it("is told of tracking once a delivery states it", async () => {
    const parcel = (url: string) => ({
      ...shipment("S-1", { awb_no: url, tracking_url: `https://t.example/${url}` }),
      order_number: "A",
    });
    await deliver("shipment.updated", "2026-11-23T10:00:00Z", {
      ...parcel("W1"),
      status: "shipped",
    });
    const shown = JSON.stringify({
      tracking: { courier: "BlueDart", awb_no: "W1", tracking_url: "https://t.example/W1" },
    });
    await env.DB.prepare(
      "UPDATE notifications SET status = 'sent', rendered = ?1 WHERE template = 'shipment_update'",
    )
      .bind(shown)
      .run();
    await send({ ...parcel("W2"), status: "shipped", modified_at: "2026-11-23T12:00:00Z" });
    expect(await rows("SELECT awb_no FROM shipments")).toEqual([{ awb_no: "W2" }]);
    expect((await told()).filter((id) => String(id).startsWith("tracking_changed"))).toEqual([]);
    await deliver("shipment.updated", "2026-11-23T13:00:00Z", {
      ...parcel("W2"),
      status: "in_transit",
    });
    expect(
      (await told()).filter((id) => String(id).startsWith("tracking_changed/S-1/W2")),
    ).not.toEqual([]);
  });

  it("is told of what is delivered afterwards as of any order", async () => {
    await send(history("A", { status: "shipped", shipments: [] }));
    await deliver("shipment.delivered", "2026-11-23T10:00:00Z", {
      ...shipment("S-A"),
      order_number: "A",
    });
    expect(await told()).toContain("review_request/A/email");
  });
});

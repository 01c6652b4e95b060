/**
 * A delivery has the same meaning in every form: each of the 14 events with the status that its type implies, as an
 * envelope, flat and bare, with and without a hint. A hint, or a captured body that is sent again, does no harm.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { entities, entityNames } from "../../src/projection/registers";
import { sign } from "../support/events";
import { hoursAgo, item, orderDetail, payment, refund, shipment } from "../support/models";
import { apply, deliver, eventRow, type Row, rows, type Sent, settled } from "../support/receiver";
import { clearTables } from "../support/rows";

type Fields = Record<string, unknown>;

const placedAt = hoursAgo(60);
const order = (status: string): Fields =>
  orderDetail("ORD-F", {
    status,
    payment_status: "success",
    order_date: hoursAgo(50),
    payments: [payment("PAY-F", { payment_date: hoursAgo(49), payment_status: "success" })],
    shipments: [shipment("SHP-F", { created_at: hoursAgo(48), modified_at: hoursAgo(48) })],
  });
const paid = (status: string): Fields =>
  payment("PAY-F", { order_number: "ORD-F", payment_status: status, payment_date: hoursAgo(2) });
const repaid = (status: string): Fields =>
  refund("REF-F", { order_number: "ORD-F", status, refund_date: hoursAgo(1) });
const parcel = (status: string): Fields =>
  shipment("SHP-F", { order_number: "ORD-F", status, modified_at: hoursAgo(1) });

/** Each type with a body whose status has the same meaning. */
const table: readonly (readonly [string, Fields])[] = [
  ["order.created", order("pending")],
  ["order.confirmed", order("confirmed")],
  ["order.completed", order("complete")],
  ["order.cancelled", order("cancelled")],
  ["payment.success", paid("success")],
  ["payment.failed", paid("failed")],
  ["payment.retried", paid("pending")],
  ["payment.refund.initiated", repaid("pending")],
  ["payment.refund.success", repaid("success")],
  ["payment.refund.failed", repaid("failed")],
  ["shipment.created", parcel("packed")],
  ["shipment.updated", parcel("out_for_delivery")],
  ["shipment.delivered", parcel("delivered")],
  ["shipment.cancelled", parcel("cancelled")],
];

/** Precedences depend on the event's id and receipt; bookkeeping columns differ too. */
const exempt = /_precedence$|^updated_at$/;

async function outcome() {
  const tables = await Promise.all(
    entityNames.map((entity) => rows(`SELECT * FROM ${entity} ORDER BY ${entities[entity].key}`)),
  );
  const state = tables.map((list) =>
    list.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => !exempt.test(name))),
    ),
  );
  // A dead letter of a file that runs at the same time may raise its alert here: files share the queues.
  const messages = await rows(
    `SELECT id, template, channel, order_number, subject_id, recipient, status, reason
     FROM notifications WHERE template NOT IN ('forward', 'alert') ORDER BY id`,
  );
  return { state, messages };
}

async function quiet(): Promise<void> {
  await vi.waitUntil(
    async () => {
      const now = new Date().toISOString();
      const due = await rows(
        "SELECT 1 FROM notifications WHERE status = 'pending' AND next_attempt_at <= ?1",
        now,
      );
      return due.length === 0;
    },
    { timeout: 8_000, interval: 20 },
  );
}

/** The result of one delivery alone; the order was placed before and is known. */
async function after(body: unknown, sent: Sent = {}): Promise<{ event: Row }> {
  await clearTables();
  const placed = await deliver({
    event_type: "order.created",
    data: { order_number: "ORD-F", order_date: placedAt, customer_email: "asha@example.com" },
  });
  await settled(placed.id);
  const { id } = await deliver(body, sent);
  const [event] = await settled(id);
  if (event === undefined) throw new Error("the event is gone");
  expect(event).toMatchObject({ status: "processed", error: null });
  await quiet();
  return { event };
}

/** The same about another order, payment, refund and parcel: `ORD-F` is `ORD-F3`. */
function another(body: Fields, n: number): Fields {
  return parseFields(JSON.stringify(body).replaceAll("-F", `-F${String(n)}`));
}

const parseFields = (text: string): Fields =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(text));

/** The rows about the n-th order, under the names of the first. */
function ownRows(list: readonly Row[], n: number): readonly unknown[] {
  const name = `-F${String(n)}`;
  return list
    .map((row) => JSON.stringify(row))
    .filter((text) => text.includes(name))
    .map((text) => JSON.parse(text.replaceAll(name, "-F")) as unknown);
}

interface Way {
  readonly form: string;
  readonly hint: string | null;
  readonly body: Fields;
  readonly sent: Sent;
}

/**
 * The result of each of several deliveries, all in one database: each is about its own order, placed and known before.
 * Every row must be about one of them.
 */
async function afterAllOf(ways: readonly Way[]): Promise<readonly { event: Row; left: unknown }[]> {
  const placed = await apply(
    ...ways.map((_, n) => ({
      event_type: "order.created",
      data: another(
        { order_number: "ORD-F", order_date: placedAt, customer_email: "asha@example.com" },
        n,
      ),
    })),
  );
  expect(placed.map(({ status }) => status)).toEqual(ways.map(() => "processed"));
  const ids: string[] = [];
  for (const [n, { body, sent }] of ways.entries()) {
    ids.push((await deliver(another(body, n), sent)).id);
  }
  const events = await settled(...ids);
  await quiet();
  const { state, messages } = await outcome();
  const outcomes = events.map((event, n) => ({
    event,
    left: {
      state: state.map((list) => ownRows(list, n)),
      messages: ownRows(messages, n),
    },
  }));
  const own = outcomes.flatMap(({ left }) => [...left.state.flat(), ...left.messages]);
  expect(own).toHaveLength(state.flat().length + messages.length);
  return outcomes;
}

beforeEach(clearTables);

describe("each of the 14 events means the same in every form", () => {
  test.each(table)("%s", { timeout: 60_000 }, async (type, data) => {
    const flat = { event_type: type, ...data };
    const wrong = type === "order.cancelled" ? "order.created" : "order.cancelled";
    const hints: readonly (readonly [string | null, Sent])[] = [
      [null, {}],
      [type, { path: `/api/webhooks/ce/${type}` }],
      [wrong, { headers: { "x-webhook-event": wrong } }],
      ["none.known", { path: "/webhooks/ce/none.known", headers: { "x-webhook-event": type } }],
    ];
    const hinted = (form: string, body: Fields): Way[] =>
      hints.map(([hint, sent]) => ({ form, hint, body, sent }));
    const ways: Way[] = [
      { form: "envelope", hint: null, body: { event_type: type, data }, sent: {} },
      ...hinted("flat", flat),
      ...hinted("bare", data),
    ];
    const outcomes = await afterAllOf(ways);
    for (const [n, { form, hint }] of ways.entries()) {
      expect(outcomes[n]?.event).toMatchObject({
        status: "processed",
        error: null,
        form,
        event_type: type,
        type_hint: hint,
      });
      expect(outcomes[n]?.left, `${form} ${String(hint)}`).toEqual(outcomes[0]?.left);
    }
    expect(JSON.stringify(outcomes[0]?.left)).toContain("ORD-F");
  });
});

describe("a bare body of a status that means none of the 14", () => {
  test("sets what it says and tells no customer; a hint that it has reached does", async () => {
    const shipped = order("shipped");
    const plain = await after(shipped);
    expect(plain.event).toMatchObject({ event_type: "order.updated", form: "bare" });
    expect(await rows("SELECT status FROM orders")).toEqual([{ status: "shipped" }]);
    expect(await rows("SELECT id FROM notifications")).toEqual([]);
    const hinted = await after(shipped, { path: "/api/webhooks/ce/order.confirmed" });
    expect(hinted.event).toMatchObject({ event_type: "order.confirmed", form: "bare" });
    expect(await rows("SELECT status, confirmed_at FROM orders")).toEqual([
      { status: "shipped", confirmed_at: null },
    ]);
    expect(await rows("SELECT id FROM notifications")).toEqual([
      { id: "order_confirmed/ORD-F/email" },
    ]);
    const ahead = await after(shipped, { path: "/api/webhooks/ce/order.cancelled" });
    expect(ahead.event).toMatchObject({ event_type: "order.updated" });
  });

  test.each([
    [
      { request_number: "P", payment_status: "in_doubt" },
      "payment.updated",
      "payments",
      "in_doubt",
    ],
    [{ request_number: "P", payment_status: "settled" }, "payment.success", "payments", "settled"],
    [
      { refund_amount: 1, request_number: "R", status: "odd" },
      "payment.refund.initiated",
      "refunds",
      null,
    ],
    [
      { refund_amount: 1, request_number: "R", status: "approved" },
      "payment.refund.initiated",
      "refunds",
      "approved",
    ],
    [{ reference_number: "S", status: "drifting" }, "shipment.updated", "shipments", null],
    [{ reference_number: "S", eta_delivery: "2026-12-01" }, "shipment.updated", "shipments", null],
  ])("%j is %s", async (body, type, tableName, status) => {
    const { event } = await after(body);
    expect(event).toMatchObject({ event_type: type, form: "bare" });
    expect(await rows(`SELECT status FROM ${tableName}`)).toEqual([{ status }]);
    expect(await rows("SELECT id FROM notifications")).toEqual([]);
  });

  test("a refund in the words of a payment is a refund", async () => {
    await after({
      transaction_type: "refund",
      request_number: "R-1",
      amount: 12.5,
      payment_status: "refund_initiated",
      payment_date: "2026-11-20T10:00:00.000Z",
      payment_reference_number: "ref-1",
      order_number: "ORD-F",
    });
    expect(
      await rows("SELECT refund_id, order_number, status, amount_micros, refund_date FROM refunds"),
    ).toEqual([
      {
        refund_id: "R-1",
        order_number: "ORD-F",
        status: "pending",
        amount_micros: 12_500_000,
        refund_date: "2026-11-20T10:00:00.000Z",
      },
    ]);
    expect(await rows("SELECT payment_id FROM payments")).toEqual([]);
  });

  test("one with fields of two models is quarantined and never guessed; an envelope's type counts", async () => {
    const both = { order_number: "ORD-2", grand_total: 5, refund_amount: 5, request_number: "R" };
    const { id } = await deliver(both);
    const [event] = await settled(id);
    expect(event).toMatchObject({ status: "quarantined", form: "unknown", event_type: null });
    expect(String(event?.["error"])).toContain("two models");
    const { id: typed } = await deliver({ event_type: "payment.refund.success", data: both });
    expect(await settled(typed)).toMatchObject([{ status: "processed" }]);
  });
});

describe("a flat body", () => {
  test.each([
    [{ event_type: "order.confirmed", order_number: "ORD-2" }, "processed"],
    [{ event_type: "payment.success", order_number: "ORD-2" }, "quarantined"],
    [{ event_type: "payment.refund.success", order_number: "ORD-2" }, "quarantined"],
    [{ event_type: "shipment.delivered", order_number: "ORD-2", note: "x" }, "quarantined"],
    // Fields that we do not store are still the vendor's.
    [{ event_type: "order.confirmed", order_number: "ORD-2", coupon_code: "TEN" }, "processed"],
    [{ event_type: "payment.success", order_number: "ORD-2", upi_id: "a@upi" }, "processed"],
    [{ event_type: "shipment.delivered", order_number: "ORD-2", total_boxes: 2 }, "processed"],
  ])("%j is %s", async (body, status) => {
    const { id } = await deliver(body);
    const [event] = await settled(id);
    expect(event).toMatchObject({ status });
    const isUnread = String(event?.["error"]).includes("no field of the");
    expect(isUnread).toBe(status === "quarantined");
  });

  test("may spell its type, and so may the URL, with slashes", async () => {
    const body = { event_type: "order/confirmed", order_number: "ORD-2" };
    const { id } = await deliver(body, { path: "/api/webhooks/ce/order/created" });
    expect(await settled(id)).toMatchObject([
      { status: "processed", event_type: "order.confirmed", type_hint: "order/created" },
    ]);
  });
});

describe("a captured body sent again", () => {
  test("is a repeat under every URL and every header: one row, the first hint", async () => {
    const body = JSON.stringify(order("confirmed"));
    const signature = await sign(body);
    const first = await deliver(body, { signature });
    for (let n = 0; n < 12; n += 1) {
      const path = `/api/webhooks/ce/unknown.type.${String(n)}`;
      const headers = { "x-webhook-event": "order.cancelled" };
      const again = await deliver(body, { signature, path, headers });
      expect(again).toEqual({ ...first, duplicate: true });
    }
    const { id } = first;
    await settled(id);
    expect(await rows("SELECT id FROM webhook_events")).toEqual([{ id }]);
    expect(await eventRow(id)).toMatchObject({ redeliveries: 12, conflicts: 0, type_hint: null });
    expect(await rows("SELECT status FROM orders")).toEqual([{ status: "confirmed" }]);
  });
});

describe("an id", () => {
  test("that is missing is the hash of the body, in every form", async () => {
    for (const body of [{ event_type: "order.created", data: { order_number: "A" } }, item(), []]) {
      const { id } = await deliver(body);
      const [row] = await settled(id);
      expect(id).toBe(`sha256:${String(row?.["body_sha256"])}`);
    }
  });

  test("that is too long is stored as its hash, so that another body under it is still a conflict", async () => {
    const id = `long-${"x".repeat(600)}`;
    const first = { id, event_type: "order.created", data: { order_number: "LONG-1" } };
    const { id: stored } = await deliver(first);
    expect(stored).toMatch(/^sha256:[0-9a-f]{64}$/);
    await settled(stored);
    const again = await deliver({ ...first, data: { order_number: "LONG-2" } });
    expect(again).toEqual({ received: true, id: stored, duplicate: true });
    const conflicts = await env.DB.prepare("SELECT conflicts FROM webhook_events WHERE id = ?1")
      .bind(stored)
      .first();
    expect(conflicts).toEqual({ conflicts: 1 });
  });

  test("beyond 2^53 keeps its digits: of events, orders, payments and shipments", async () => {
    const long = ["1152921504606846976", "1152921504606846977"];
    const ids: string[] = [];
    for (const n of long) {
      ids.push(
        (await deliver(`{"id":${n},"event_type":"order.created","data":{"order_number":${n}}}`)).id,
      );
      ids.push((await deliver(`{"request_number":${n},"amount":5,"payment_status":"success"}`)).id);
      ids.push((await deliver(`{"reference_number":${n},"awb_no":${n},"status":"packed"}`)).id);
    }
    expect(new Set(ids).size).toBe(6);
    await settled(...ids);
    expect(ids).toEqual(expect.arrayContaining(long));
    expect(
      (await rows("SELECT order_number FROM orders ORDER BY 1")).map((r) => r["order_number"]),
    ).toEqual(long);
    expect(
      (await rows("SELECT payment_id FROM payments ORDER BY 1")).map((r) => r["payment_id"]),
    ).toEqual(long);
    expect(
      (await rows("SELECT shipment_id, awb_no FROM shipments ORDER BY 1")).map((r) => r["awb_no"]),
    ).toEqual(long);
  });
});

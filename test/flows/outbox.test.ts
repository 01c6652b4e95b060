/** The messages of each event: id, template and channel, by the table of the design. */
import { describe, expect, test } from "vitest";
import { event } from "../support/events";
import { orderDetail, payment, refund, shipment } from "../support/models";
import {
  apply,
  consumeBatch,
  deliver,
  eventRow,
  receiveOnly,
  type Row,
  row,
  rows,
  settled,
} from "../support/receiver";

const AT = "2026-11-22T10:00:00.000Z";
const FORWARD = { FORWARD_URL: "https://hooks.example/in" };

async function toldOf(eventId: string): Promise<Row[]> {
  return await rows(
    "SELECT id, template, channel FROM notifications WHERE event_id = ?1 ORDER BY id",
    eventId,
  );
}

/** The id of the first row that an event caused. */
async function firstTold(eventId: string): Promise<unknown> {
  return (await toldOf(eventId))[0]?.["id"];
}

/** Receives an event and consumes it with these vars. */
async function consume(body: unknown, vars: Record<string, string>): Promise<string> {
  const id = await receiveOnly(body);
  await consumeBatch([id], vars);
  return id;
}

/** The refund_due row of an order, if there is one. */
const due = async (number: string): Promise<Row[]> =>
  await rows(
    "SELECT id, template, channel, order_number, next_attempt_at, status FROM notifications WHERE id = ?1",
    `refund_due/${number}/team`,
  );

function told(id: string): Row {
  const [template = "", ...rest] = id.split("/");
  return { id, template, channel: rest.at(-1) ?? "" };
}

const plain = { created_at: AT };
const linked = { created_at: AT, order_number: "ORD-1" };

/** Event type, data, envelope, and the ids of the messages. */
const table: [string, Record<string, unknown>, Record<string, unknown>, string[]][] = [
  ["order.created", orderDetail("ORD-0"), plain, []],
  ["order.confirmed", orderDetail("ORD-1"), plain, ["order_confirmed/ORD-1/email"]],
  ["order.completed", orderDetail("ORD-1", { status: "complete" }), plain, []],
  ["order.cancelled", orderDetail("ORD-2"), plain, ["order_cancelled/ORD-2/email"]],
  ["payment.success", payment("PAY-1"), linked, []],
  [
    "payment.failed",
    payment("PAY-2"),
    linked,
    [`payment_failed/PAY-2/${AT}/email`, `payment_failed/PAY-2/${AT}/sms`],
  ],
  ["payment.retried", payment("PAY-2"), linked, []],
  ["payment.refund.initiated", refund("REF-1"), linked, []],
  ["payment.refund.success", refund("REF-1"), linked, ["refund_succeeded/REF-1/email"]],
  ["payment.refund.failed", refund("REF-2"), linked, ["refund_failed/REF-2/team"]],
  ["shipment.created", shipment("SHP-1"), linked, []],
  ["shipment.delivered", shipment("SHP-1"), linked, ["review_request/ORD-1/email"]],
  ["shipment.cancelled", shipment("SHP-2"), linked, ["shipment_cancelled/SHP-2/team"]],
];

describe.concurrent("what each event tells", () => {
  test.each(table)("%s", async (type, data, over, ids) => {
    const body = event(type, data, over);
    await apply(body);
    expect(await toldOf(String(body.id))).toEqual(ids.map(told));
  });

  const day = AT.slice(0, 10);

  test.each([
    ["shipped", "shipped"],
    ["in_transit", "in_transit"],
    ["out_for_delivery", `out_for_delivery/${day}`],
    ["ready_to_collect", "ready_to_collect"],
    ["delivery_attempted", `delivery_attempted/${day}`],
    ["undelivered", "undelivered"],
    ["return_to_origin", "return_to_origin"],
    ["lost", "lost"],
  ])("shipment.updated to %s tells the customer by e-mail and SMS", async (status, fact) => {
    const body = event("shipment.updated", shipment("SHP-U", { status }), linked);
    await apply(body);
    expect(await toldOf(String(body.id))).toEqual([
      told(`shipment_update/SHP-U/${fact}/email`),
      told(`shipment_update/SHP-U/${fact}/sms`),
    ]);
  });

  test.each([
    "unscheduled",
    "schedule_requested",
    "scheduled",
    "packed",
    "delivered",
    "cancelled",
    "hovering",
  ])("shipment.updated to %s tells nobody", async (status) => {
    const body = event("shipment.updated", shipment("SHP-U2", { status }), linked);
    await apply(body);
    expect(await toldOf(String(body.id))).toEqual([]);
  });

  test("shipment.updated without a status is in transit", async () => {
    const body = event("shipment.updated", shipment("SHP-U3"), linked);
    await apply(body);
    expect(await toldOf(String(body.id))).toEqual([
      told("shipment_update/SHP-U3/in_transit/email"),
      told("shipment_update/SHP-U3/in_transit/sms"),
    ]);
  });

  test("a status that other shipment events state tells nothing", async () => {
    const body = event("shipment.created", shipment("SHP-U4", { status: "shipped" }), linked);
    await apply(body);
    expect(await toldOf(String(body.id))).toEqual([]);
  });

  test("what an order event lists tells nothing", async () => {
    const body = event(
      "order.created",
      orderDetail("ORD-N", {
        payments: [payment("PAY-N", { payment_status: "failed" })],
        shipments: [shipment("SHP-N", { status: "delivered" })],
      }),
    );
    await apply(body);
    expect(await toldOf(String(body.id))).toEqual([]);
  });
});

describe.concurrent("the row of a notification", () => {
  test("names order, subject and event", async () => {
    const body = event("payment.failed", payment("PAY-ROW"), linked);
    await apply(body);
    const found = await row(
      "SELECT * FROM notifications WHERE id = ?1",
      `payment_failed/PAY-ROW/${AT}/sms`,
    );
    expect(found).toMatchObject({
      order_number: "ORD-1",
      subject_id: "PAY-ROW",
      event_id: String(body.id),
    });
    expect(["pending", "suppressed"]).toContain(found["status"]);
  });

  test("a part with a slash is escaped, so that facts never collide", async () => {
    const one = event("order.confirmed", orderDetail("A/B"));
    const two = event("order.confirmed", orderDetail("A%2FB"));
    await apply(one, two);
    const [first] = await toldOf(String(one.id));
    const [second] = await toldOf(String(two.id));
    expect(first?.["id"]).not.toBe(second?.["id"]);
    expect(String(first?.["id"]).split("/")).toHaveLength(3);
  });

  test("is written even where the event is overridden", async () => {
    await apply(event("order.cancelled", { order_number: "ORD-LOST" }, plain));
    const late = event(
      "order.confirmed",
      { order_number: "ORD-LOST" },
      {
        created_at: "2026-11-21T10:00:00Z",
      },
    );
    await apply(late);
    expect(await toldOf(String(late.id))).toEqual([told("order_confirmed/ORD-LOST/email")]);
  });
});

describe("the identity is the fact, not the event", () => {
  test("two events about one fact tell it once", async () => {
    const one = event("order.confirmed", orderDetail("ORD-ONCE"), plain);
    const two = event("order.confirmed", orderDetail("ORD-ONCE"), {
      created_at: "2026-11-22T11:00:00Z",
    });
    await apply(one, two);
    expect(
      await rows("SELECT event_id FROM notifications WHERE id = 'order_confirmed/ORD-ONCE/email'"),
    ).toEqual([{ event_id: String(one.id) }]);
    expect(await toldOf(String(two.id))).toEqual([]);
  });

  test("payment_failed: by the event's time, else payment_date, else the event's id", async () => {
    const timed = event("payment.failed", payment("PAY-F1"), {
      created_at: "2026-11-22T15:30:00+05:30",
    });
    const dated = event("payment.failed", payment("PAY-F2"), { created_at: undefined });
    const timeless = event("payment.failed", payment("PAY-F3", { payment_date: undefined }), {
      id: "evt_f3",
      created_at: undefined,
    });
    const unbelievable = event("payment.failed", payment("PAY-F4", { payment_date: "soon" }), {
      id: "evt/f4",
      created_at: "1999-01-01T00:00:00Z",
    });
    await apply(timed, dated, timeless, unbelievable);
    expect(await firstTold(String(timed.id))).toBe(`payment_failed/PAY-F1/${AT}/email`);
    expect(await firstTold(String(dated.id))).toBe(
      "payment_failed/PAY-F2/2026-11-20T09:31:00.000Z/email",
    );
    expect(await firstTold("evt_f3")).toBe("payment_failed/PAY-F3/evt_f3/email");
    expect(await firstTold("evt/f4")).toBe("payment_failed/PAY-F4/evt%2Ff4/email");
  });

  test("payment_failed: the same failure under two ids once, a second failure again", async () => {
    const later = { created_at: "2026-11-22T12:00:00.000Z" };
    const one = event("payment.failed", payment("PAY-F5"), plain);
    const same = event("payment.failed", payment("PAY-F5"), plain);
    const second = event("payment.failed", payment("PAY-F5"), later);
    await apply(one, same, second);
    expect(
      await rows(
        "SELECT id FROM notifications WHERE subject_id = 'PAY-F5' AND channel = 'sms' ORDER BY id",
      ),
    ).toEqual([
      { id: `payment_failed/PAY-F5/${AT}/sms` },
      { id: "payment_failed/PAY-F5/2026-11-22T12:00:00.000Z/sms" },
    ]);
  });

  const smsOf = async (shipmentId: string): Promise<Row[]> =>
    await rows(
      "SELECT id FROM notifications WHERE subject_id = ?1 AND channel = 'sms' ORDER BY id",
      shipmentId,
    );

  test.each(["out_for_delivery", "delivery_attempted"])(
    "%s: once a day, and on another day again",
    async (status) => {
      const id = `SHP-DAY-${status}`;
      const on = (created_at: string) =>
        event("shipment.updated", shipment(id, { status }), { created_at });
      await apply(
        on("2026-11-22T05:00:00Z"),
        on("2026-11-22T23:59:59.999Z"),
        // The day is that of the event's time in UTC, whatever the zone in which it is written.
        on("2026-11-23T01:00:00+05:30"),
        on("2026-11-23T00:00:00Z"),
      );
      expect(await smsOf(id)).toEqual([
        { id: `shipment_update/${id}/${status}/2026-11-22/sms` },
        { id: `shipment_update/${id}/${status}/2026-11-23/sms` },
      ]);
    },
  );

  test("in_transit: once, on whatever day it is told again", async () => {
    const on = (created_at: string) =>
      event("shipment.updated", shipment("SHP-ONCE", { status: "in_transit" }), { created_at });
    await apply(on("2026-11-22T05:00:00Z"), on("2026-11-23T05:00:00Z"));
    expect(await smsOf("SHP-ONCE")).toEqual([{ id: "shipment_update/SHP-ONCE/in_transit/sms" }]);
  });

  test("out_for_delivery without an envelope's time: the day that the parcel states, else of receipt", async () => {
    const timeless = { created_at: undefined };
    const status = "out_for_delivery";
    const modified_at = "2026-11-21T05:00:00Z";
    await apply(
      event("shipment.updated", shipment("SHP-MOD", { status, modified_at }), timeless),
      event("shipment.updated", shipment("SHP-REC", { status }), timeless),
    );
    expect(await smsOf("SHP-MOD")).toEqual([
      { id: "shipment_update/SHP-MOD/out_for_delivery/2026-11-21/sms" },
    ]);
    const received = await row(
      "SELECT received_at FROM webhook_events WHERE subject_id = 'SHP-REC'",
    );
    const day = String(received["received_at"]).slice(0, 10);
    expect(await smsOf("SHP-REC")).toEqual([
      { id: `shipment_update/SHP-REC/out_for_delivery/${day}/sms` },
    ]);
  });

  test("review_request: one an order, however many parcels", async () => {
    const order = { ...plain, order_number: "ORD-REV" };
    const one = event("shipment.delivered", shipment("SHP-R1"), order);
    const two = event("shipment.delivered", shipment("SHP-R2"), order);
    await apply(one, two);
    expect(
      await rows(
        "SELECT id FROM notifications WHERE template = 'review_request' AND order_number = 'ORD-REV'",
      ),
    ).toEqual([{ id: "review_request/ORD-REV/email" }]);
  });

  test("review_request: a parcel that names no order asks for itself", async () => {
    const body = event("shipment.delivered", shipment("SHP-R3"), plain);
    await apply(body);
    expect(await toldOf(String(body.id))).toEqual([told("review_request/shipment:SHP-R3/email")]);
  });

  test("review_request waits for its delay", async () => {
    const delivered = new Date(Date.now() - 3_600_000);
    const body = event("shipment.delivered", shipment("SHP-R4"), {
      order_number: "ORD-R4",
      created_at: delivered.toISOString(),
    });
    await apply(body);
    expect(
      await row(
        "SELECT status, next_attempt_at FROM notifications WHERE event_id = ?1",
        String(body.id),
      ),
    ).toEqual({
      status: "pending",
      next_attempt_at: new Date(delivered.getTime() + 24 * 3_600_000).toISOString(),
    });
  });

  test("history told again writes nothing new", async () => {
    const ids = await rows("SELECT id FROM webhook_events WHERE status = 'processed'");
    const before = await rows("SELECT id, event_id, created_at FROM notifications ORDER BY id");
    expect(before.length).toBeGreaterThan(20);
    const repeated = ids.map(({ id }) => String(id));
    await consumeBatch(repeated.slice(0, 50), FORWARD);
    for (const id of repeated.slice(0, 20)) {
      const { payload } = await eventRow(id);
      expect((await deliver(String(payload))).duplicate).toBe(true);
    }
    expect(await rows("SELECT id, event_id, created_at FROM notifications ORDER BY id")).toEqual(
      before,
    );
  });
});

describe("forward", () => {
  test("every event of the 14 is passed on where FORWARD_URL is set", async () => {
    const types = [...table, ["shipment.updated", shipment("SHP-FW"), linked, []] as const];
    expect(new Set(types.map(([type]) => type)).size).toBe(14);
    for (const [type, data, over] of types) {
      const id = await consume(event(type, data, { ...over, id: `fwd_${type}` }), FORWARD);
      const forwarded = (await toldOf(id)).filter(({ template }) => template === "forward");
      expect(forwarded).toEqual([told(`forward/fwd_${type}/forward`)]);
    }
  });

  test("nothing is passed on where it is not set; a secret alone may be other endpoints'", async () => {
    const secret = { FORWARD_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
    for (const vars of [{}, secret]) {
      const body = event("order.created", orderDetail("ORD-FW"));
      const id = await consume(body, { FORWARD_URL: "", ...vars });
      expect(await toldOf(id)).toEqual([]);
    }
  });

  // test/notifications/endpoints.test.ts tests the cases in which the event is lost.
  test("what cannot be passed on yet is kept: the address is not usable", async () => {
    for (const vars of [{ FORWARD_URL: "http://plain.example/in" }, { FORWARD_URL: "nonsense" }]) {
      const id = await consume(event("order.created", orderDetail("ORD-FW")), vars);
      expect(await toldOf(id)).toEqual([told(`forward/${id}/forward`)]);
    }
  });

  test("quarantined and unknown events are not passed on", async () => {
    const bad = await consume(
      event("order.created", { order_number: "O", grand_total: "9" }),
      FORWARD,
    );
    const unknown = await consume(event("cart.updated", { order_number: "O" }), FORWARD);
    expect((await eventRow(bad))["status"]).toBe("quarantined");
    expect((await eventRow(unknown))["status"]).toBe("ignored");
    expect([...(await toldOf(bad)), ...(await toldOf(unknown))]).toEqual([]);
  });
});

describe.concurrent("what tells nobody", () => {
  test.each([
    ["order.confirmed", { order_number: "ORD-Q1", grand_total: "10" }],
    ["order.cancelled", { order_number: "ORD-Q2", subtotal: true }],
    ["payment.failed", payment("PAY-Q", { amount: "10" })],
    ["payment.refund.failed", refund("REF-Q", { refund_amount: [] })],
    ["shipment.cancelled", shipment("SHP-Q", { awb_no: {} })],
  ])("a quarantined %s", async (type, data) => {
    const body = event(type, data);
    const [stored] = await apply(body);
    expect(stored?.["status"]).toBe("quarantined");
    expect(await toldOf(String(body.id))).toEqual([]);
  });
});

describe.concurrent("refund_due follows from state", () => {
  const paid = { payment_status: "success" };

  test.each([
    ["paid, then cancelled", "ORD-D1", ["payment", "cancel"]],
    ["cancelled, then paid", "ORD-D2", ["cancel", "payment"]],
  ])("an order that is %s: the team hears of it an hour later", async (_name, number, order) => {
    const events: Record<string, unknown> = {
      payment: event("payment.success", payment(`PAY-${number}`), {
        ...plain,
        order_number: number,
      }),
      cancel: event("order.cancelled", { order_number: number }, plain),
    };
    const before = Date.now();
    await apply(events[order[0] ?? ""]);
    expect(await due(number)).toEqual([]);
    await apply(events[order[1] ?? ""]);
    const [found] = await due(number);
    expect(found).toMatchObject({
      template: "refund_due",
      channel: "team",
      order_number: number,
      status: "pending",
    });
    const wait = Date.parse(String(found?.["next_attempt_at"])) - before;
    expect(wait).toBeGreaterThanOrEqual(3_600_000);
    expect(wait).toBeLessThan(3_600_000 + 20_000);
  });

  test("nothing paid, nothing due", async () => {
    await apply(event("order.cancelled", { order_number: "ORD-D3" }, plain));
    expect(await due("ORD-D3")).toEqual([]);
  });

  test("nothing refundable, nothing due", async () => {
    const data = orderDetail("ORD-D4", {
      payment_status: "success",
      payments: [payment("PAY-D4", paid)],
      cancellation_refund_details: { refundable_amount: 0 },
    });
    await apply(event("order.cancelled", data, plain));
    expect(await due("ORD-D4")).toEqual([]);
  });

  test("more refundable than was paid counts as what was paid", async () => {
    const data = orderDetail("ORD-D5", {
      payments: [payment("PAY-D5", { ...paid, amount: 100 })],
      cancellation_refund_details: { refundable_amount: 5000 },
    });
    await apply(event("order.cancelled", data, plain));
    expect(await due("ORD-D5")).toHaveLength(1);
  });

  test("refunded already, nothing due", async () => {
    const number = { ...plain, order_number: "ORD-D6" };
    await apply(event("payment.success", payment("PAY-D6", { amount: 200.1 }), number));
    await apply(event("payment.refund.success", refund("REF-D6"), number));
    await apply(event("order.cancelled", { order_number: "ORD-D6" }, plain));
    expect(await due("ORD-D6")).toEqual([]);
  });

  test("an order that is paid and lives owes nothing", async () => {
    const data = orderDetail("ORD-D7", { payments: [payment("PAY-D7", paid)] });
    await apply(event("order.confirmed", data, plain));
    expect(await due("ORD-D7")).toEqual([]);
  });

  test("all in one batch gives the same", async () => {
    const ids = [
      await receiveOnly(event("order.cancelled", { order_number: "ORD-D8" }, plain)),
      await receiveOnly(
        event("payment.success", payment("PAY-D8"), { ...plain, order_number: "ORD-D8" }),
      ),
    ];
    await consumeBatch(ids);
    await settled(...ids);
    expect(await due("ORD-D8")).toHaveLength(1);
  });
});

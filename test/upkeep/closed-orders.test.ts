/** Closed orders: what leaves D1, what stays, what brings it back, and what a damaged archive leads to. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs, DAY_MS } from "../../src/events/field-formats/time";
import { encodeMessage } from "../../src/events/queue-message";
import { consumeEvents } from "../../src/consumer/consumer";
import { type Alert, insertAlerts } from "../../src/store/outbox/alerts";
import { type Application, applyBatch } from "../../src/store/state/apply";
import { startRebuild } from "../../src/store/state/rebuild-progress";
import { closeFinished } from "../../src/closed-orders/closing";
import { decodeTable, encodeTable } from "../../src/closed-orders/parquet";
import { rewriteFile } from "../../src/closed-orders/rewriting";
import { putBack } from "../../src/closed-orders/putting-back";
import { archivedOrders } from "../../src/store/closed-orders/archived-orders";
import type { ClosedFile } from "../../src/store/closed-orders/closed-files";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { erase } from "../../src/upkeep/erasure";
import { closedOrders } from "../support/archive";
import { archivedKeys, archivedSets, archiveOrders, putBackKeys } from "../support/closed-orders";
import { defaults } from "../support/defaults";
import { consumeAll, consumer, delivery, NOW, wholeEvent } from "../support/queue";
import { fetchWith, row, rows } from "../support/receiver";
import { clearTables } from "../support/rows";
import { bucket, changed, emptyBucket } from "./aged";

beforeEach(async () => {
  await clearTables();
  await emptyBucket();
});

const LATER = addMs(NOW, 200 * DAY_MS);
let count = 0;

function told(type: string, data: Record<string, unknown>) {
  count += 1;
  const id = `evt-closed-${String(count)}`;
  const payload = { id, event_type: type, created_at: "2026-11-24T09:00:00.000Z", data };
  return wholeEvent(id, data, { eventType: type, payload: JSON.stringify(payload) });
}

const apply = (...events: readonly ReturnType<typeof told>[]): Promise<void> =>
  consumeAll(events, consumer());

/** A paid and completed order, with a parcel; its messages are settled. */
async function applyComplete(order: string, over: Record<string, unknown> = {}): Promise<void> {
  await apply(
    told("order.confirmed", { order_number: order, grand_total: 100, ...over }),
    told("payment.success", {
      request_number: `PAY-${order}`,
      payment_reference_number: `REF-${order}`,
      order_number: order,
      amount: 100,
    }),
    told("shipment.delivered", { reference_number: `SHP-${order}`, order_number: order }),
    told("order.completed", { order_number: order, status: "complete" }),
  );
  await env.DB.prepare(
    "UPDATE notifications SET status = 'sent', recipient = NULL, rendered = NULL",
  ).run();
}

const closeAt = (now: string, over: object = {}): Promise<number> =>
  closeFinished({
    db: env.DB,
    archive: bucket(),
    orderDays: 120,
    now: () => new Date(now),
    ...over,
  });

/** Everything that D1 has of orders, but clock times. */
async function everything() {
  const tables = ["orders", "payments", "refunds", "shipments", "disputed_links", "order_contacts"];
  const found = tables.map((table) => rows(`SELECT * FROM ${table} ORDER BY 1, 2`));
  const messages = "SELECT id, status, recipient, due_at FROM notifications ORDER BY 1";
  return [...(await Promise.all(found)), await rows(messages)];
}

const orderNumbers = async (): Promise<readonly unknown[]> =>
  (await rows("SELECT order_number FROM orders ORDER BY 1")).map((one) => one["order_number"]);

describe("a finished order", () => {
  it("leaves D1 after ORDER_DAYS with all that belongs to it, and comes back as it was", async () => {
    await applyComplete("ORD-1");
    await applyComplete("ORD-2");
    const before = await everything();
    expect(await closeAt(addMs(NOW, 119 * DAY_MS))).toBe(0);
    expect(await closeAt(LATER)).toBe(2);
    expect((await everything()).map((list) => list.length)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(await archivedKeys()).toEqual(
      ["m:PAY-", "m:REF-", "o:", "s:SHP-"].flatMap((mark) => [`${mark}ORD-1`, `${mark}ORD-2`]),
    );
    expect(await rows("SELECT * FROM state_audit")).toEqual([]);
    expect(await putBackKeys(["o:ORD-1", "m:REF-ORD-2"])).toBe(2);
    expect(await everything()).toEqual(before);
    expect(await archivedKeys()).toEqual([]);
    expect(await archivedSets()).toEqual([]);
  });

  it.each([
    ["a message is pending", "UPDATE notifications SET status = 'pending'"],
    ["an event about it failed", "UPDATE webhook_events SET status = 'failed'"],
    ["an event about it is quarantined", "UPDATE webhook_events SET status = 'quarantined'"],
    ["an event about it is received", "UPDATE webhook_events SET status = 'received'"],
    ["it is under way", "UPDATE orders SET status = 'shipped', payment_status = 'pending'"],
    ["money is to be paid back", "UPDATE orders SET status = 'cancelled'"],
    ["an erasure is unfinished", "INSERT INTO erasures (requested_at, stage) VALUES ('x', 'rows')"],
  ])("stays while %s", async (_what, sql) => {
    await applyComplete("ORD-1");
    await env.DB.prepare(sql).run();
    expect(await closeAt(LATER)).toBe(0);
    expect(await orderNumbers()).toEqual(["ORD-1"]);
  });

  it("stays while an order that shares a payment with it is under way", async () => {
    await applyComplete("ORD-1");
    await apply(told("order.confirmed", { order_number: "ORD-2" }));
    await apply(
      told("order.confirmed", {
        order_number: "ORD-2",
        payments: [{ request_number: "PAY-ORD-1" }],
      }),
    );
    await env.DB.prepare(
      "UPDATE notifications SET status = 'sent', recipient = NULL, rendered = NULL",
    ).run();
    expect(await closeAt(LATER)).toBe(0);
  });

  it("stays until retention has stripped its messages", async () => {
    await applyComplete("ORD-1");
    await env.DB.prepare("UPDATE notifications SET recipient = 'asha@example.com'").run();
    expect(await closeAt(LATER)).toBe(0);
    await env.DB.prepare("UPDATE notifications SET recipient = NULL").run();
    expect(await closeAt(addMs(LATER, DAY_MS))).toBe(1);
  });

  it("leaves nothing behind if a row changes while its file is written", async () => {
    await applyComplete("ORD-1");
    await applyComplete("ORD-2");
    let puts = 0;
    const archive = changed("put", async (...given) => {
      puts += 1;
      if (puts === 1) await apply(told("order.cancelled", { order_number: "ORD-1" }));
      return await bucket().put(...given);
    });
    const deps = { db: env.DB, archive };
    await archiveOrders(["ORD-1", "ORD-2"], deps);
    // ORD-1 was read before the event: its first file is not used.
    expect(await rows("SELECT state FROM closed_files ORDER BY id")).toEqual([
      { state: "dropped" },
      { state: "closed" },
      { state: "closed" },
    ]);
    expect(await orderNumbers()).toEqual([]);
    await closeAt(LATER);
    expect((await bucket().list()).objects.length).toBeGreaterThan(0);
    expect(await rows("SELECT state FROM closed_files ORDER BY id")).toHaveLength(2);
    await putBackKeys(await archivedKeys());
    expect(await row("SELECT * FROM orders WHERE order_number = 'ORD-1'")).toMatchObject({
      status: "cancelled",
    });
  });
});

describe("an event about a closed order", () => {
  it("brings back the whole set and is applied; its neighbours are applied too", async () => {
    await applyComplete("ORD-1");
    await archiveOrders(["ORD-1"]);
    await apply(
      told("order.confirmed", { order_number: "ORD-7" }),
      told("payment.refund.success", {
        request_number: "RFD-1",
        payment_reference_number: "REF-ORD-1",
        refund_amount: 40,
      }),
      told("order.confirmed", { order_number: "ORD-8" }),
    );
    expect(await orderNumbers()).toEqual(["ORD-1", "ORD-7", "ORD-8"]);
    expect(await row("SELECT * FROM orders WHERE order_number = 'ORD-1'")).toMatchObject({
      paid_micros: 100_000_000,
      refunded_micros: 40_000_000,
    });
  });

  it("is applied with others of its kind at the second attempt, however many they are", async () => {
    const closed = Array.from({ length: 12 }, (_, at) => `ORD-${String(at)}`);
    for (const order of closed) await applyComplete(order);
    await archiveOrders(closed);
    let attempts = 0;
    const apply = async (batch: Application): Promise<readonly string[]> => {
      attempts += 1;
      return await applyBatch(env.DB, batch, NOW);
    };
    const late = closed.map((order) => told("order.cancelled", { order_number: order }));
    await consumeAll(
      [...late, told("order.confirmed", { order_number: "ORD-99" })],
      consumer({ apply }),
    );
    expect(attempts).toBe(2);
    expect(await row("SELECT count(*) AS orders FROM orders WHERE status = 'cancelled'")).toEqual({
      orders: closed.length,
    });
    expect(await archivedKeys()).toEqual([]);
  });

  it.each([
    [
      "a payment that has its payment's key as reference",
      "payment.success",
      { request_number: "PAY-9", payment_reference_number: "PAY-ORD-1" },
    ],
    [
      "a payment whose key is its payment's reference",
      "payment.success",
      { request_number: "REF-ORD-1" },
    ],
    [
      "a nested payment of another order",
      "order.confirmed",
      { order_number: "ORD-9", payments: [{ request_number: "PAY-ORD-1" }] },
    ],
    [
      "a nested parcel of another order",
      "order.confirmed",
      { order_number: "ORD-9", shipments: [{ reference_number: "SHP-ORD-1" }] },
    ],
    [
      "a payment that names it",
      "payment.failed",
      { request_number: "PAY-9", order_number: "ORD-1" },
    ],
  ])("finds it by %s", async (_what, type, data) => {
    await applyComplete("ORD-1");
    await archiveOrders(["ORD-1"]);
    await apply(told(type, data));
    expect(await orderNumbers()).toContain("ORD-1");
    expect(await archivedKeys()).toEqual([]);
  });

  it("finds an order that a payment names and is not linked to", async () => {
    // Two names of one payment: the alias has the higher claim, so PAY-1 counts for ORD-2 and names ORD-1.
    await apply(
      told("payment.success", {
        request_number: "PAY-1",
        payment_reference_number: "PAY-2",
        order_number: "ORD-1",
        amount: 5,
      }),
    );
    await apply(
      wholeEvent(
        "evt-z",
        {},
        {
          payload: JSON.stringify({
            id: "evt-z",
            event_type: "payment.success",
            created_at: "2026-11-24T09:30:00.000Z",
            data: { request_number: "PAY-2", order_number: "ORD-2", amount: 5 },
          }),
        },
      ),
    );
    expect(
      await rows("SELECT order_number, named_order FROM payments ORDER BY payment_id"),
    ).toEqual([
      { order_number: "ORD-2", named_order: "ORD-1" },
      { order_number: "ORD-2", named_order: "ORD-2" },
    ]);
    await archiveOrders(["ORD-1"]);
    expect(await orderNumbers()).toEqual([]);
  });

  it("tells nobody a second time", async () => {
    await applyComplete("ORD-1");
    const messages = await rows("SELECT id, status FROM notifications ORDER BY id");
    expect(messages.length).toBeGreaterThan(1);
    await archiveOrders(["ORD-1"]);
    await apply(told("order.confirmed", { order_number: "ORD-1" }));
    expect(await rows("SELECT id, status FROM notifications ORDER BY id")).toEqual(messages);
  });

  it("is brought back in several calls where one would take too long", async () => {
    const closed = Array.from({ length: 5 }, (_, at) => `ORD-${String(at)}`);
    for (const order of closed) await applyComplete(order);
    await archiveOrders(closed.slice(0, 3));
    await archiveOrders(closed.slice(3));
    // Each look at the clock is five seconds later.
    let ms = Date.parse(NOW);
    const now = (): Date => new Date((ms += 5_000));
    let calls = 0;
    const service = {
      ...closedOrders(),
      putBack: async (keys: readonly string[]) => {
        calls += 1;
        return await putBack({ db: env.DB, archive: bucket(), now }, keys);
      },
    };
    const failed: Alert[] = [];
    const raiseAlert = (alert: Alert): Promise<void> => Promise.resolve(void failed.push(alert));
    const archived = archivedOrders(env.DB, service, { raiseAlert });
    const late = closed.map((order) => told("order.cancelled", { order_number: order }));
    await consumeAll(late, consumer({ putBack: archived.putBack }));
    expect(calls).toBeGreaterThan(1);
    expect(failed).toEqual([]);
    expect(await archivedKeys()).toEqual([]);
  });

  it("comes back though somebody else is erased meanwhile, and nobody is alerted", async () => {
    const closed = ["ORD-1", "ORD-2", "ORD-3"];
    for (const order of closed) {
      await applyComplete(order, { customer_email: `${order}@example.com` });
    }
    await archiveOrders(closed);
    let batches = 0;
    const batch = async (statements: D1PreparedStatement[]): Promise<D1Result[]> => {
      batches += 1;
      const results = await env.DB.batch(statements);
      // The first reads the names of columns, the second brings back one set.
      if (batches === 2) {
        const deps = { db: env.DB, archive: null, defaults, now: () => new Date(NOW) };
        await erase(deps, ["email:ord-3@example.com"]);
      }
      return results;
    };
    const DB = new Proxy(env.DB, {
      get: (target, name) => {
        if (name === "batch") return batch;
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const failed: Alert[] = [];
    const raiseAlert = (alert: Alert): Promise<void> => Promise.resolve(void failed.push(alert));
    const service = closedOrders({ DB, ARCHIVE: bucket() });
    const archived = archivedOrders(env.DB, service, { raiseAlert });
    const late = closed.map((order) => told("order.cancelled", { order_number: order }));
    const apply = (some: Application, listVersion: number): Promise<readonly string[]> =>
      applyBatch(env.DB, some, NOW, listVersion);
    await consumeAll(late, consumer({ apply, putBack: archived.putBack }));
    expect(batches).toBeGreaterThan(4);
    expect(failed).toEqual([]);
    expect(await archivedKeys()).toEqual([]);
    expect(JSON.stringify(await everything()).toLowerCase()).not.toContain("ord-3@example.com");
  });

  it("is brought back by two at once as by one", async () => {
    await applyComplete("ORD-1");
    const before = await everything();
    await archiveOrders(["ORD-1"]);
    await Promise.all([putBackKeys(["o:ORD-1"]), putBackKeys(["s:SHP-ORD-1"])]);
    expect(await everything()).toEqual(before);
  });
});

describe("a damaged archive", () => {
  const raisedAlerts = (): ReturnType<typeof rows> =>
    rows(
      `SELECT context->>'alert' AS kind, context->>'text' AS text FROM notifications
       WHERE template = 'alert' AND channel = 'team'`,
    );
  /** One late event between two others; returns what was answered to each. */
  async function consumeLate(archive: R2Bucket | null = bucket()) {
    const raiseAlert = async (alert: Alert): Promise<void> => {
      await insertAlerts(env.DB, [alert], NOW);
    };
    const deps = consumer({
      putBack: archivedOrders(
        env.DB,
        archive === null ? null : closedOrders({ DB: env.DB, ARCHIVE: archive }),
        {
          raiseAlert,
        },
      ).putBack,
      raiseAlert,
    });
    const events = [
      told("order.confirmed", { order_number: "ORD-7" }),
      told("order.cancelled", { order_number: "ORD-1" }),
      told("order.confirmed", { order_number: "ORD-8" }),
    ];
    const deliveries = events.map((event) => delivery(encodeMessage(event)));
    await consumeEvents(deliveries, deps);
    const [stored] = await rows(
      "SELECT status, error FROM webhook_events WHERE id = ?1",
      events[1]?.id ?? "",
    );
    return { answers: deliveries.map(({ answer }) => answer()), stored };
  }
  const ordersObject = async (): Promise<string> =>
    (await bucket().list()).objects.find(({ key }) => key.includes("/orders/"))?.key ?? "";

  it.each([
    ["missing", async (key: string) => bucket().delete(key), /is missing/],
    [
      "cut short",
      async (key: string) => put(key, (bytes) => bytes.slice(0, 100)),
      /its hash differs/,
    ],
    [
      "changed by hand",
      async (key: string) =>
        put(key, (bytes) => bytes.map((byte, at) => (at === 50 ? byte ^ 1 : byte))),
      /its hash differs/,
    ],
    ["of a later version", writeLaterVersion, /cannot be read/],
  ])(
    "whose object is %s: the event waits with the reason, and one alert; its neighbours are applied",
    async (_what, damage, reason) => {
      await applyComplete("ORD-1");
      await archiveOrders(["ORD-1"]);
      const sound = await (await bucket().get(await ordersObject()))?.arrayBuffer();
      const key = await ordersObject();
      await damage(key);
      const { answers, stored } = await consumeLate();
      expect(answers).toEqual(["acked", expect.any(Number), "acked"]);
      expect(stored?.["status"]).toBe("received");
      expect(stored?.["error"]).toMatch(reason);
      expect(await raisedAlerts()).toEqual([
        { kind: "closed_orders", text: expect.stringMatching(reason) },
      ]);
      expect(await orderNumbers()).toEqual(["ORD-7", "ORD-8"]);
      // Once it is repaired, the retry applies the event.
      await bucket().put(key, sound ?? new ArrayBuffer());
      if (reason.source === "cannot be read") return;
      expect((await consumeLate()).answers).toEqual(["acked", "acked", "acked"]);
      expect(await row("SELECT status FROM orders WHERE order_number = 'ORD-1'")).toEqual({
        status: "cancelled",
      });
    },
  );

  it("that is not bound any more: the event waits", async () => {
    await applyComplete("ORD-1");
    await archiveOrders(["ORD-1"]);
    const { answers, stored } = await consumeLate(null);
    expect(answers).toEqual(["acked", expect.any(Number), "acked"]);
    expect(stored?.["error"]).toContain("is CLOSED_ORDERS bound?");
    expect(await raisedAlerts()).toMatchObject([{ kind: "closed_orders" }]);
  });

  it("of which one file is lost: all orders of the others come back, however many they are", async () => {
    const closed = Array.from({ length: 6 }, (_, at) => `ORD-${String(at)}`);
    for (const order of closed) {
      await applyComplete(order);
      await archiveOrders([order]);
    }
    await bucket().delete(await ordersObject());
    const late = closed.map((order) => told("order.cancelled", { order_number: order }));
    const deliveries = late.map((event) => delivery(encodeMessage(event)));
    await consumeEvents(deliveries, consumer());
    const answers = deliveries.map(({ answer }) => answer());
    expect(answers.filter((answer) => answer === "acked")).toHaveLength(5);
    expect(await row("SELECT count(*) AS orders FROM orders WHERE status = 'cancelled'")).toEqual({
      orders: 5,
    });
  });

  it("whose Worker does not answer: it is waited for once, and the neighbours go on", async () => {
    const closed = ["ORD-1", "ORD-2", "ORD-3"];
    for (const order of closed) await applyComplete(order);
    await archiveOrders(closed);
    let calls = 0;
    const service = {
      ...closedOrders(),
      putBack: () => {
        calls += 1;
        return Promise.reject(new Error("D1_ERROR: D1 DB is overloaded."));
      },
    };
    const raiseAlert = async (alert: Alert): Promise<void> => {
      await insertAlerts(env.DB, [alert], NOW);
    };
    const { putBack } = archivedOrders(env.DB, service, { raiseAlert });
    const events = ["ORD-1", "ORD-7", "ORD-2", "ORD-8", "ORD-3", "ORD-9"].map((order) =>
      told("order.confirmed", { order_number: order }),
    );
    const deliveries = events.map((event) => delivery(encodeMessage(event)));
    await consumeEvents(deliveries, consumer({ putBack, raiseAlert }));
    const late = expect.any(Number) as unknown;
    expect(deliveries.map(({ answer }) => answer())).toEqual([
      late,
      "acked",
      late,
      "acked",
      late,
      "acked",
    ]);
    expect(calls).toBe(1);
    expect(await raisedAlerts()).toMatchObject([{ kind: "closed_orders" }]);
  });

  async function put(key: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
    const bytes = new Uint8Array((await (await bucket().get(key))?.arrayBuffer()) ?? []);
    await bucket().put(key, change(bytes));
  }

  /** As a later Worker would have written it: D1 knows its hash. */
  async function writeLaterVersion(key: string): Promise<void> {
    const table = encodeTable(
      { name: "orders", rows: [{ a: 1 }] },
      [{ name: "a", type: "INTEGER" }],
      99,
    );
    await bucket().put(key, table);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", table)).toHex();
    await env.DB.prepare(
      "UPDATE closed_files SET objects = json_set(objects, '$.orders.sha256', ?1)",
    )
      .bind(hash)
      .run();
  }
});

describe("the format", () => {
  it("gives back every value to the letter", async () => {
    const columns = [
      { name: "text", type: "TEXT" },
      { name: "number", type: "INTEGER" },
      { name: "nothing", type: "TEXT" },
    ] as const;
    const values = [
      "",
      "é✓\u{1F600}",
      "a\nb\t\"'\\",
      "\u0000",
      "2026-11-24T09:00:00.000Z",
      "x".repeat(70_000),
      null,
    ];
    const list = Array.from({ length: 3_000 }, (_, at) => ({
      text: values[at % values.length] ?? null,
      number: [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, null][at % 5] ?? null,
      nothing: null,
    }));
    const short = list.map((one, at) =>
      one.text?.length === 70_000 && at > 20 ? { ...one, text: "y" } : one,
    );
    const bytes = encodeTable({ name: "orders", rows: short }, columns);
    expect(await decodeTable(bytes, "orders")).toEqual(short);
    await expect(decodeTable(bytes, "payments")).rejects.toThrow("it does not have payments");
  });

  it("has no column that another is generated from, and that one in full", async () => {
    await applyComplete("ORD-1", { total_savings: 5, gift: "yes" });
    await archiveOrders(["ORD-1"]);
    const [order] = (await archivedSets())[0]?.orders ?? [];
    expect(order?.["extra"]).toBe('{"total_savings":5,"gift":"yes"}');
    expect(Object.keys(order ?? {})).not.toContain("short_extra");
  });

  it("is written again for a file from before the tables had a column", async () => {
    await applyComplete("ORD-1");
    const before = await everything();
    await archiveOrders(["ORD-1"]);
    const file = await env.DB.prepare("SELECT * FROM closed_files").first<ClosedFile>();
    await env.DB.prepare("ALTER TABLE orders ADD later text").run();
    try {
      const deps = { db: env.DB, archive: bucket(), now: () => new Date(NOW) };
      expect(file && (await rewriteFile(deps, file, "placed"))).toBe(true);
      expect((await archivedSets())[0]?.orders[0]).toMatchObject({
        status: "complete",
        later: null,
      });
      await putBackKeys(["o:ORD-1"]);
    } finally {
      await env.DB.prepare("ALTER TABLE orders DROP later").run();
    }
    expect(await everything()).toEqual(before);
  });
});

describe("other work on archived orders", () => {
  it("a rebuild brings them back first", async () => {
    await applyComplete("ORD-1");
    const before = await everything();
    await archiveOrders(["ORD-1"]);
    const putBackThem = (keys: readonly string[]): Promise<number> => putBackKeys(keys);
    await startRebuild(env.DB, {}, false, NOW);
    for (;;) {
      const rebuilt = await continueRebuild(env.DB, NOW, defaults, () => true, putBackThem);
      if (rebuilt === null) break;
    }
    expect(await everything()).toEqual(before);
    expect(await rows("SELECT * FROM rebuild_changes")).toEqual([]);
  });

  it("a person who was erased meanwhile does not come back with their order", async () => {
    await applyComplete("ORD-1", {
      customer_email: "asha@example.com",
      billing_address: { first_name: "Asha", email: "asha@example.com" },
    });
    await archiveOrders(["ORD-1"]);
    const deps = { db: env.DB, archive: null, defaults, now: () => new Date(NOW) };
    await erase(deps, ["email:asha@example.com"]);
    await putBackKeys(["o:ORD-1"]);
    const order = await row("SELECT * FROM orders");
    expect(JSON.stringify(order)).not.toMatch(/asha/i);
    expect(order).toMatchObject({ status: "complete", customer_email: "(erased)" });
  });
});

describe("a person who looks for an archived order", () => {
  const ask = async (path: string): Promise<Response> =>
    await fetchWith(
      { ADMIN_TOKEN: "look", CLOSED_ORDERS: closedOrders() },
      new Request(`https://receiver.test${path}`, { headers: { authorization: "Bearer look" } }),
    );

  it.each([
    "/api/admin/orders/ORD-1",
    "/api/admin/orders/ORD-1/explain",
    "/api/admin/orders/ORD-1/timeline",
  ])("gets it at %s", async (path) => {
    await applyComplete("ORD-1");
    const before = await (await ask(path)).json<Record<string, unknown>>();
    await archiveOrders(["ORD-1"]);
    const answer = await ask(path);
    expect(answer.status).toBe(200);
    const { was_archived, ...now } = await answer.json<Record<string, unknown>>();
    const { was_archived: _, ...then } = before;
    expect(now).toEqual(then);
    expect(was_archived).toBe(path.endsWith("ORD-1") ? true : undefined);
  });

  it.each(["ORD-1", "asha@example.com"])("finds it by %s", async (q) => {
    await applyComplete("ORD-1", { customer_email: "asha@example.com" });
    await archiveOrders(["ORD-1"]);
    const answer = await ask(`/api/admin/orders?q=${encodeURIComponent(q)}`);
    const { orders } = await answer.json<{ orders: { order_number: string }[] }>();
    expect(orders.map(({ order_number }) => order_number)).toEqual(["ORD-1"]);
  });

  it.each(["ORD-1", "PAY-ORD-1", "REF-ORD-1", "SHP-ORD-1", "AWB-4711-22", "asha@example.com"])(
    "finds it by %s among everything",
    async (q) => {
      await applyComplete("ORD-1", {
        customer_email: "asha@example.com",
        shipments: [{ reference_number: "SHP-ORD-1", awb_no: "AWB-4711-22" }],
      });
      const path = `/api/admin/search?q=${encodeURIComponent(q)}`;
      const before = await (await ask(path)).json();
      await archiveOrders(["ORD-1"]);
      expect(await (await ask(path)).json()).toEqual(before);
      expect(JSON.stringify(before)).toContain('"ORD-1"');
    },
  );

  it("sees orders that are in D1 while the second Worker fails", async () => {
    await applyComplete("ORD-1", { customer_email: "asha@example.com" });
    await applyComplete("ORD-2", { customer_email: "asha@example.com" });
    await archiveOrders(["ORD-2"]);
    const fails = (): Promise<never> => Promise.reject(new Error("internal error"));
    const service = { putBack: fails, putBackFound: fails, eraseNextFile: fails };
    const askBroken = async (path: string): Promise<Response> =>
      await fetchWith(
        { ADMIN_TOKEN: "look", CLOSED_ORDERS: service },
        new Request(`https://receiver.test${path}`, { headers: { authorization: "Bearer look" } }),
      );
    const asked = [
      "/api/admin/orders/ORD-1",
      "/api/admin/orders/ORD-1/explain",
      "/api/admin/orders?q=asha%40example.com",
      "/api/admin/search?q=asha%40example.com",
      "/api/admin/orders/ORD-2",
    ];
    const answers = await Promise.all(asked.map(askBroken));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 503]);
    const alerts = await rows("SELECT context FROM notifications WHERE template = 'alert'");
    expect(JSON.stringify(alerts)).toContain("Closed orders cannot be read: internal error");
  });

  it("is told if its file cannot be read", async () => {
    await applyComplete("ORD-1");
    await archiveOrders(["ORD-1"]);
    await emptyBucket();
    const answer = await ask("/api/admin/orders/ORD-1");
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("is archived, and its file cannot be read");
  });
});

describe("an erasure", () => {
  const erasing = () => {
    const at = () => new Date(NOW);
    return {
      db: env.DB,
      archive: bucket(),
      defaults,
      now: at,
      closedOrders: closedOrders(),
      putBack: (keys: readonly string[]) => putBackKeys(keys),
    };
  };

  it("reaches archived orders, found by a contact or by a text: their files are written without them", async () => {
    await applyComplete("ORD-1", {
      billing_address: { first_name: "Asha", email: "asha@example.com" },
    });
    await applyComplete("ORD-2", { metadata: { gift_for: "write to asha@example.com" } });
    await applyComplete("ORD-3", {
      billing_address: { first_name: "Ravi", email: "ravi@example.com" },
    });
    await env.DB.prepare("UPDATE webhook_events SET payload = NULL").run();
    expect(await archiveOrders(["ORD-1", "ORD-2", "ORD-3"])).toBe(3);
    const deps = erasing();
    const { finished_at, error } = await erase(deps, ["email:asha@example.com"]);
    expect({ finished_at, error }).toEqual({ finished_at: expect.any(String), error: null });
    expect(await orderNumbers()).toEqual(["ORD-1", "ORD-2"]);
    expect(JSON.stringify(await everything())).not.toMatch(/asha/i);
    const { objects } = await bucket().list();
    for (const { key } of objects) {
      const text = new TextDecoder().decode(await (await bucket().get(key))?.arrayBuffer());
      expect(text, key).not.toMatch(/asha/i);
    }
    expect((await archivedSets()).map(({ orders }) => orders[0]?.["customer_email"])).toEqual([
      "ravi@example.com",
    ]);
    expect(await rows("SELECT state FROM closed_files")).toEqual([{ state: "closed" }]);
    expect(await rows("SELECT * FROM put_back_sets")).toEqual([]);
    expect(await putBackKeys(["o:ORD-3"])).toBe(1);
  });

  it("forgets no order that a person looked at after its rows were searched", async () => {
    await applyComplete("ORD-1", { metadata: { gift_for: "write to kavya@example.com" } });
    await env.DB.prepare("UPDATE webhook_events SET payload = NULL").run();
    await apply(
      told("shipment.cancelled", {
        reference_number: "SHP-2",
        order_number: "ORD-1",
        cancellation_reason: "Kavya Rao of 14 MG Road was out",
      }),
    );
    await env.DB.prepare(
      "UPDATE notifications SET status = 'sent', recipient = NULL, rendered = NULL",
    ).run();
    await archiveOrders(["ORD-1"]);
    const service = closedOrders();
    const eraseNextFile = async (after: number) => {
      await service.putBack(["o:ORD-1"]);
      return await service.eraseNextFile(after);
    };
    const deps = { ...erasing(), closedOrders: { ...service, eraseNextFile } };
    const { finished_at } = await erase(deps, ["email:kavya@example.com"]);
    expect(finished_at).not.toBeNull();
    const kept = await rows(
      "SELECT cancellation_reason AS text FROM shipments UNION ALL SELECT payload FROM webhook_events",
    );
    expect(JSON.stringify(kept)).not.toMatch(/kavya/i);
  });

  it("finds in a file what it finds in D1: a number with a separate code, and no amount", async () => {
    await applyComplete("ORD-1", {
      metadata: { recipient: { country_code: "+91", phone: "9812345678" } },
    });
    await applyComplete("ORD-2", { grand_total: 9812.345678, customer_note: "keep this" });
    await env.DB.prepare("UPDATE webhook_events SET payload = NULL").run();
    await env.DB.prepare("DELETE FROM order_contacts").run();
    await archiveOrders(["ORD-1", "ORD-2"]);
    const { finished_at } = await erase(erasing(), ["phone:919812345678", "phone:9812345678"]);
    expect(finished_at).not.toBeNull();
    expect(JSON.stringify(await rows("SELECT metadata FROM orders"))).not.toContain("9812345678");
    expect((await archivedSets()).map(({ orders }) => orders[0]?.["customer_note"])).toEqual([
      "keep this",
    ]);
  });

  it("leaves nothing of what a provider answered in the messages of a set that comes back", async () => {
    await applyComplete("ORD-77", { customer_email: "meera@example.com" });
    const answer = `[["2026-11-24T09:00:00.000Z",550,9,"meera@example.com unknown"]]`;
    await env.DB.prepare("UPDATE notifications SET attempt_log = ?1, context = ?1")
      .bind(answer)
      .run();
    await archiveOrders(["ORD-77"]);
    await erase({ ...erasing(), closedOrders: null }, ["email:meera@example.com"]);
    await putBackKeys(["o:ORD-77"]);

    const messages = await rows("SELECT attempt_log, context FROM notifications");
    expect(messages.length).toBeGreaterThan(0);
    expect(JSON.stringify(messages)).not.toContain("meera");
  });

  it("waits while the Worker of closed orders is not bound", async () => {
    await applyComplete("ORD-1");
    await archiveOrders(["ORD-1"]);
    const { finished_at, error } = await erase({ ...erasing(), closedOrders: null }, [
      "email:x@example.com",
    ]);
    expect(finished_at).toBeNull();
    expect(error).toContain("CLOSED_ORDERS is bound");
  });
});

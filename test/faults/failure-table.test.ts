/**
 * The failure table (ARCHITECTURE.md, "What each failure leads to"), row by row: each test causes exactly the fault
 * that its row names, and checks the outcome that its row promises.
 */
import { env, exports } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { decodeMessage } from "../../src/events/queue-message";
import { BODIES_MAX_BYTES, MESSAGE_MAX_BYTES } from "../../src/limits";
import { listWaiting } from "../../src/store/inbox/waiting";
import { event, sign } from "../support/events";
import { orderDetail, payment, shipment } from "../support/models";
import { type Row, rows, settled } from "../support/receiver";
import {
  ageEvent,
  calmEnv,
  downDatabase,
  downQueue,
  fireCron,
  hand,
  overheardQueue,
  patientEnv,
  postTo,
  whileRefusing,
} from "./drive";
import { Breaker, type Fault } from "./faulty";
import { readSink, soundEnv, type TestEnv } from "./recovery";

/** Received events stay in the inbox; the test delivers them itself. */
const idleEnv: TestEnv = { ...calmEnv, EVENTS: downQueue(env.EVENTS) };

/** The wake-up call is lost, so that only the test's cron sends messages. */
const unwokenEnv: TestEnv = { ...calmEnv, NOTIFICATIONS: downQueue(env.NOTIFICATIONS) };

let orders = 0;
function newOrder(): string {
  orders += 1;
  return `ORD-${String(orders)}`;
}

function confirmed(order: string, over: Record<string, unknown> = {}): SentEvent {
  const value = event("order.confirmed", orderDetail(order, over), { id: `evt-${order}` });
  return { id: `evt-${order}`, value, order };
}

interface SentEvent {
  readonly id: string;
  readonly value: unknown;
  readonly order: string;
}

const byId = (told: { readonly id: string }): string => JSON.stringify({ id: told.id });

async function inbox(...told: readonly SentEvent[]): Promise<Row[]> {
  return await rows(
    `SELECT id, status, attempts, error, pushes FROM webhook_events
     WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY rowid`,
    JSON.stringify(told.map(({ id }) => id)),
  );
}

async function statuses(...told: readonly SentEvent[]): Promise<unknown[]> {
  return (await inbox(...told)).map(({ status }) => status);
}

async function orderStatus(order: string): Promise<unknown> {
  const [found] = await rows("SELECT status FROM orders WHERE order_number = ?1", order);
  return found?.["status"];
}

/** All stored rows about an order, with their bookkeeping. */
async function everything({ order }: SentEvent): Promise<unknown> {
  const tables = ["orders", "payments", "refunds", "shipments", "notifications"];
  const found = tables.map((table) =>
    rows(`SELECT * FROM ${table} WHERE order_number = ?1 ORDER BY 1`, order),
  );
  return [await Promise.all(found), await rows("SELECT * FROM webhook_events ORDER BY rowid")];
}

async function receiveIdle(...told: readonly SentEvent[]): Promise<void> {
  for (const { value } of told) expect((await postTo(idleEnv, value)).status).toBe(200);
}

async function deadLetterAlerts(): Promise<Row[]> {
  return await rows("SELECT id, status FROM notifications WHERE id LIKE 'alert/dead_letter/%'");
}

describe("row: D1 fails or takes longer than RECEIPT_TIMEOUT_MS at receipt", () => {
  it.each<Fault>(["fails before", "fails after", "hangs", "is slow"])(
    "D1 %s: the event goes whole onto the queue, 200; the consumer writes the inbox row",
    async (fault) => {
      const told = confirmed(newOrder());
      const { queue, sent } = overheardQueue(env.EVENTS);
      const DB = downDatabase(fault, 900);
      const response = await postTo({ ...patientEnv(300), DB, EVENTS: queue }, told.value);
      expect(response.status).toBe(200);
      expect(sent.map(decodeMessage)).toEqual([
        expect.objectContaining({
          id: told.id,
          stored: false,
          payload: JSON.stringify(told.value),
        }),
      ]);
      await settled(told.id);
      expect(await statuses(told)).toEqual(["processed"]);
      expect(await orderStatus(told.order)).toBe("confirmed");
    },
  );
});

describe("row: D1 fails at receipt, whatever the body is", () => {
  it.each([
    ["that holds a NUL", 'no JSON\0 at all, "x"\n'],
    [
      "of a type of 60,000 characters",
      JSON.stringify({ event_type: "t".repeat(60_000), data: {} }),
    ],
  ])("a body %s is kept to the letter", async (_what, body) => {
    const response = await postTo({ ...calmEnv, DB: downDatabase("fails before", 900) }, body);
    expect(response.status).toBe(200);
    const { id } = await response.json<{ id: string }>();
    const [stored] = await settled(id);
    expect(stored?.["payload"]).toBe(body);
  });
});

describe("row: the queue fails at receipt", () => {
  it("the inbox row stays received, 200; the cron pushes it after a minute, not before", async () => {
    const told = confirmed(newOrder());
    await receiveIdle(told);
    await ageEvent(told.id, 55);
    await fireCron(calmEnv);
    expect(await inbox(told)).toMatchObject([{ status: "received", pushes: 0 }]);
    await ageEvent(told.id, 5);
    await fireCron(calmEnv);
    await settled(told.id);
    expect(await inbox(told)).toMatchObject([{ status: "processed", pushes: 1 }]);
    expect(await orderStatus(told.order)).toBe("confirmed");
  });

  it("while the queue stays down the cron comes back every minute, without doubling the wait", async () => {
    const told = confirmed(newOrder());
    await receiveIdle(told);
    await ageEvent(told.id, 60);
    for (let minute = 0; minute < 3; minute += 1) await fireCron(idleEnv);
    expect(await inbox(told)).toMatchObject([{ status: "received", pushes: 0 }]);
    await fireCron(calmEnv);
    await settled(told.id);
    expect(await statuses(told)).toEqual(["processed"]);
  });

  it("what was pushed in vain is pushed again after 2, 4, 8 … minutes", async () => {
    // The queue accepts each push and loses it, so only the wait is tested.
    const told = confirmed(newOrder());
    await receiveIdle(told);
    for (const [pushes, minutes] of [1, 2, 4, 8, 16].entries()) {
      await ageEvent(told.id, minutes * 60 - 2);
      await fireCron({ ...calmEnv, EVENTS: losing(env.EVENTS) });
      expect(await inbox(told), `${String(minutes)} minutes`).toMatchObject([{ pushes }]);
      await ageEvent(told.id, 2);
      await fireCron({ ...calmEnv, EVENTS: losing(env.EVENTS) });
      expect(await inbox(told)).toMatchObject([{ status: "received", pushes: pushes + 1 }]);
    }
    await ageEvent(told.id, 32 * 60);
    await fireCron(calmEnv);
    await settled(told.id);
    expect(await statuses(told)).toEqual(["processed"]);
  });
});

/** A queue that accepts messages and then loses them. */
function losing(queue: Queue): Queue {
  return new Proxy(queue, {
    get: (target, property) =>
      property === "sendBatch"
        ? () => Promise.resolve({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } })
        : (Reflect.get(target, property) as unknown),
  });
}

describe("row: the Worker dies between inbox and queue", () => {
  it("the same sweep pushes the row, and the event is applied", async () => {
    const told = confirmed(newOrder());
    const dying = { ...calmEnv, EVENTS: downQueue(env.EVENTS, "hangs") };
    expect((await postTo(dying, told.value, { dies: true })).status).toBe(200);
    expect(await statuses(told)).toEqual(["received"]);
    // The sender has its 200 and does not repeat it; a repeat would not be pushed either.
    await ageEvent(told.id, 60);
    await fireCron(calmEnv);
    await settled(told.id);
    expect(await orderStatus(told.order)).toBe("confirmed");
  });
});

describe("row: both fail", () => {
  it.each<Fault>(["fails before", "hangs"])(
    "D1 and the queue: %s: 503 with Retry-After",
    async (fault) => {
      const told = confirmed(newOrder());
      const down = { DB: downDatabase(fault), EVENTS: downQueue(env.EVENTS, fault) };
      const response = await postTo({ ...soundEnv, ...down }, told.value);
      expect(response.status).toBe(503);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await inbox(told)).toEqual([]);
      // The sender repeats the delivery, as the answer asked.
      expect((await postTo(calmEnv, told.value)).status).toBe(200);
      await settled(told.id);
    },
  );
});

describe("row: event larger than a queue message", () => {
  const large = (order: string, bytes = MESSAGE_MAX_BYTES + 1): SentEvent =>
    confirmed(order, { metadata: { pad: "x".repeat(bytes) } });

  it("with D1 up the message carries the id only, and the body is read from the inbox", async () => {
    const told = large(newOrder());
    const { queue, sent } = overheardQueue(env.EVENTS);
    expect((await postTo({ ...calmEnv, EVENTS: queue }, told.value)).status).toBe(200);
    expect(sent).toEqual([byId(told)]);
    await settled(told.id);
    expect(await orderStatus(told.order)).toBe("confirmed");
  });

  it("with D1 down: 503 with Retry-After, and nothing goes onto the queue", async () => {
    const told = large(newOrder());
    const { queue, sent } = overheardQueue(env.EVENTS);
    const response = await postTo({ ...calmEnv, DB: downDatabase(), EVENTS: queue }, told.value);
    expect(response.status).toBe(503);
    expect(response.headers.has("retry-after")).toBe(true);
    expect(sent).toEqual([]);
  });

  it("20 bodies of 1 MB in one batch are read in slices of at most 8 MB, and all applied", async () => {
    const many = Array.from({ length: 20 }, () => large(newOrder(), 1_000_000));
    await receiveIdle(...many);
    const reads: number[] = [];
    const DB = watchReads(env.DB, (bytes) => reads.push(bytes));
    const { acked } = await hand({ ...calmEnv, DB }, "ce-events", many.map(byId));
    expect(acked).toHaveLength(20);
    expect(Math.max(...reads)).toBeLessThanOrEqual(BODIES_MAX_BYTES);
    expect(reads.filter((bytes) => bytes > 0)).toHaveLength(3);
    expect(await statuses(...many)).toEqual(many.map(() => "processed"));
  });
});

/** The real D1; reports how many bytes of bodies each batch read into memory. */
function watchReads(db: D1Database, seen: (bytes: number) => void): D1Database {
  return new Proxy(db, {
    get: (target, property) => {
      if (property === "prepare") return (sql: string) => target.prepare(sql);
      if (property !== "batch") return Reflect.get(target, property) as unknown;
      return async (statements: D1PreparedStatement[]) => {
        const results = await target.batch<{ payload?: string | null }>(statements);
        const found = results.flatMap((result) => result.results);
        seen(found.reduce((sum, { payload }) => sum + (payload?.length ?? 0), 0));
        return results;
      };
    },
  });
}

describe("row: one bad event in a batch", () => {
  const refusal = (order: string) => ({
    table: "orders",
    condition: `NEW.order_number = '${order}'`,
    text: "this row cannot be",
  });

  it("that one is retried with its error, its neighbours are applied and acked; in the end it alone is failed", async () => {
    const batch = Array.from({ length: 7 }, () => confirmed(newOrder()));
    const bad = batch[4] ?? confirmed(newOrder());
    const good = batch.filter((told) => told !== bad);
    await receiveIdle(...batch);
    await whileRefusing(refusal(bad.order), async () => {
      const handed = await hand(unwokenEnv, "ce-events", batch.map(byId));
      expect(handed.acked).toEqual([0, 1, 2, 3, 5, 6]);
      expect([...handed.retried.keys()]).toEqual([4]);
      expect(handed.retried.get(4)).toBeGreaterThanOrEqual(5);
      expect(await statuses(...good)).toEqual(good.map(() => "processed"));
      const again = await hand(unwokenEnv, "ce-events", [byId(bad)], 2);
      expect([...again.retried.keys()]).toEqual([0]);
      expect((await hand(unwokenEnv, "ce-events-dlq", [byId(bad)])).acked).toEqual([0]);
    });
    expect(await inbox(bad)).toEqual([
      {
        id: bad.id,
        status: "failed",
        attempts: 2,
        error: "this row cannot be: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_TRIGGER)",
        pushes: 0,
      },
    ]);
    expect(await orderStatus(bad.order)).toBeUndefined();
  });

  it("an event that only the queue holds and that not even the inbox takes stands alone as well", async () => {
    const batch = Array.from({ length: 5 }, () => confirmed(newOrder()));
    const [bad, ...good] = [batch[3], ...batch.slice(0, 3), ...batch.slice(4)];
    const { queue, sent } = overheardQueue(downQueue(env.EVENTS));
    const downEnv = { ...calmEnv, DB: downDatabase(), EVENTS: queue };
    for (const { value } of batch) await postTo(downEnv, value);
    // The queue was tried twice for each event.
    const bodies = [...new Set(sent)];
    const condition = `NEW.id = '${bad?.id ?? ""}'`;
    const text = "not into the inbox";
    await whileRefusing({ table: "webhook_events", condition, text }, async () => {
      const handed = await hand(unwokenEnv, "ce-events", bodies);
      expect(handed.acked).toEqual([0, 1, 2, 4]);
      expect([...handed.retried.keys()]).toEqual([3]);
      const letters = await hand(unwokenEnv, "ce-events-dlq", bodies);
      expect(letters.acked).toEqual([0, 1, 2, 4]);
    });
    expect(await statuses(...good.flatMap((told) => told ?? []))).toEqual(
      good.map(() => "processed"),
    );
  });

  it("data of a type that makes no sense quarantines that event alone, without a retry", async () => {
    const batch = [confirmed(newOrder()), confirmed(newOrder(), { grand_total: "a lot" })];
    await receiveIdle(...batch);
    const { acked } = await hand(unwokenEnv, "ce-events", batch.map(byId));
    expect(acked).toEqual([0, 1]);
    expect(await statuses(...batch)).toEqual(["processed", "quarantined"]);
  });
});

describe("row: D1 fails during a batch", () => {
  it.each([
    ["before it takes the batch", 1, "fails before"],
    ["while the inbox is read", 0, "fails before"],
  ] as const)("%s: nothing is applied, every message is retried", async (_when, call, fault) => {
    const batch = Array.from({ length: 4 }, () => confirmed(newOrder()));
    await receiveIdle(...batch);
    const DB = new Breaker({ call, fault }).database(env.DB);
    const { acked, retried } = await hand({ ...unwokenEnv, DB }, "ce-events", batch.map(byId));
    expect(acked).toEqual([]);
    expect([...retried.keys()]).toEqual([0, 1, 2, 3]);
    expect(await statuses(...batch)).toEqual(batch.map(() => "received"));
    for (const { order } of batch) expect(await orderStatus(order)).toBeUndefined();
    expect((await hand(unwokenEnv, "ce-events", batch.map(byId), 2)).acked).toHaveLength(4);
    expect(await statuses(...batch)).toEqual(batch.map(() => "processed"));
  });

  it("in the middle of the batch, when orders and outbox are written: nothing of it stays", async () => {
    const batch = Array.from({ length: 3 }, () => confirmed(newOrder()));
    await receiveIdle(...batch);
    await env.DB.prepare(
      `CREATE TRIGGER lost BEFORE UPDATE OF processed_at ON webhook_events
       WHEN NEW.id = '${batch[2]?.id ?? ""}' AND NEW.status = 'processed'
       BEGIN SELECT RAISE(ABORT, 'Network connection lost'); END`,
    ).run();
    const { retried } = await hand(unwokenEnv, "ce-events", batch.map(byId));
    await env.DB.prepare("DROP TRIGGER lost").run();
    expect(retried.size).toBe(3);
    for (const told of batch) {
      expect(await orderStatus(told.order)).toBeUndefined();
      const about = await rows("SELECT id FROM notifications WHERE order_number = ?1", told.order);
      expect(about).toEqual([]);
    }
    expect(await inbox(...batch)).toMatchObject(batch.map(() => ({ status: "received" })));
  });

  it("the delay of the retries rises from seconds to an hour", async () => {
    const told = confirmed(newOrder());
    await receiveIdle(told);
    const delays: number[] = [];
    for (const attempts of [1, 4, 100]) {
      const down = { ...unwokenEnv, DB: downDatabase() };
      const { retried } = await hand(down, "ce-events", [byId(told)], attempts);
      delays.push(retried.get(0) ?? 0);
    }
    const [first = 0, fourth = 0, last = 0] = delays;
    expect(first).toBeLessThanOrEqual(2);
    expect(fourth).toBeGreaterThan(first);
    expect(last).toBeGreaterThanOrEqual(1_800);
    expect(last).toBeLessThanOrEqual(3_600);
  });
});

describe("row: dies after the commit, before the ack", () => {
  it("delivered again it changes nothing, and nobody is told twice", async () => {
    const told = confirmed(newOrder());
    const parcel = event("shipment.cancelled", shipment(`SHP-${told.order}`), {
      id: `evt-parcel-${told.order}`,
      order_number: told.order,
    });
    await receiveIdle(told, { id: String(parcel.id), value: parcel, order: told.order });
    const bodies = [byId(told), byId({ id: String(parcel.id) })];
    // The batch is committed; then its answer is lost, and with it every ack.
    const DB = new Breaker({ call: 2, fault: "fails after" }).database(env.DB);
    expect((await hand({ ...unwokenEnv, DB }, "ce-events", bodies)).acked).toEqual([]);
    await fireCron(calmEnv);
    const before = await everything(told);
    expect((await hand(unwokenEnv, "ce-events", bodies, 2)).acked).toEqual([0, 1]);
    await fireCron(calmEnv);
    expect(await everything(told)).toEqual(before);
    // Also if the inbox no longer has the events as applied, for example after a restore of the table.
    await env.DB.prepare("UPDATE webhook_events SET status = 'received' WHERE id LIKE ?1")
      .bind(`evt-%${told.order}`)
      .run();
    expect((await hand(unwokenEnv, "ce-events", bodies, 3)).acked).toEqual([0, 1]);
    await fireCron(calmEnv);
    const { accepted } = await readSink();
    const about = Object.entries(accepted).filter(([key]) => key.includes(told.order));
    expect(about.map(([, times]) => times)).toEqual([1, 1]);
  });
});

describe("row: one event still failing after the last retry", () => {
  it("a burst of 60 goes through the real queues into failed, with its error and attempts, and one alert", async () => {
    await env.DB.prepare("DELETE FROM notifications WHERE template = 'alert'").run();
    // More than one batch of the dead-letter queue.
    const burst = Array.from({ length: 60 }, () => confirmed(`${newOrder()}-burst`));
    const condition = "NEW.order_number LIKE '%-burst'";
    // A text of a platform error, so that the one retry of these tests is soon.
    const text = "Network connection lost";
    await whileRefusing({ table: "orders", condition, text }, async () => {
      for (const { value } of burst) {
        const body = JSON.stringify(value);
        const headers = { "x-webhook-signature": await sign(body) };
        const init = { method: "POST", headers, body };
        await exports.default.fetch("https://receiver.test/api/webhooks/ce", init);
      }
      await vi.waitFor(
        async () => expect(await statuses(...burst)).toEqual(burst.map(() => "failed")),
        { timeout: 15_000, interval: 50 },
      );
    });
    for (const row of await inbox(...burst)) {
      expect(row).toMatchObject({ attempts: 2 });
      expect(row["error"]).toContain(text);
    }
    expect(await deadLetterAlerts()).toHaveLength(1);
  });

  it("while D1 is down dead letters wait, and before their last retry start anew on ce-events", async () => {
    const told = confirmed(newOrder());
    const { queue, sent } = overheardQueue(downQueue(env.EVENTS));
    await postTo({ ...calmEnv, DB: downDatabase(), EVENTS: queue }, told.value);
    const [whole] = sent;
    const down = { ...calmEnv, DB: downDatabase() };
    const early = await hand(down, "ce-events-dlq", [whole], 89);
    expect([...early.retried]).toEqual([[0, expect.any(Number)]]);
    expect(early.retried.get(0)).toBeGreaterThanOrEqual(1_800);
    expect(await inbox(told)).toEqual([]);
    // D1 is still down for the dead letters; the message that starts anew finds it working.
    const late = await hand(down, "ce-events-dlq", [whole], 90);
    expect(late.acked).toEqual([0]);
    await settled(told.id);
    expect(await statuses(told)).toEqual(["processed"]);
    // If the queue is down too, the dead letter still waits.
    const none = { ...down, EVENTS: downQueue(env.EVENTS) };
    expect((await hand(none, "ce-events-dlq", [whole], 95)).acked).toEqual([]);
  });
});

describe("row: provider down", () => {
  it("the order is applied at once; the message stays pending and is retried, and after 23 hours fails with one alert", async () => {
    const told = confirmed(newOrder());
    await receiveIdle(told);
    const down = { ...unwokenEnv, RESEND_BASE_URL: "https://down.test" };
    expect((await hand(down, "ce-events", [byId(told)])).acked).toEqual([0]);
    await fireCron(down);
    expect(await orderStatus(told.order)).toBe("confirmed");
    const message = `SELECT status, attempts, next_attempt_at > created_at AS later
      FROM notifications WHERE order_number = ?1`;
    expect(await rows(message, told.order)).toEqual([{ status: "pending", attempts: 1, later: 1 }]);
    // Meanwhile the order continues.
    const paid = payment(`PAY-${told.order}`);
    const value = event("payment.success", paid, { order_number: told.order });
    const next = { id: String(value.id), value, order: told.order };
    await receiveIdle(next);
    expect((await hand(down, "ce-events", [byId(next)])).acked).toEqual([0]);
    const [found] = await rows(
      "SELECT payment_status FROM orders WHERE order_number = ?1",
      told.order,
    );
    expect(found).toEqual({ payment_status: "success" });
    await env.DB.prepare(
      `UPDATE notifications SET next_attempt_at = '2000-01-01T00:00:00.000Z',
         rendered = json_set(rendered, '$.firstAttemptAt',
           strftime('%Y-%m-%dT%H:%M:%fZ', rendered->>'firstAttemptAt', '-23 hours'))
       WHERE order_number = ?1`,
    )
      .bind(told.order)
      .run();
    await fireCron(down);
    expect(await rows(message, told.order)).toMatchObject([{ status: "failed" }]);
    const alerts = await rows(
      "SELECT id FROM notifications WHERE id LIKE 'alert/notification_failed:email/%'",
    );
    expect(alerts).toHaveLength(1);
  });
});

describe("the waiting list", () => {
  it("is empty at the end: no test left an event behind", async () => {
    const farAway = "2100-01-01T00:00:00.000Z";
    const left = await listWaiting(env.DB, farAway, 100);
    for (const id of left) await ageEvent(id, 100_000);
    await fireCron(calmEnv);
    if (left.length > 0) await settled(...left);
    expect(await listWaiting(env.DB, farAway, 100)).toEqual([]);
  });
});

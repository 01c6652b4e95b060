/** The figures of the overview, over rows as the consumer writes them. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { countStretch } from "../../src/store/inbox/counts";
import { saveRefusals } from "../../src/store/inbox/refusals";
import { loadOverview } from "../../src/store/overview-figures";
import { clearTables, seedEvent, seedNotification, seedOrder, seedShipment } from "../support/rows";

const NOW = "2026-11-24T10:30:00.000Z";

/** The start of each hour. */
function startsOf(from: string): readonly string[] {
  const first = Number(from.slice(11, 13));
  return Array.from({ length: 11 - first }, (_, index) =>
    from.replace(/T\d\d/, `T${String(first + index).padStart(2, "0")}`),
  );
}

const load = (from: string, step = "hour") =>
  loadOverview(env.DB, NOW, { from, step, starts: startsOf(from), off: ["sms"] });

/** Inserts events in the order of receipt. */
async function seedEvents(
  ...rows: readonly (readonly [id: string, at: string, status: string])[]
): Promise<void> {
  for (const [id, at, status] of rows) {
    await seedEvent({ id, received_at: `2026-11-24T${at}:00.000Z`, status });
  }
}

beforeEach(async () => {
  await clearTables();
  await env.DB.exec("DELETE FROM refused_deliveries");
});

describe("events", () => {
  it("are counted by hour and outcome, those of the sweep's counts and later ones", async () => {
    await seedEvents(
      ["a", "07:10", "processed"],
      ["b", "08:10", "processed"],
      ["c", "08:20", "quarantined"],
    );
    while (await countStretch(env.DB, "2026-11-24T09:00:00.000Z", NOW));
    await seedEvents(
      ["d", "10:10", "received"],
      ["e", "10:20", "failed"],
      ["f", "10:21", "failed"],
    );
    const { counts } = await load("2026-11-24T08:00:00.000Z");
    const some = counts.filter(({ events }) => events !== 0);
    expect(some).toEqual([
      { start: "2026-11-24T08", status: "processed", events: 1 },
      { start: "2026-11-24T08", status: "quarantined", events: 1 },
      { start: "2026-11-24T10", status: "failed", events: 2 },
      { start: "2026-11-24T10", status: "received", events: 1 },
    ]);
  });

  it("are applied once a replay has applied them, although the sweep has counted them before", async () => {
    await seedEvents(["a", "08:10", "quarantined"], ["b", "08:20", "failed"]);
    while (await countStretch(env.DB, "2026-11-24T09:00:00.000Z", NOW));
    await env.DB.exec("UPDATE webhook_events SET status = 'processed' WHERE id = 'a'");
    const { counts } = await load("2026-11-24T08:00:00.000Z");
    expect(counts).toEqual([
      { start: "2026-11-24T08", status: "failed", events: 1 },
      { start: "2026-11-24T08", status: "processed", events: 1 },
    ]);
  });

  it("that waited when they were counted have the status that they have now", async () => {
    await seedEvents(
      ["a", "07:10", "received"],
      ["b", "07:11", "received"],
      ["c", "07:12", "received"],
    );
    while (await countStretch(env.DB, "2026-11-24T09:00:00.000Z", "2026-11-24T08:00:00.000Z"));
    await env.DB.exec("UPDATE webhook_events SET push_at = '2026-11-24T11:00:00.000Z'");
    await env.DB.exec("UPDATE webhook_events SET status = 'processed' WHERE id = 'a'");
    await env.DB.exec("UPDATE webhook_events SET status = 'failed' WHERE id = 'b'");
    const { counts } = await load("2026-11-24T07:00:00.000Z");
    expect(counts).toEqual([
      { start: "2026-11-24T07", status: "failed", events: 1 },
      { start: "2026-11-24T07", status: "processed", events: 1 },
      { start: "2026-11-24T07", status: "received", events: 1 },
    ]);
  });

  it("of the last hour are counted by ten minutes, from the moment on", async () => {
    await seedEvents(
      ["a", "09:29", "processed"],
      ["b", "09:31", "processed"],
      ["c", "09:39", "ignored"],
      ["d", "10:29", "processed"],
    );
    const { counts } = await load("2026-11-24T09:30:00.000Z", "ten minutes");
    expect(counts).toEqual([
      { start: "2026-11-24T09:3", status: "ignored", events: 1 },
      { start: "2026-11-24T09:3", status: "processed", events: 1 },
      { start: "2026-11-24T10:2", status: "processed", events: 1 },
    ]);
  });

  it("take as long as from receipt to applied, without imports and older ones", async () => {
    const seed = async (id: string, received_at: string, processed_at: string | null) =>
      await seedEvent({ id, received_at, processed_at });
    await seed("old", "2026-11-24T08:00:00.000Z", "2026-11-24T09:00:00.000Z");
    for (let index = 1; index <= 20; index += 1) {
      const ms = String(index).padStart(2, "0");
      await seed(`e${ms}`, "2026-11-24T10:00:00.000Z", `2026-11-24T10:00:00.${ms}0Z`);
    }
    await seed("import:1", "2026-11-24T10:00:00.000Z", "2026-11-24T10:20:00.000Z");
    const { latency } = await load("2026-11-24T10:00:00.000Z");
    expect(latency.events).toBe(20);
    expect(latency.p50).toBeCloseTo(100, 0);
    expect(latency.p95).toBeCloseTo(190, 0);
    expect((await load("2026-11-24T10:20:00.000Z")).latency).toEqual({
      events: 0,
      p50: null,
      p95: null,
    });
  });

  it("take as long as the slowest of a few: 95 % are no fewer than all of them", async () => {
    const received_at = "2026-11-24T10:00:00.000Z";
    await seedEvent({ id: "fast", received_at, processed_at: "2026-11-24T10:00:00.010Z" });
    await seedEvent({ id: "slow", received_at, processed_at: "2026-11-24T10:01:00.000Z" });
    const { latency } = await load(received_at);
    expect(latency.p50).toBeCloseTo(10, 0);
    expect(latency.p95).toBeCloseTo(60_000, 0);
  });
});

describe("orders", () => {
  it("are those placed in the range, with their sums by currency", async () => {
    const seed = async (order_number: string, hour: string, over = {}) =>
      await seedOrder({ order_number, order_date: `2026-11-24T${hour}:00:00.000Z`, ...over });
    await seed("BEFORE", "06");
    await seed("A", "08", { grand_total_micros: 100, paid_micros: 100, refunded_micros: 30 });
    await seed("B", "09", { grand_total_micros: 50 });
    await seed("C", "09", { grand_total_micros: 7, currency: "USD", paid_micros: 7 });
    await seed("UNKNOWN", "09", { order_date: null });
    const { orders } = await load("2026-11-24T08:00:00.000Z");
    expect(orders).toEqual([
      { orders: 3, currency: "INR", value_micros: 150, paid_micros: 100, refunded_micros: 30 },
      { orders: 3, currency: "USD", value_micros: 7, paid_micros: 7, refunded_micros: 0 },
    ]);
    expect((await load("2026-11-24T10:00:00.000Z")).orders).toEqual([]);
  });

  it("that wait for a person say since when, and when last", async () => {
    expect((await load(NOW)).times).toEqual({ refund_due_since: null, undelivered_at: null });
    for (const hour of ["09", "08"]) {
      await seedOrder({
        order_number: hour,
        status: "cancelled",
        paid_micros: 5,
        cancelled_at: `2026-11-24T${hour}:00:00.000Z`,
      });
      const updated_at = `2026-11-24T${hour}:30:00.000Z`;
      await seedShipment({ shipment_id: hour, order_number: hour, status: "lost", updated_at });
    }
    expect((await load(NOW)).times).toEqual({
      refund_due_since: "2026-11-24T08:00:00.000Z",
      undelivered_at: "2026-11-24T09:30:00.000Z",
    });
  });
});

describe("messages and refusals", () => {
  it("are those of the range", async () => {
    for (const hour of ["07", "09"]) {
      const id = `order_confirmed/${hour}/email`;
      const received_at = `2026-11-24T${hour}:00:00.000Z`;
      await seedEvent({ id: hour, received_at, outbox: JSON.stringify([id]) });
      await seedNotification({ id, status: "sent", created_at: received_at });
      const refusal = { reason: "too large", deliveries: 2, last_at: received_at };
      await saveRefusals(env.DB, [{ hour: received_at.slice(0, 13), ...refusal }]);
    }
    const { messages, refusals, refused } = await load("2026-11-24T08:00:00.000Z");
    expect(messages).toEqual([
      { channel: "email", status: "sent", messages: 1, latest_at: "2026-11-24T09:00:00.000Z" },
    ]);
    expect(refusals).toEqual([
      { reason: "too large", deliveries: 2, last_at: "2026-11-24T09:00:00.000Z" },
    ]);
    expect(refused).toEqual([]);
  });

  it("have those that no event asks for", async () => {
    const created_at = "2026-11-24T09:00:00.000Z";
    const one = { template: "tracking_changed", channel: "email", status: "failed", created_at };
    await seedNotification({ id: "tracking_changed/SHP-1/AWB-1/email", ...one });
    const { messages } = await load("2026-11-24T08:00:00.000Z");
    expect(messages).toEqual([
      { channel: "email", status: "failed", messages: 1, latest_at: created_at },
    ]);
    expect((await load("2026-11-24T10:00:00.000Z")).messages).toEqual([]);
  });
});

/**
 * Rebuilding after the projection has changed: exactly the rows that it should change change, a
 * rebuild that dies half-way goes on where it was, and nobody hears of it.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type * as money from "../../src/projection/money-patches";
import { loadChanges, startRebuild } from "../../src/store/rebuild-progress";
import type * as rebuilding from "../../src/upkeep/rebuild";
import { shuffle, createRandom, tellDay } from "../../tools/story/index.ts";
import { Breaker } from "../faults/faulty";
import { clearTables } from "./compare";
import { deliver, NOW } from "./deliver";

/** The deliberate change: payment methods are written in capitals. */
async function loadChangedRebuild(): Promise<typeof rebuilding> {
  vi.resetModules();
  vi.doMock("../../src/projection/money-patches", async (original) => {
    const real = await original<typeof money>();
    return {
      ...real,
      paymentPatch: (...[data, place]: Parameters<typeof real.paymentPatch>) =>
        real.paymentPatch(
          { ...data, payment_method: data.payment_method?.toUpperCase() ?? null },
          place,
        ),
    };
  });
  return await import("../../src/upkeep/rebuild");
}

const { continueRebuild } = await loadChangedRebuild();

const stories = tellDay({ seed: 7, orders: 60, endsAtMs: Date.parse(NOW) });
const events = stories
  .flatMap((story) => story.events)
  .map((event) => ({
    id: event.id,
    eventType: event.event_type,
    receivedAt: NOW,
    payload: JSON.stringify(event),
  }));

interface Payment {
  readonly payment_id: string;
  readonly method: string | null;
}

async function payments(): Promise<readonly Payment[]> {
  const { results } = await env.DB.prepare(
    "SELECT payment_id, method FROM payments ORDER BY payment_id",
  ).all<Payment>();
  return results;
}

/** Every table but the one that is to change, and the columns of that one that are not. */
async function everythingElse(): Promise<string> {
  const results = await env.DB.batch([
    env.DB.prepare("SELECT * FROM orders ORDER BY 1"),
    env.DB.prepare("SELECT * FROM refunds ORDER BY 1"),
    env.DB.prepare("SELECT * FROM shipments ORDER BY 1"),
    env.DB.prepare("SELECT * FROM notifications ORDER BY 1"),
    env.DB.prepare(
      "SELECT payment_id, order_number, status, amount_micros FROM payments ORDER BY 1",
    ),
  ]);
  // Orders whose payments were cleared and merged again are derived again, at the same values.
  return JSON.stringify(results.map(({ results: rows }) => rows)).replaceAll(
    /"updated_at":"[^"]*"/g,
    "",
  );
}

async function rebuild(dryRun: boolean, db: D1Database = env.DB): Promise<number> {
  const { id } = await startRebuild(env.DB, {}, dryRun, NOW);
  while ((await continueRebuild(db, NOW)) !== null) {
    // By some slices each time.
  }
  return id;
}

describe("rebuilding after a change of the projection", () => {
  beforeEach(async () => {
    await clearTables();
    await deliver([shuffle(events, createRandom(7, 1))], false);
  });

  it("reports, row by row, what would change, and changes nothing", async () => {
    const before = await payments();
    const id = await rebuild(true);
    expect(await payments()).toEqual(before);
    const expected = before
      .filter(({ method }) => method !== null && method !== method.toUpperCase())
      .map(({ payment_id: key, method }) => ({
        entity: "payments",
        key,
        column: "method",
        from: method,
        to: method?.toUpperCase(),
      }));
    expect(expected.length).toBeGreaterThan(20);
    expect(await loadChanges(env.DB, id, 1_000)).toEqual(expected);
  });

  it("changes exactly the rows that it should", async () => {
    const before = await payments();
    const others = await everythingElse();
    await rebuild(false);
    expect(await payments()).toEqual(
      before.map(({ payment_id, method }) => ({
        payment_id,
        method: method?.toUpperCase() ?? null,
      })),
    );
    expect(await everythingElse()).toBe(others);
    const again = await rebuild(true);
    expect(await loadChanges(env.DB, again, 10)).toEqual([]);
  });

  it("goes on where it was when it dies half-way", { timeout: 60_000 }, async () => {
    const before = await payments();
    const { id } = await startRebuild(env.DB, {}, false, NOW);
    let deaths = 0;
    for (let call = 20; call < 20_000; call += 60) {
      const breaker = new Breaker({ call, fault: "fails after" });
      try {
        if ((await continueRebuild(breaker.database(env.DB), NOW)) === null) break;
      } catch {
        deaths += 1;
      }
      // A restart dies later each time, or not at all.
    }
    expect(deaths).toBeGreaterThan(0);
    expect(
      await env.DB.prepare("SELECT finished_at FROM rebuilds WHERE id = ?1").bind(id).first(),
    ).toEqual({ finished_at: NOW });
    expect(await payments()).toEqual(
      before.map(({ payment_id, method }) => ({
        payment_id,
        method: method?.toUpperCase() ?? null,
      })),
    );
  });

  it("covers one order, one type, or a span of receipt where that is asked for", async () => {
    const [story] = stories;
    if (story === undefined) throw new Error("no story");
    for (const filter of [
      { orderNumber: story.orderNumber },
      { eventType: "payment.retried" },
      { from: "2026-03-06T00:00:00.000Z" },
      { to: NOW },
    ]) {
      const { id } = await startRebuild(env.DB, filter, true, NOW);
      await continueRebuild(env.DB, NOW);
      const keys = (await loadChanges(env.DB, id, 1_000)).map(({ key }) => key);
      if ("orderNumber" in filter) {
        const own = story.expected.payments.map((payment) => payment.id);
        expect(own).toEqual(expect.arrayContaining(keys.filter((key) => own.includes(key))));
      }
      if ("from" in filter || "to" in filter) expect(keys).toEqual([]);
      await env.DB.batch(
        ["rebuilds", "rebuild_changes"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
      );
    }
  });
});

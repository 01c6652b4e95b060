/**
 * Rebuilding after the projection has changed: exactly the rows that it should change change, a rebuild that dies
 * half-way goes on where it was, and nobody is notified. The rows are as an older projection would have left them:
 * it wrote another word for a payment method.
 */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  loadChanges,
  type RebuildFilter,
  startRebuild,
} from "../../src/store/state/rebuild-progress";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { shuffle, createRandom, createDay } from "../../testbed/stories/index.ts";
import { Breaker } from "../faults/faulty";
import { deliver, NOW } from "./deliver";
import { defaults } from "./defaults";
import { clearTables } from "../support/rows";

const stories = createDay({ seed: 7, orders: 30, endsAtMs: Date.parse(NOW) });
const events = stories
  .flatMap((story) => story.events)
  .map((event) => ({
    id: event.id,
    typeHint: null,
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

/** What the older projection wrote for a method. */
const older = (method: string): string => `old ${method}`;

async function rebuild(dryRun: boolean, db: D1Database = env.DB): Promise<number> {
  const { id } = await startRebuild(env.DB, {}, dryRun, NOW);
  while ((await continueRebuild(db, NOW, defaults)) !== null) {
    // By some slices each time.
  }
  return id;
}

describe("rebuilding after a change of the projection", () => {
  /** As the current projection writes them. */
  let current: readonly Payment[] = [];

  beforeAll(async () => {
    await clearTables();
    await deliver([shuffle(events, createRandom(7, 1))], false);
    current = await payments();
  });

  beforeEach(async () => {
    await env.DB.prepare(
      "UPDATE payments SET method = 'old ' || method WHERE method NOT LIKE 'old %'",
    ).run();
  });

  it("reports, row by row, what would change, and changes nothing", async () => {
    const before = await payments();
    const id = await rebuild(true);
    expect(await payments()).toEqual(before);
    const expected = current
      .filter(({ method }) => method !== null)
      .map(({ payment_id: key, method }) => ({
        entity: "payments",
        key,
        column: "method",
        from: older(method ?? ""),
        to: method,
      }));
    expect(expected.length).toBeGreaterThan(10);
    expect(await loadChanges(env.DB, id, 1_000)).toEqual(expected);
  });

  it("changes exactly the rows that it should", { timeout: 60_000 }, async () => {
    const others = await everythingElse();
    await rebuild(false);
    expect(await payments()).toEqual(current);
    expect(await everythingElse()).toBe(others);
    const again = await rebuild(true);
    expect(await loadChanges(env.DB, again, 10)).toEqual([]);
  });

  it("goes on where it was when it dies half-way", { timeout: 60_000 }, async () => {
    const { id } = await startRebuild(env.DB, {}, false, NOW);
    let deaths = 0;
    for (let call = 20; call < 20_000; call += 60) {
      const breaker = new Breaker({ call, fault: "fails after" });
      try {
        if ((await continueRebuild(breaker.database(env.DB), NOW, defaults)) === null) break;
      } catch {
        deaths += 1;
      }
      // A restart dies later each time, or not at all.
    }
    expect(deaths).toBeGreaterThan(0);
    expect(
      await env.DB.prepare("SELECT finished_at FROM rebuilds WHERE id = ?1").bind(id).first(),
    ).toEqual({ finished_at: NOW });
    expect(await payments()).toEqual(current);
  });

  /** Payments of stories whose method is to change. */
  async function keysOfStories(chosen: typeof stories): Promise<readonly string[]> {
    const orders = chosen.map(({ orderNumber }) => orderNumber);
    const { results } = await env.DB.prepare(
      `SELECT payment_id FROM payments WHERE method IS NOT NULL
        AND order_number IN (SELECT value FROM json_each(?1)) ORDER BY payment_id`,
    )
      .bind(JSON.stringify(orders))
      .all<{ payment_id: string }>();
    return results.map(({ payment_id: key }) => key);
  }

  async function keysReported(filter: RebuildFilter): Promise<readonly string[]> {
    const { id } = await startRebuild(env.DB, filter, true, NOW);
    await continueRebuild(env.DB, NOW, defaults);
    return (await loadChanges(env.DB, id, 1_000)).map(({ key }) => key);
  }

  it("covers one order where that is asked for", async () => {
    const story = stories.find(({ kind }) => kind.includes("happy")) ?? stories[0];
    const orderNumber = story?.orderNumber ?? "";
    const expected = await keysOfStories(stories.filter((one) => one === story));
    expect(await keysReported({ orderNumber })).toEqual(expected);
  });

  it("covers the orders of one type of event, and no others", async () => {
    const retried = stories.filter((story) =>
      story.events.some((one) => one.event_type === "payment.retried"),
    );
    const expected = await keysOfStories(retried);
    expect(expected.length).toBeGreaterThan(0);
    expect(await keysReported({ eventType: "payment.retried" })).toEqual(expected);
  });

  it("covers a span of receipt, its start included and its end not", async () => {
    const all = await keysOfStories(stories);
    const { id } = await startRebuild(env.DB, { from: NOW }, true, NOW);
    while ((await continueRebuild(env.DB, NOW, defaults)) !== null) {
      // By some slices each time.
    }
    const reported = (await loadChanges(env.DB, id, 1_000)).map(({ key }) => key);
    expect(reported).toEqual(expect.arrayContaining([...all]));
    expect(await keysReported({ to: NOW })).toEqual([]);
  });
});

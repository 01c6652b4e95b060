/**
 * Years at a small scale: a shop runs day after day with its own clock and retentions of a few days. The inbox stops
 * growing, and an order continues to use space only for its state. `npm run bench:years` does the same for longer.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { liveDay } from "../../bench/workers/shop-day";
import { parseConfig } from "../../src/config";
import { addMs, DAY_MS } from "../../src/events/field-formats/time";
import { createDay } from "../../testbed/stories/index";
import { row } from "../support/receiver";
import { bucket, clearAll, days } from "./aged";

const RETENTION_DAYS = 2;
const DEDUPE_DAYS = 5;
const ORDERS = 20;
const DAYS = 18;
const START = "2026-03-01T00:00:00.000Z";
const END = days(START, DAYS);

const config = parseConfig({
  CE_WEBHOOK_SECRET: "growth",
  RESEND_API_KEY: "re_growth",
  EMAIL_FROM: "Shop <orders@shop.example>",
  SLACK_WEBHOOK_URL: "https://slack.example/growth",
  RETENTION_DAYS: String(RETENTION_DAYS),
  DEDUPE_DAYS: String(DEDUPE_DAYS),
});

interface Point {
  readonly bytes: number;
  readonly events: number;
}

const points: Point[] = [];
let archived = 0;

async function live(day: number): Promise<void> {
  const endsAt = days(START, day);
  const stories = createDay({
    seed: day,
    orders: ORDERS,
    endsAtMs: Date.parse(endsAt),
    firstNumber: 1_000 * day,
  });
  const told = stories.flatMap((story) => story.events);
  const payloads = told.map((event) => JSON.stringify(event));
  const shop = { db: env.DB, archive: bucket(), config };
  archived += (await liveDay(shop, { endsAt, payloads, runs: 1 })).archived;
  const { meta } = await env.DB.prepare("SELECT 1").run();
  const { events } = await row("SELECT count(*) AS events FROM webhook_events");
  points.push({ bytes: meta.size_after, events: Number(events) });
}

beforeAll(async () => {
  await clearAll();
  for (let day = 1; day <= DAYS; day += 1) await live(day);
}, 60_000);

describe("a shop that lives on", () => {
  it("keeps bodies, recipients and rows for as long as is set, and no longer", async () => {
    const oldest = await row(
      `SELECT min(received_at) AS rows, min(CASE WHEN payload IS NOT NULL THEN received_at END) AS bodies
       FROM webhook_events`,
    );
    const recipients = await row(
      `SELECT min(max(created_at, coalesce(sent_at, ''))) AS recipients FROM notifications
       WHERE status <> 'pending' AND (recipient IS NOT NULL OR rendered IS NOT NULL)`,
    );
    // A body is archived an hour after it has expired.
    const bodies = addMs(END, -RETENTION_DAYS * DAY_MS - 3_600_000);
    expect(String(oldest["bodies"]) > bodies).toBe(true);
    expect(String(oldest["rows"]) > days(END, -DEDUPE_DAYS - 2)).toBe(true);
    expect(String(recipients["recipients"]) > days(END, -RETENTION_DAYS)).toBe(true);
    expect(archived).toBeGreaterThan(1_500);
    expect(await row("SELECT count(*) AS orders FROM orders")).toEqual({ orders: ORDERS * DAYS });
  });

  it("grows by the state of its orders alone, once its first rows have left", () => {
    const [settled, last] = [points[DEDUPE_DAYS + 6], points.at(-1)];
    if (settled === undefined || last === undefined) throw new Error("too few days");
    expect(last.events).toBeLessThan(settled.events * 1.2);
    const orders = ORDERS * (DAYS - DEDUPE_DAYS - 7);
    const bytesAnOrder = (last.bytes - settled.bytes) / orders;
    console.info(`growth: ${String(Math.round(bytesAnOrder))} bytes an order`);
    // An order with its events, bodies and messages takes about 45 KB. See "What an order leaves" in docs/scale.md.
    expect(bytesAnOrder).toBeLessThan(2_500);
    expect(bytesAnOrder).toBeGreaterThan(1_000);
  });

  it("has nothing that waits, and no row that its events contradict", async () => {
    expect(
      await row("SELECT count(*) AS waiting FROM webhook_events WHERE status <> 'processed'"),
    ).toEqual({ waiting: 0 });
    expect(await row("SELECT count(*) AS wrong FROM state_audit")).toEqual({ wrong: 0 });
  });
});

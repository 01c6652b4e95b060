/**
 * One huge order does not block the rest: a view, an explanation or a rebuild reads a bounded part of it, and states
 * what it has left out. Without the bounds, an order of 40,000 payments was explained in 58 seconds, and its page had
 * 54 MB.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { VIEW_LIMITS, VIEW_MAX_SETTINGS } from "../../src/limits";
import { ENTRIES_MAX } from "../../src/events/identity";
import { listEvents } from "../../src/store/inbox/event-list";
import { loadTimeline } from "../../src/store/state/order-detail";
import { startRebuild } from "../../src/store/state/rebuild-progress";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { defaults } from "../support/defaults";
import { event } from "../support/events";
import { deliver, fetchWith, ORIGIN, rows } from "../support/receiver";
import { signIn } from "../support/console";

const ADMIN = { ADMIN_TOKEN: "let-me-in" };
const NOW = "2026-11-26T10:00:00.000Z";
/**
 * The number of entries that each body lists. BODIES: bodies of one order that list others; 2,000 entries of each are
 * read.
 */
const ENTRIES = 13_000;
const BODIES = 3;
const READ = BODIES * ENTRIES_MAX;

/** Far more than the time with the bounds, and far less than the time without them. */
const SOON_MS = 5_000;
const PAGE_MAX_CHARACTERS = 2_000_000;

/** A valid body that lists very many payments. */
function hugeBody(id: string, number: string): string {
  const payments = Array.from(
    { length: ENTRIES },
    (_, n) => `{"request_number":"${id}-${n.toString(36)}"}`,
  ).join(",");
  return `{"id":"${id}","event_type":"order.created","data":{"order_number":"${number}","payments":[${payments}]}}`;
}

let cookie = "";

async function ask(path: string): Promise<string> {
  const headers = { authorization: "Bearer let-me-in", cookie };
  const startedMs = Date.now();
  const response = await fetchWith(ADMIN, new Request(`${ORIGIN}${path}`, { headers }));
  const text = await response.text();
  expect(response.status, path).toBe(200);
  expect(Date.now() - startedMs, path).toBeLessThan(SOON_MS);
  expect(text.length, path).toBeLessThan(PAGE_MAX_CHARACTERS);
  return text;
}

async function isApplied(...ids: readonly string[]): Promise<void> {
  const sql =
    "SELECT id FROM webhook_events WHERE status = 'processed' AND id IN (SELECT value FROM json_each(?1))";
  await vi.waitUntil(async () => (await rows(sql, JSON.stringify(ids))).length === ids.length, {
    timeout: 20_000,
    interval: 50,
  });
}

const leftOut = z.array(z.object({ what: z.string(), count: z.number(), where: z.string() }));
const order = z.object({ payments: z.array(z.unknown()), left_out: leftOut });
const explanation = z.object({
  registers: z.array(z.unknown()),
  events: z.array(z.object({ settings: z.array(z.unknown()) })),
  leftOut,
});

/** D1, and the number of rows that its statements have read. */
function metered(): { readonly db: D1Database; readonly rowsRead: () => number } {
  let read = 0;
  const counted = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get: (target, name) => {
        if (name === "bind") return (...values: unknown[]) => counted(target.bind(...values));
        if (name !== "all" && name !== "first") return Reflect.get(target, name) as unknown;
        return async () => {
          const { results, meta } = await target.all();
          read += meta.rows_read;
          return name === "all" ? { results, meta } : (results[0] ?? null);
        };
      },
    });
  const db = new Proxy(env.DB, {
    get: (target, name) =>
      name === "prepare"
        ? (sql: string) => counted(target.prepare(sql))
        : (Reflect.get(target, name) as unknown),
  });
  return { db, rowsRead: () => read };
}

beforeAll(async () => {
  cookie = await signIn(ADMIN.ADMIN_TOKEN);
});

describe("an order with 40,000 payments", () => {
  const rest = READ - VIEW_LIMITS.rows;
  const ids = Array.from({ length: BODIES }, (_, n) => `huge${String(n)}`);

  beforeAll(async () => {
    for (const id of ids) await deliver(hugeBody(id, "HUGE"));
    await isApplied(...ids);
  }, 30_000);

  it("is read up to a limit for each event, which is noted", async () => {
    expect(await rows("SELECT count(*) AS n FROM payments WHERE order_number = 'HUGE'")).toEqual([
      { n: READ },
    ]);
    const [stored] = await rows("SELECT notes FROM webhook_events WHERE id = 'huge0'");
    expect(stored?.["notes"]).toBe(
      JSON.stringify(["data.payments: 13000 entries, of which the first 2000 are read"]),
    );
  });

  it("is answered up to a limit, and the answer says what is missing and where it is", async () => {
    const payments = {
      what: "payments",
      count: rest,
      where: "the table payments, by order_number",
    };
    const answer = order.parse(JSON.parse(await ask("/api/admin/orders/HUGE")));
    expect(answer.payments).toHaveLength(VIEW_LIMITS.rows);
    expect(answer.left_out).toEqual([payments]);
    const explained = explanation.parse(JSON.parse(await ask("/api/admin/orders/HUGE/explain")));
    expect(explained.leftOut).toEqual([payments]);
    await ask("/api/admin/orders/HUGE/timeline");
  });

  it("has a page that a browser can show, with the same note", async () => {
    const page = await ask("/console/orders/HUGE");
    expect(page).toContain(
      `Not all payments are shown; for the other ${rest.toLocaleString("en")} see the table payments, by order_number.`,
    );
  });

  it("has an event whose page and answer show some of what it sets, and whose body is whole", async () => {
    const page = await ask("/console/events/huge0");
    expect(page).toContain(
      "Not all rows that it sets are shown; for the other 1,901 see its body.",
    );
    const answer = z
      .object({ left_out: leftOut })
      .parse(JSON.parse(await ask("/api/admin/events/huge0")));
    expect(answer.left_out).toEqual([
      { what: "rows that it sets", count: ENTRIES_MAX + 1 - VIEW_LIMITS.rows, where: "its body" },
    ]);
    expect(await ask("/console/events/huge0/body")).toBe(hugeBody("huge0", "HUGE"));
  });

  it("is left as it is by a rebuild, whose report names it; the orders beside it are rebuilt", async () => {
    await deliver(
      event("order.created", { order_number: "SMALL", status: "draft" }, { id: "small" }),
    );
    await isApplied("small");
    await env.DB.exec("UPDATE orders SET status = 'wrong' WHERE order_number IN ('SMALL', 'HUGE')");
    const { id } = await startRebuild(env.DB, {}, false, NOW);
    const startedMs = Date.now();
    const rebuilt = await continueRebuild(env.DB, NOW, defaults);
    expect(Date.now() - startedMs).toBeLessThan(SOON_MS);
    expect(rebuilt).toMatchObject({ id, finishedAt: NOW, leftOut: ["HUGE"] });
    expect(await rows("SELECT order_number, status FROM orders ORDER BY order_number")).toEqual([
      { order_number: "HUGE", status: "wrong" },
      { order_number: "SMALL", status: "draft" },
    ]);
    const shown = JSON.parse(await ask(`/api/admin/rebuilds/${String(id)}`)) as unknown;
    expect(shown).toMatchObject({ leftOut: ["HUGE"] });
    const one = await startRebuild(env.DB, { orderNumber: "HUGE" }, true, NOW);
    expect(await continueRebuild(env.DB, NOW, defaults)).toMatchObject({
      id: one.id,
      leftOut: ["HUGE"],
    });
  });
});

describe("an order with much of everything", () => {
  it("is bounded in events, bytes and settings as it is in rows", async () => {
    const entry = (n: number) => ({
      request_number: `P${String(n % 90)}`,
      payment_status: "failed",
      payment_amount: n,
    });
    const filler = "x".repeat(60_000);
    const events = Array.from({ length: 60 }, (_, n) =>
      event(
        "order.confirmed",
        {
          order_number: "MUCH",
          customer_note: n % 2 === 0 ? filler : "short",
          order_items: Array.from({ length: 900 }, () => ({ sku: "S" })),
          payments: Array.from({ length: 90 }, (__, m) => entry(m)),
        },
        { id: `much-${String(n)}` },
      ),
    );
    await Promise.all(events.map((one) => deliver(one)));
    await isApplied(...events.map(({ id }) => String(id)));
    const text = await ask("/api/admin/orders/MUCH/explain");
    const explained = explanation.parse(JSON.parse(text));
    const settings = explained.events.flatMap((one) => one.settings);
    expect(settings.length).toBeLessThanOrEqual(VIEW_MAX_SETTINGS);
    expect(explained.leftOut.map(({ what }) => what)).toEqual(["events", "settings of events"]);
    const [older] = explained.leftOut;
    expect(explained.events.length + (older?.count ?? 0)).toBe(events.length);
    const page = await ask("/console/orders/MUCH");
    expect(page).toContain(
      "Not all items are shown; for the other 700 see the table orders, column items.",
    );
  }, 30_000);
});

describe("an order that very many events name", () => {
  const EVENTS = 20_000;
  /** The oldest, and one in the middle: one search does not reach either of them. */
  const FAILED = [1, 9_000];

  beforeAll(async () => {
    await env.DB.prepare(
      `INSERT INTO webhook_events (id, event_type, form, subject, subject_id, order_number, received_at, status, body_sha256)
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
      SELECT 'many-' || n, 'order.created', 'envelope', 'order', 'MANY', 'MANY', ?2,
        CASE WHEN n IN (SELECT value FROM json_each(?3)) THEN 'failed' ELSE 'processed' END, '' FROM numbers`,
    )
      .bind(EVENTS, NOW, JSON.stringify(FAILED))
      .run();
  });

  it("is listed from the newest on, and read no further than a page needs", async () => {
    const { db, rowsRead } = metered();
    const { events, next } = await listEvents(db, { order: "MANY" }, { limit: 20 });
    expect(events.map(({ id }) => id)).toEqual(
      Array.from({ length: 20 }, (_, at) => `many-${String(EVENTS - at)}`),
    );
    expect(next).not.toBeNull();
    // One entry of the index per event; at most 5,000 of the events themselves, each found once and read once.
    expect(rowsRead()).toBeLessThan(EVENTS + 4 * 5_000);
  });

  it.each([{ order: "MANY" }, { q: "MANY" }])(
    "%o has every event that a filter leaves",
    async (key) => {
      const found: string[] = [];
      let before: number | undefined;
      for (let pages = 0; pages < 20; pages += 1) {
        const page = { limit: 20, ...(before === undefined ? {} : { before }) };
        const { events, next } = await listEvents(env.DB, { ...key, status: "failed" }, page);
        found.push(...events.map(({ id }) => id));
        if (next === null) break;
        before = next;
      }
      expect(found).toEqual(["many-9000", "many-1"]);
    },
  );

  it("has a timeline that is read up to a limit, and says that there is more", async () => {
    const { db, rowsRead } = metered();
    const { entries, left_out } = await loadTimeline(db, "MANY", 500);
    expect(entries).toHaveLength(500);
    expect(left_out).toBe(1_500);
    expect(rowsRead()).toBeLessThan(5 * 2_000);
  });
});

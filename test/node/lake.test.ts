/**
 * The Worker of closed orders beside the receiver, as they are deployed: the lake as another engine reads it (files
 * that the Worker wrote, through DuckDB, against D1 before it archived), and the way back through the binding.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import * as z from "zod";
import { sendEvents } from "../../testbed/deliveries/send.ts";
import { settleEvents } from "../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { SECRET } from "./cli/run.ts";
import { readPage } from "./docs/markdown.ts";
import { answers } from "./lake/answers.ts";
import { type DuckDb, openDuckDb, type Row } from "./lake/duckdb.ts";
import { createMonths } from "./lake/months.ts";
import { askSqlite, copyD1, lakeTables } from "./lake/unarchived.ts";

const TOKEN = "look";
/** A run of the cron purges a limited number of bodies. */
const RETENTION_RUNS = 100;
const folder = mkdtempSync(join(tmpdir(), "ce-webhooks-lake-"));
const page = readPage(new URL("../../", import.meta.url), "docs/analytics.md");
const blocks = page.blocks.filter(({ language }) => language === "sql duckdb");

/** What creates views; all other blocks are questions. */
const VIEWS = ["The views", "The bodies"];

let shop: Receiver;
/** D1 as it was before anything was archived. */
let unarchived: DatabaseSync;
/** Every body, as it was in D1. */
let bodies: readonly Row[];
let left: number;
let duckDb: DuckDb;

async function callApi<T>(path: string, shape: z.ZodType<T>, body?: object): Promise<T> {
  const answer = await fetch(new URL(`/api/admin${path}`, shop.url), {
    headers: { authorization: `Bearer ${TOKEN}` },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  return shape.parse(JSON.parse(text));
}

/** All bodies leave D1, as if they had been received on one day long ago. */
async function archiveBodies(): Promise<void> {
  await shop.query("UPDATE webhook_events SET received_at = '2026-01-01T00:00:00.000Z'");
  const left = "SELECT 1 FROM webhook_events WHERE payload IS NOT NULL LIMIT 1";
  for (let runs = 0; runs < RETENTION_RUNS; runs += 1) {
    await shop.sweep();
    if ((await shop.query(left)).length === 0) return;
  }
  assert.fail("bodies are left");
}

/** Orders of two years, all of them applied; some people are erased. */
async function fillShop(): Promise<void> {
  const { stories, erased } = createMonths();
  await sendEvents(
    shop,
    stories.flatMap(({ events }) => events),
    SECRET,
  );
  assert.ok(await settleEvents(shop, { patienceMs: 20_000 }));
  for (const email of erased) await callApi("/erasures", z.looseObject({}), { email });
  await shop.query("UPDATE notifications SET status = 'sent', next_attempt_at = NULL");
  bodies = await shop.query("SELECT id, payload FROM webhook_events ORDER BY id");
  await archiveBodies();
  for (const table of ["orders", "payments", "refunds", "shipments"]) {
    await shop.query(`UPDATE ${table} SET updated_at = '2026-01-01T00:00:00.000Z'`);
  }
}

async function copyBucket(): Promise<void> {
  const archive = await shop.archive();
  for (const { key } of (await archive.list()).objects) {
    const object = await archive.get(key);
    const path = join(folder, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from((await object?.arrayBuffer()) ?? new ArrayBuffer()));
  }
}

before(async () => {
  shop = await startReceiver({
    // The events are as old as they are: none of them is too old.
    settings: {
      CE_WEBHOOK_SECRET: SECRET,
      ADMIN_TOKEN: TOKEN,
      DEDUPE_DAYS: "36500",
      STORE_TIME_ZONE: "Asia/Kolkata",
    },
    closesOrders: true,
    batchTimeoutSeconds: 0.05,
  });
  await fillShop();
  unarchived = await copyD1(shop);
  await shop.closeOrders();
  left = (await shop.query<Row>("SELECT * FROM orders")).length;
  await copyBucket();
  duckDb = await openDuckDb();
  for (const { text } of blocks.filter(({ heading }) => VIEWS.includes(heading))) {
    await duckDb.ask(text.replaceAll("r2://ce-webhooks-archive", folder));
  }
});

after(async () => {
  duckDb.close();
  unarchived.close();
  await shop.close();
  rmSync(folder, { recursive: true, force: true });
});

/** DuckDB says integers of 64 bits and decimals as text. */
const plain = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      const isNumber = typeof value === "number" || /^-?\d+(\.\d+)?$/.test(String(value));
      return [name, isNumber ? Number(Number(value).toFixed(6)) : value];
    }),
  );

void test("some orders are archived and some are not", () => {
  const all = askSqlite(unarchived, "SELECT * FROM orders").length;
  assert.ok(all >= 75);
  assert.ok(left > 0 && left < all, `${String(left)} of ${String(all)} are left`);
});

for (const [table, key, view] of lakeTables) {
  void test(`${view}: all rows, each once, to the last column`, async () => {
    const found = await duckDb.ask(`SELECT * EXCLUDE (closed) FROM ${view} ORDER BY ${key}`);
    // `extra` is generated from the short one.
    const meant = askSqlite(unarchived, `SELECT * FROM ${table} ORDER BY ${key}`).map((all) => {
      const { short_extra: _, ...row } = all;
      return row;
    });
    assert.ok(meant.length > 20);
    assert.deepEqual(found.map(plain), meant.map(plain));
  });
}

void test("the bodies are those that D1 had, to the last character", async () => {
  const found = await duckDb.ask(
    "SELECT id, payload, body->>'$.id' AS own FROM bodies ORDER BY id",
  );
  assert.ok(bodies.length > 100);
  assert.deepEqual(
    found,
    bodies.map((row) => ({ ...row, own: row["id"] })),
  );
});

void test("money_in and money_out come to what the orders were paid and refunded, to the last paisa", async () => {
  const differing = await duckDb.ask(`
    SELECT order_number, paid_micros, refunded_micros FROM orders o
    WHERE paid_micros <> (SELECT coalesce(sum(amount_micros), 0) FROM money_in m WHERE m.order_number = o.order_number)
      OR refunded_micros <> (SELECT coalesce(sum(amount_micros), 0) FROM money_out m WHERE m.order_number = o.order_number)`);
  assert.deepEqual(differing, []);
});

void test("every block of the page is the views or a question, and every question is answered here", () => {
  const headings = blocks.map(({ heading }) => heading);
  assert.deepEqual(headings, [...VIEWS, ...Object.keys(answers)]);
});

for (const { heading, text } of blocks.filter(({ heading }) => !VIEWS.includes(heading))) {
  void test(`${heading} The lake answers as a D1 that never archived`, async () => {
    const answer = answers[heading];
    assert.ok(answer);
    const meant = askSqlite(unarchived, answer.sql);
    assert.ok(meant.length >= answer.least, `${String(meant.length)} rows`);
    assert.deepEqual((await duckDb.ask(text)).map(plain), meant.map(plain));
  });
}

/** The number of an order that is archived now. */
async function archivedOrder(): Promise<string> {
  const [found] = await shop.query<{ number: string }>(
    "SELECT substr(key, 3) AS number FROM archived_keys WHERE key LIKE 'o:%' LIMIT 1",
  );
  assert.ok(found);
  return found.number;
}

/** The row of an order before anything was archived. */
function orderBefore(number: string): Row {
  const [order] = askSqlite(unarchived, `SELECT * FROM orders WHERE order_number = '${number}'`);
  assert.ok(order);
  return order;
}

const isInD1 = async (number: string): Promise<boolean> =>
  (await shop.query("SELECT 1 FROM orders WHERE order_number = ?1", number)).length === 1;

void test("an event about an archived order is applied to it", async () => {
  const number = await archivedOrder();
  assert.equal(await isInD1(number), false);
  const data = { order_number: number, status: "cancelled" };
  const created_at = new Date().toISOString();
  const event = { id: "evt-late", event_type: "order.cancelled", created_at, data };
  await sendEvents(shop, [event], SECRET);
  assert.ok(await settleEvents(shop, { patienceMs: 20_000 }));
  const [order] = await shop.query<Row>(
    "SELECT status, grand_total_micros FROM orders WHERE order_number = ?1",
    number,
  );
  assert.deepEqual(order, {
    status: "cancelled",
    grand_total_micros: orderBefore(number)["grand_total_micros"],
  });
});

void test("a person who asks for an archived order gets it, and is told that it was archived", async () => {
  const order = z.object({
    was_archived: z.boolean(),
    order: z.looseObject({ status: z.string() }),
  });
  const ask = async (number: string) => await callApi(`/orders/${number}`, order);
  const number = await archivedOrder();
  const found = await ask(number);
  assert.equal(found.was_archived, true);
  assert.equal(found.order.status, orderBefore(number)["status"]);
  assert.equal((await ask(number)).was_archived, false);
});

/**
 * Bodies of 1 MB that are made to take long, over real HTTP: while each is received and applied, ordinary receipts are
 * sent one after the other. A round on a busy machine measures the machine, so only the best of several counts.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { sign } from "../../testbed/stories/index.ts";

const SECRET = "hostile";
const WEBHOOKS = "/api/webhooks/ce";
const BODY_CHARACTERS = 1_048_000;
/** Rounds are repeated until one of them shows that the body is harmless. */
const ROUNDS = 25;
/** The maximum delay of another receipt by fifty thousand e-mail fields, in milliseconds: a requirement. */
const DELAY_MAX_MS = 100;
/** The same for the worst bodies: each took from half a second to minutes before its work was bounded. */
const WORST_MAX_MS = 500;

let receiver: Receiver;
let count = 0;

async function post(body: string, signature: string): Promise<void> {
  assert.equal(await receiver.post(WEBHOOKS, body, signature), 200);
}

/** The duration of one ordinary receipt, in milliseconds. */
async function receiptMs(): Promise<number> {
  count += 1;
  const data = { order_number: `ORDINARY-${count}`, status: "confirmed" };
  const body = JSON.stringify({ id: `ordinary_${count}`, event_type: "order.confirmed", data });
  const signature = await sign(body, SECRET);
  const startedMs = performance.now();
  await post(body, signature);
  return performance.now() - startedMs;
}

async function isSettled(id: string): Promise<boolean> {
  const sql = "SELECT 1 FROM webhook_events WHERE id = ?1 AND status <> 'received'";
  return (await receiver.query(sql, id)).length === 1;
}

/** The slowest ordinary receipt from the sending of a body until it is applied, minus the usual duration. */
async function delayMs(id: string, body: string): Promise<number> {
  const inPeace: number[] = [];
  for (let n = 0; n < 10; n += 1) inPeace.push(await receiptMs());
  const usualMs = inPeace.toSorted((a, b) => a - b)[5] ?? 0;
  const signature = await sign(body, SECRET);
  const state = { isApplied: false, slowestMs: 0 };
  async function applied(): Promise<void> {
    await post(body, signature);
    while (!(await isSettled(id))) await setTimeout(50);
    state.isApplied = true;
  }
  async function receipts(): Promise<void> {
    while (!state.isApplied) state.slowestMs = Math.max(state.slowestMs, await receiptMs());
  }
  await Promise.all([applied(), receipts()]);
  return state.slowestMs - usualMs;
}

/** As many entries as the body can hold, joined by commas. */
function fill(entry: (n: number) => string): string {
  const entries: string[] = [];
  for (let n = 0, length = 200; ; n += 1) {
    const next = entry(n);
    length += next.length + 1;
    if (length > BODY_CHARACTERS) return entries.join(",");
    entries.push(next);
  }
}

const EMAILS = "fifty thousand e-mail fields";
const emails = Array.from({ length: 50_000 }, (_, n) => `"email":"${n.toString(36)}@b.co"`).join(
  ",",
);

/** The content of `data`, in addition to the order's number. */
const bodies: readonly (readonly [name: string, data: string])[] = [
  [EMAILS, emails],
  ["fifty thousand e-mail addresses under other names", fill((n) => `"e${n}":"${n}@b.co"`)],
  ["100,000 fields", fill((n) => `"${n.toString(36)}":1`)],
  ["350,000 empty payments", `"payments":[${fill(() => "{}")}]`],
  ["350,000 empty parcels", `"shipments":[${fill(() => "{}")}]`],
  ["500,000 payments that are numbers", `"payments":[${fill(() => "1")}]`],
  ["350,000 empty items", `"order_items":[${fill(() => "{}")}]`],
  ["500,000 numbers, one of them long", `"y":[12345678901234567890,${fill(() => "1")}]`],
  ["a number of a million digits", `"x":${"7".repeat(BODY_CHARACTERS - 200)}`],
  ["a million backslashes", `"x":"${"\\\\".repeat(520_000)}"`],
  ["half a million combining marks", `"x":"${"\u0301\u0316".repeat(260_000)}"`],
];

await describe("while a hostile body is received and applied", () => {
  before(async () => {
    const settings = { CE_WEBHOOK_SECRET: SECRET, STORE_TIME_ZONE: "America/New_York" };
    receiver = await startReceiver({ settings, batchTimeoutSeconds: 0 });
    for (let n = 0; n < 100; n += 1) await receiptMs();
  });
  after(() => receiver.close());

  for (const [name, data] of bodies) {
    void test(`other receipts are not delayed by ${name}`, async () => {
      const limitMs = name === EMAILS ? DELAY_MAX_MS : WORST_MAX_MS;
      const delaysMs: number[] = [];
      while (delaysMs.length < ROUNDS && !delaysMs.some((ms) => ms < limitMs)) {
        count += 1;
        const id = `hostile_${count}`;
        const body = `{"id":"${id}","event_type":"order.confirmed","data":{"order_number":"${id}",${data}}}`;
        delaysMs.push(Math.round(await delayMs(id, body)));
      }
      console.info(`${name}: delayed by ${delaysMs.join(", ")} ms`);
      assert.ok(Math.min(...delaysMs) < limitMs, `delayed by ${delaysMs.join(", ")} ms`);
    });
  }
});

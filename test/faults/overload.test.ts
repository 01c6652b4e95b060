/**
 * D1 fails, is slow or flaps during deliveries, and both stores are down: the answers, the remaining calls on D1, and
 * that afterwards every event is applied and every message sent, once.
 */
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { decodeMessage } from "../../src/events/queue-message";
import { AVOID_D1_MS, SLOW_RECEIPT_MS, TROUBLED_RECEIPTS } from "../../src/limits";
import { event } from "../support/events";
import { orderDetail } from "../support/models";
import { rows, settled } from "../support/receiver";
import { fireCron, overheardQueue, patientEnv, postTo } from "./drive";
import { Breaker, type Plan } from "./faulty";
import { readSink, type TestEnv } from "./recovery";

afterEach(() => void vi.restoreAllMocks());

const WELL: Plan = { call: -1, fault: "fails before" };
const DOWN: Plan = { call: "every", fault: "fails before" };
/** The most calls that one receipt makes on D1: with others, and alone if that fails. */
const CALLS_A_RECEIPT = 2;

/** The bindings of one isolate: a D1 and a queue whose faults change, and a clock that can be moved. */
function createStores(timeoutMs = 2_000) {
  const db = new Breaker(WELL);
  const queueFaults = new Breaker(WELL);
  const heard = overheardQueue(env.EVENTS);
  const queue = queueFaults.queue(heard.queue, "queue");
  const bindings: TestEnv = { ...patientEnv(timeoutMs), DB: db.database(env.DB), EVENTS: queue };
  const realNow = Date.now.bind(Date);
  let aheadMs = 0;
  vi.spyOn(Date, "now").mockImplementation(() => realNow() + aheadMs);
  const pass = (ms: number): void => void (aheadMs += ms);
  return { db, queueFaults, sent: heard.sent, bindings, pass };
}

let told = 0;
function confirmed() {
  told += 1;
  const order = `ORD-OVER-${String(told)}`;
  return {
    id: `evt-${order}`,
    value: event("order.confirmed", orderDetail(order), { id: `evt-${order}` }),
  };
}

async function deliver(bindings: TestEnv, times: number) {
  const events = Array.from({ length: times }, confirmed);
  const answers: { readonly status: number; readonly body: unknown }[] = [];
  for (const { value } of events) {
    const response = await postTo(bindings, value);
    answers.push({ status: response.status, body: await response.json() });
  }
  return { events, ids: events.map(({ id }) => id), answers };
}

const accepted = (ids: readonly string[]) =>
  ids.map((id) => ({ status: 200, body: { received: true, id, duplicate: false } }));

/** Every event is applied with one message, and nobody was notified twice. */
async function expectTold(bindings: TestEnv, ids: readonly string[]): Promise<void> {
  await settled(...ids);
  await fireCron(bindings);
  const found = await rows(
    `SELECT e.id, e.status, count(n.id) AS messages FROM webhook_events e
     LEFT JOIN notifications n ON n.event_id = e.id
     WHERE e.id IN (SELECT value FROM json_each(?1)) GROUP BY 1, 2 ORDER BY e.rowid`,
    JSON.stringify(ids),
  );
  const byId = new Map(found.map((row) => [row["id"], row]));
  expect(ids.map((id) => byId.get(id))).toEqual(
    ids.map((id) => ({ id, status: "processed", messages: 1 })),
  );
  const { accepted: sent } = await readSink();
  const twice = Object.entries(sent).filter(([key, n]) => key.includes("ORD-OVER-") && n > 1);
  expect(twice).toEqual([]);
}

describe("D1 fails", () => {
  it("after a few receipts the queue takes the next ones, and D1 gets one every five seconds", async () => {
    const { db, sent, bindings, pass } = createStores();
    db.plan = DOWN;
    const first = await deliver(bindings, TROUBLED_RECEIPTS);
    expect(db.calls).toHaveLength(TROUBLED_RECEIPTS * CALLS_A_RECEIPT);
    const next = await deliver(bindings, 10);
    expect(db.calls).toHaveLength(TROUBLED_RECEIPTS * CALLS_A_RECEIPT);
    pass(AVOID_D1_MS);
    const trial = await deliver(bindings, 5);
    expect(db.calls).toHaveLength((TROUBLED_RECEIPTS + 1) * CALLS_A_RECEIPT);
    const ids = [first, next, trial].flatMap((part) => part.ids);
    expect([first, next, trial].flatMap(({ answers }) => answers)).toEqual(accepted(ids));
    expect(sent.map(decodeMessage)).toMatchObject(ids.map((id) => ({ id, stored: false })));
    db.plan = WELL;
    await expectTold(bindings, ids);
  });

  it("once it is well a trial finds out, and repeats are recognized again", async () => {
    const { db, bindings, pass } = createStores();
    db.plan = DOWN;
    const { ids, events } = await deliver(bindings, TROUBLED_RECEIPTS + 1);
    await settled(...ids);
    db.plan = WELL;
    const [repeated] = events;
    // No receipt reads the inbox yet.
    const early = await postTo(bindings, repeated?.value);
    expect(await early.json()).toMatchObject({ duplicate: false });
    pass(AVOID_D1_MS);
    const late = await postTo(bindings, repeated?.value);
    expect(await late.json()).toMatchObject({ duplicate: true });
    const after = await deliver(bindings, 3);
    await expectTold(bindings, [...ids, ...after.ids]);
  });
});

describe("D1 is slow", () => {
  it("the queue answers those that wait, once a few had to, and then the next ones at once", async () => {
    const { db, bindings } = createStores(20_000);
    const slowMs = 20_000 / 20;
    expect(slowMs).toBeGreaterThanOrEqual(SLOW_RECEIPT_MS);
    db.plan = { call: "every", fault: "is slow", slowMs: slowMs + 1_000 };
    const startedMs = performance.now();
    const burst = await Promise.all([1, 2, 3, 4, 5, 6].map(() => deliver(bindings, 1)));
    const calls = db.calls.length;
    const next = await deliver(bindings, 5);
    expect(db.calls).toHaveLength(calls);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    const ids = [...burst, next].flatMap((part) => part.ids);
    expect([...burst, next].flatMap(({ answers }) => answers)).toEqual(accepted(ids));
    db.plan = WELL;
    await expectTold(bindings, ids);
  });
});

describe("D1 flaps", () => {
  it("nothing is refused, and everything is applied once", async () => {
    const { db, bindings, pass } = createStores();
    const ids: string[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      db.plan = turn % 2 === 0 ? DOWN : WELL;
      const { ids: more, answers } = await deliver(bindings, 4);
      expect(answers).toEqual(accepted(more));
      ids.push(...more);
      pass(AVOID_D1_MS * 0.6);
    }
    db.plan = WELL;
    await expectTold(bindings, ids);
  });
});

describe("both fail", () => {
  it("503 and nothing is stored; whichever is well again first takes the next one", async () => {
    const { db, queueFaults, bindings } = createStores();
    db.plan = DOWN;
    queueFaults.plan = DOWN;
    const { ids, answers } = await deliver(bindings, TROUBLED_RECEIPTS * 2);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(
      await rows(
        "SELECT id FROM webhook_events WHERE id IN (SELECT value FROM json_each(?1))",
        JSON.stringify(ids),
      ),
    ).toEqual([]);
    db.plan = WELL;
    const stored = await deliver(bindings, 1);
    expect(stored.answers).toEqual(accepted(stored.ids));
    db.plan = DOWN;
    queueFaults.plan = WELL;
    const queued = await deliver(bindings, TROUBLED_RECEIPTS + 2);
    expect(queued.answers).toEqual(accepted(queued.ids));
    db.plan = WELL;
    await settled(...queued.ids);
  });

  it("the queue fails while it is used: D1 takes the event", async () => {
    const { db, queueFaults, bindings } = createStores();
    db.plan = DOWN;
    const first = await deliver(bindings, TROUBLED_RECEIPTS);
    db.plan = WELL;
    queueFaults.plan = DOWN;
    const second = await deliver(bindings, 3);
    expect(second.answers).toEqual(accepted(second.ids));
    const stored = await rows(
      "SELECT count(*) AS n FROM webhook_events WHERE id IN (SELECT value FROM json_each(?1))",
      JSON.stringify(second.ids),
    );
    expect(stored).toEqual([{ n: 3 }]);
    await settled(...first.ids);
  });
});

/**
 * The grid: every call of the receive path, the consume path and the notify path on a binding, broken in four ways.
 * Afterwards the system recovers, and the promises must hold: acknowledged means applied, nothing is applied twice,
 * nobody is notified twice.
 */
import {
  createExecutionContext,
  createMessageBatch,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, describe, expect, it, vi } from "vitest";
import worker from "../../src/index";
import { encodeMessage } from "../../src/events/queue-message";
import { usualRules } from "../support/rules";
import { type Model, modelOf } from "../../src/projection/history/model";
import type { StoredEvent } from "../../src/projection/decoded-event";
import { archivedKeys, archivedRows, archiveOrders, putBackKeys } from "../support/closed-orders";
import { sign } from "../support/events";
import { bucket } from "../support/archive";
import { Breaker, type Fault, faults } from "./faulty";
import {
  brokenEnv,
  expectApplied,
  readSink,
  recover,
  RECEIPT_TIMEOUT_MS,
  soundEnv,
  type TestEnv,
} from "./recovery";
import { defaults } from "../support/defaults";

const options = {
  ...defaults,
  rules: usualRules,
  forwardTo: [],
  reviewDelayMs: 86_400_000,
  dedupeDays: 400,
};
/** How long a call that hangs is waited for; longer than every time-out of the receipt in these tests. */
const PATIENCE_MS = 400;

let cases = 0;
afterAll(() => console.info(`fault grid: ${String(cases)} cases`));

interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

/** A new order for each case: created, paid, confirmed, a parcel cancelled. */
function createEvents(name: string): readonly SentEvent[] {
  const at = (minute: number): string =>
    new Date(Date.now() - (60 - minute) * 60_000).toISOString();
  const order = `ORD-${name}`;
  const mail = { billing_address: { first_name: "Asha", email: "asha@example.com" } };
  const stories: readonly (readonly [string, Record<string, unknown>])[] = [
    ["order.created", { order_number: order, grand_total: 100, ...mail }],
    ["payment.success", { request_number: `PAY-${name}`, order_number: order, amount: 100 }],
    ["order.confirmed", { order_number: order, status: "confirmed" }],
    ["shipment.cancelled", { reference_number: `SHP-${name}`, order_number: order }],
  ];
  return stories.map(([type, data], index) => {
    const id = `evt-${name}-${String(index)}`;
    return {
      id,
      type,
      body: JSON.stringify({ id, event_type: type, created_at: at(index), data }),
    };
  });
}

function modelFor(told: readonly SentEvent[]): Model {
  const receivedAt = new Date().toISOString();
  const events: StoredEvent[] = told.map(({ id, body }) => ({
    id,
    typeHint: null,
    receivedAt,
    payload: body,
  }));
  return modelOf(events, options);
}

/** Once a call has hung, waits only for a while, as a client or the platform would; otherwise as long as it takes. */
async function patiently<T>({ breaker }: TestEnv, work: Promise<T>): Promise<T | null> {
  if (breaker === undefined) return await work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = breaker.hung.then(
    () =>
      new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), PATIENCE_MS);
      }),
  );
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(timer);
  }
}

async function post(environment: TestEnv, body: string): Promise<number | null> {
  const request = new Request("https://receiver.test/api/webhooks/ce", {
    method: "POST",
    headers: { "x-webhook-signature": await sign(body) },
    body,
  });
  const context = createExecutionContext();
  const response = await patiently(
    environment,
    Promise.resolve(worker.fetch(request, environment, context)),
  );
  await patiently(environment, waitOnExecutionContext(context));
  return response?.status ?? null;
}

/** Like Commerce Engine: posts again until it is acknowledged. */
async function postUntilTaken(environment: TestEnv, body: string): Promise<void> {
  if ((await post(environment, body)) === 200) return;
  expect(await post(soundEnv, body)).toBe(200);
}

/** One delivery of a batch; returns whether every message was acked. */
async function handle(
  environment: TestEnv,
  queue: string,
  bodies: readonly unknown[],
): Promise<boolean> {
  const acked = new Set<string>();
  const messages = bodies.map((body, index) => ({
    id: String(index),
    timestamp: new Date(),
    attempts: 1,
    body,
  }));
  const batch = createMessageBatch(queue, messages);
  const watched: MessageBatch = {
    queue,
    metadata: batch.metadata,
    messages: batch.messages.map((message) => ({
      id: message.id,
      timestamp: message.timestamp,
      body: message.body,
      attempts: message.attempts,
      ack: () => void acked.add(message.id),
      retry: () => undefined,
    })),
    ackAll: () => {
      for (const { id } of messages) acked.add(id);
    },
    retryAll: () => undefined,
  };
  await patiently(environment, worker.queue(watched, environment, createExecutionContext()));
  return acked.size === messages.length;
}

/** Like the queue: delivers again until every message is acked. */
async function handleUntilAcked(
  environment: TestEnv,
  queue: string,
  bodies: readonly unknown[],
): Promise<void> {
  if (await handle(environment, queue, bodies)) return;
  expect(await handle(soundEnv, queue, bodies)).toBe(true);
}

async function eventMessages(
  told: readonly SentEvent[],
  stored: boolean,
): Promise<readonly string[]> {
  return told.map(({ id, type, body }) =>
    encodeMessage({
      id,
      eventType: type,
      typeHint: null,
      receivedAt: new Date().toISOString(),
      bodySha256: `sha-${id}`,
      verifiedBy: "current",
      stored,
      payload: body,
    }),
  );
}

/** The events of one case, with the name that is in all of their ids. */
interface Told {
  readonly name: string;
  readonly told: readonly SentEvent[];
}

/** Per case, the status of its stored events. */
async function statusesOf(cases: readonly Told[]): Promise<Readonly<Record<string, unknown>>> {
  const found = await env.DB.batch(
    cases.map(({ name }) =>
      env.DB.prepare("SELECT id, status FROM webhook_events WHERE id LIKE ?1 ORDER BY id").bind(
        `evt-${name}-%`,
      ),
    ),
  );
  return Object.fromEntries(cases.map(({ name }, index) => [name, found[index]?.results]));
}

const allWith = (status: string, cases: readonly Told[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(cases.map(({ name, told }) => [name, told.map(({ id }) => ({ id, status }))]));

async function expectPromises(cases: readonly Told[]): Promise<void> {
  // An event that only the queue holds is in no table yet, so the test waits for it.
  await vi.waitFor(
    async () => {
      await recover();
      expect(await statusesOf(cases)).toEqual(allWith("processed", cases));
    },
    { timeout: 10_000, interval: 50 },
  );
  for (const { told } of cases) await expectApplied(modelFor(told));
  const { accepted } = await readSink();
  const about = Object.entries(accepted).filter(([key]) =>
    cases.some(({ name }) => key.includes(name)),
  );
  expect(
    about.filter(([, times]) => times > 1),
    "told twice",
  ).toEqual([]);
}

async function expectFailed(cases: readonly Told[]): Promise<void> {
  expect(await statusesOf(cases)).toEqual(allWith("failed", cases));
}

function orderOf([first]: readonly SentEvent[]): string {
  return first?.id.replace(/^evt-(.*)-0$/, "ORD-$1") ?? "";
}

/** Orders with pending messages are never archived, and here they would be sent beside it. */
async function forgetMessages(order: string): Promise<void> {
  await env.DB.prepare("DELETE FROM notifications WHERE order_number = ?1").bind(order).run();
}

/** Its wake-up calls are lost: with them, the real consumer may send the messages before the one under test does. */
const wakesNobody: TestEnv = {
  ...soundEnv,
  NOTIFICATIONS: new Breaker({ call: "every", fault: "fails before" }).queue(
    env.NOTIFICATIONS,
    "ce-notifications",
  ),
};

/** The orders are in the archive and not in D1; once they are back, all that is promised of them holds. */
async function expectArchived(cases: readonly Told[]): Promise<void> {
  const archived = await archivedRows();
  for (const { told } of cases) {
    const order = orderOf(told);
    expect([...archived.keys()]).toContain(`orders ${order}`);
    const { results } = await env.DB.prepare(
      "SELECT 1 FROM orders WHERE order_number = ?1 UNION ALL SELECT 1 FROM payments WHERE order_number = ?1",
    )
      .bind(order)
      .all();
    expect(results).toEqual([]);
  }
  await putBackKeys(await keysOf(cases));
  await expectPromises(cases);
}

/** The keys in D1 that lead to the archived orders of the cases. */
async function keysOf(cases: readonly Told[]): Promise<readonly string[]> {
  const keys = await archivedKeys();
  return keys.filter((key) => cases.some(({ name }) => key.endsWith(`-${name}`)));
}

type Run = (environment: TestEnv, told: readonly SentEvent[]) => Promise<void>;
type Check = (cases: readonly Told[]) => Promise<void>;

interface Walk {
  readonly check?: Check;
  /** False: one after the other, for paths on which a second run within an hour makes fewer calls. */
  readonly together?: boolean;
}

/**
 * Tests a path: once without faults, to count its calls, then with each call broken in each way. The ways run at once,
 * because most of the time is waiting; each has its own bindings and order. They recover together, as all that waits
 * does.
 */
async function walk(path: string, run: Run, how: Walk = {}): Promise<number> {
  const { check = expectPromises, together = true } = how;
  const sound = new Breaker();
  const first = `${path}-sound`;
  const sane = createEvents(first);
  await run(brokenEnv(sound), sane);
  await check([{ name: first, told: sane }]);
  const calls = [...sound.calls];
  for (const [call, callName] of calls.entries()) {
    const broken = faults.map((fault) => {
      const name = `${path}-${String(call)}-${faultName(fault)}`;
      return { fault, name, told: createEvents(name), breaker: new Breaker({ call, fault }) };
    });
    const runs = broken.map(
      ({ breaker, told }) =>
        () =>
          run(brokenEnv(breaker), told),
    );
    if (together) await Promise.all(runs.map((start) => start()));
    else for (const start of runs) await start();
    const where = `${path}: call ${String(call)} (${callName})`;
    for (const { fault, breaker } of broken) {
      expect(breaker.calls.length, `${where} ${fault} was not met`).toBeGreaterThan(call);
    }
    try {
      await check(broken);
    } catch (error) {
      throw new Error(where, { cause: error });
    }
    cases += broken.length;
  }
  console.info(`fault grid, ${path}: ${calls.join(", ")}`);
  return calls.length;
}

function faultName(fault: Fault): string {
  return fault.replaceAll(" ", "-");
}

describe("every binding call, broken in every way", () => {
  it("on the receive path", { timeout: 120_000 }, async () => {
    const calls = await walk("receive", async (environment, told) => {
      for (const { body } of told) await postUntilTaken(environment, body);
    });
    expect(calls).toBeGreaterThanOrEqual(8);
  });

  it(
    "on the receive path of a body that does not fit into a message",
    { timeout: 120_000 },
    async () => {
      const padded = (told: readonly SentEvent[]): readonly SentEvent[] =>
        told.map((one) => ({
          ...one,
          body: one.body.replace("{", `{"pad":"${"x".repeat(130_000)}",`),
        }));
      const calls = await walk("large", async (environment, told) => {
        for (const { body } of padded(told)) await postUntilTaken(environment, body);
      });
      expect(calls).toBeGreaterThanOrEqual(8);
    },
  );

  it("on the consume path of events that the inbox holds", { timeout: 120_000 }, async () => {
    const calls = await walk("consume", async (environment, told) => {
      const messages = await eventMessages(told, false);
      // Fills the inbox as the receiver does, without the queue that would deliver the events.
      await handleUntilAcked(environment, "ce-events", messages);
      await handleUntilAcked(environment, "ce-events", messages);
    });
    expect(calls).toBeGreaterThanOrEqual(3);
  });

  it("on the consume path of dead letters", { timeout: 120_000 }, async () => {
    const calls = await walk(
      "dead",
      async (environment, told) => {
        // Alerts are limited to one an hour; without the earlier one, each run raises its own.
        await env.DB.exec("DELETE FROM notifications WHERE template = 'alert'");
        await handleUntilAcked(environment, "ce-events-dlq", await eventMessages(told, false));
      },
      { check: expectFailed, together: false },
    );
    expect(calls).toBeGreaterThanOrEqual(2);
  });

  it("on the notify path", { timeout: 120_000 }, async () => {
    const calls = await walk("notify", async (environment, told) => {
      await handleUntilAcked(wakesNobody, "ce-events", await eventMessages(told, false));
      const order = told[0]?.id.slice("evt-".length, -"-0".length) ?? "";
      const ids = [`order_confirmed/ORD-${order}/email`, `shipment_cancelled/SHP-${order}/team`];
      await handleUntilAcked(environment, "ce-notifications", [{ ids }]);
      // The queue may deliver a wake-up call twice.
      await handleUntilAcked(environment, "ce-notifications", [{ ids }]);
    });
    expect(calls).toBeGreaterThanOrEqual(4);
  });

  it("on the path of closed orders into the archive", { timeout: 120_000 }, async () => {
    const calls = await walk(
      "archive",
      async (environment, told) => {
        await handleUntilAcked(soundEnv, "ce-events", await eventMessages(told, false));
        const order = orderOf(told);
        await forgetMessages(order);
        const stores = { db: environment.DB, archive: environment.ARCHIVE ?? bucket() };
        await patiently(
          environment,
          archiveOrders([order], stores).catch(() => null),
        );
        // As a later run of the cron.
        await archiveOrders([order]);
      },
      { check: expectArchived },
    );
    expect(calls).toBeGreaterThanOrEqual(13);
  });

  it("on the path of closed orders back, for an event", { timeout: 120_000 }, async () => {
    const calls = await walk(
      "back",
      async (environment, told) => {
        const messages = await eventMessages(told, false);
        await handleUntilAcked(soundEnv, "ce-events", messages.slice(0, 3));
        await forgetMessages(orderOf(told));
        await archiveOrders([orderOf(told)]);
        await handleUntilAcked(environment, "ce-events", messages.slice(3));
      },
      {
        check: async (cases) => {
          expect(await keysOf(cases)).toEqual([]);
          await expectPromises(cases);
        },
      },
    );
    expect(calls).toBeGreaterThanOrEqual(12);
  });

  it("waits no longer than it should for D1 at receipt", () => {
    expect(RECEIPT_TIMEOUT_MS).toBeLessThan(PATIENCE_MS);
    expect(vi.isFakeTimers()).toBe(false);
  });
});

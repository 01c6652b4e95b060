/**
 * The inner parts of this receiver, called one by one over HTTP: the consumer with batches of a given size, a naive
 * consumer for comparison, and the steps of events from receipt to dispatch with the rows of every statement counted.
 */
import { loadConfig } from "../../src/config";
import { consumeEvents, type ConsumerDeps } from "../../src/consumer/consumer";
import { consumerDeps } from "../../src/consumer/deps";
import { addMs, DAY_MS } from "../../src/events/field-formats/time";
import { encodeMessage } from "../../src/events/queue-message";
import { describeBody } from "../../src/events/identity";
import { GROUP_MAX_EVENTS } from "../../src/limits";
import { unusedChannels } from "../../src/notifications/channels";
import { dispatchDeps } from "../../src/notifications/deps";
import { dispatchDue, dispatchIds } from "../../src/notifications/dispatch";
import { outboxRules } from "../../src/notifications/templates";
import { type Application, applyBatch } from "../../src/store/state/apply";
import { admitAndRead } from "../../src/store/inbox/inbox";
import {
  type ReceivedEvent,
  saveReceived,
  saveReceivedTogether,
} from "../../src/store/inbox/receipt";
import { findArchive } from "../../src/upkeep/archive";
import { purgeOld } from "../../src/upkeep/retention";
import { type Counted, counting } from "./counting";

/** A run of the cron purges a limited number of rows. */
const RETENTION_RUNS = 10;

interface InsideEnv extends Env {
  readonly CE_WEBHOOK_SECRET: string;
}

function received(payload: string, receivedAt: string): ReceivedEvent {
  const { id, description } = describeBody(payload, null, { receivedAt, timeZone: null });
  return {
    id: id ?? crypto.randomUUID(),
    ...description,
    typeHint: null,
    receivedAt,
    bodySha256: "0".repeat(64),
    verifiedBy: "current",
    payload,
  };
}

/** As the queue would deliver it. */
function deliveryOf(event: ReceivedEvent) {
  const { id, typeHint, receivedAt, bodySha256, verifiedBy, payload } = event;
  const eventType = event.eventType ?? "";
  const whole = {
    id,
    eventType,
    typeHint,
    receivedAt,
    bodySha256,
    verifiedBy,
    stored: true,
    payload,
  };
  return {
    id: crypto.randomUUID(),
    body: encodeMessage(whole),
    attempts: 1,
    ack: () => undefined,
    retry: () => {
      throw new Error(`${id} was given back`);
    },
  };
}

/** As src/index.ts makes it; `apply` stands in for the D1 batch. */
async function consume(
  db: D1Database,
  deliveries: readonly ReturnType<typeof deliveryOf>[],
  env: InsideEnv,
  apply?: ConsumerDeps["apply"],
): Promise<readonly string[]> {
  const woken: string[] = [];
  const config = loadConfig(env);
  const unused = unusedChannels(config.statedChannelSettings);
  const deps = consumerDeps({ DB: db }, config, unused, outboxRules, {
    raiseAlert: () => Promise.resolve(),
    wake: (ids) => Promise.resolve(void woken.push(...ids)),
  });
  const options = { ...deps.options, dedupeDays: null };
  await consumeEvents(deliveries, { ...deps, options, apply: apply ?? deps.apply });
  return woken;
}

function inBatches<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    batches.push(items.slice(start, start + size));
  }
  return batches;
}

const tables = { order: "orders", payment: "payments", refund: "refunds", shipment: "shipments" };
const keys = {
  order: "order_number",
  payment: "payment_id",
  refund: "refund_id",
  shipment: "shipment_id",
};

/** A simple first version: one event after the other, with one upsert of its row. */
async function consumeNaively(db: D1Database, events: readonly ReceivedEvent[]): Promise<void> {
  for (const { subject, subjectId, payload, receivedAt } of events) {
    if (subject === null || subjectId === null) continue;
    const table = tables[subject];
    const key = keys[subject];
    const { data } = JSON.parse(payload) as { readonly data: { readonly status?: string } };
    await db
      .prepare(
        `INSERT INTO ${table} (${key}, status, updated_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (${key}) DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at`,
      )
      .bind(subjectId, data.status ?? null, receivedAt)
      .run();
  }
}

interface Asked {
  readonly payloads: readonly string[];
  readonly batch: number;
  /** True: messages with a later time are sent as if they were due. */
  readonly later?: boolean;
}

/** Milliseconds that the work takes; the clock of a Worker advances only during I/O. */
async function timed(work: () => Promise<unknown>): Promise<{ readonly ms: number }> {
  await scheduler.wait(1);
  const startedMs = performance.now();
  await work();
  await scheduler.wait(1);
  return { ms: performance.now() - startedMs - 1 };
}

/** Every step of the events, with the rows that each statement reads and writes. */
async function ledger({ payloads, batch, later }: Asked, env: InsideEnv) {
  const steps: Record<string, readonly Counted[]> = {};
  const trips: Record<string, number> = {};
  const counted = async <T>(step: string, work: (db: D1Database) => Promise<T>): Promise<T> => {
    const counter = counting(env.DB);
    const result = await work(counter.db);
    steps[step] = [...(steps[step] ?? []), ...counter.statements];
    trips[step] = (trips[step] ?? 0) + counter.trips();
    return result;
  };
  let wakeUpCalls = 0;
  for (const slice of inBatches(payloads, batch)) {
    const events = slice.map((payload) => received(payload, new Date().toISOString()));
    if (batch === 1) {
      for (const event of events) await counted("receipt", (db) => saveReceived(db, event));
    } else {
      for (const group of inBatches(events, GROUP_MAX_EVENTS)) {
        await counted("receipt", (db) => saveReceivedTogether(db, group));
      }
    }
    const woken = await counted("consume", (db) => consume(db, events.map(deliveryOf), env));
    if (woken.length > 0) {
      wakeUpCalls += 1;
      await counted("dispatch", (db) => dispatchIds(woken, depsOf(db, env)));
    }
  }
  if (later === true) {
    await env.DB.prepare(
      "UPDATE notifications SET next_attempt_at = '2000-01-01T00:00:00.000Z' WHERE status = 'pending'",
    ).run();
    await counted("dispatch later", (db) => dispatchDue(depsOf(db, env)));
  }
  const messages = await env.DB.prepare(
    "SELECT channel, status, count(*) AS messages FROM notifications GROUP BY 1, 2",
  ).all();
  const retention = later === true ? await rowsOfRetention(env) : 0;
  return { steps, trips, wakeUpCalls, messages: messages.results, retention };
}

/** The rows that are written when everything stored has expired: bodies to the archive, then messages and events. */
async function rowsOfRetention(env: InsideEnv): Promise<number> {
  const { days, dedupeDays, maxBytes } = loadConfig(env).retention;
  const { db, statements } = counting(env.DB);
  // Bodies leave first, and rows much later.
  for (const after of [days + 2, dedupeDays + 4]) {
    const now = new Date(addMs(new Date().toISOString(), after * DAY_MS));
    const deps = { db, archive: findArchive(env), days, dedupeDays, maxBytes, now: () => now };
    for (let runs = 0; runs < RETENTION_RUNS; runs += 1) await purgeOld(deps);
  }
  const left = await env.DB.prepare("SELECT count(*) AS n FROM webhook_events").first<number>("n");
  if (left !== 0) throw new Error(`${String(left)} events were not purged`);
  return statements.reduce((sum, { written }) => sum + written, 0);
}

function depsOf(db: D1Database, env: InsideEnv) {
  return dispatchDeps({ DB: db, NOTIFICATIONS: env.NOTIFICATIONS }, loadConfig(env));
}

async function answer(path: string, asked: Asked, env: InsideEnv): Promise<unknown> {
  const now = new Date().toISOString();
  switch (path) {
    case "/ledger":
      return await ledger(asked, env);
    case "/admit":
      await admitAndRead(
        env.DB,
        asked.payloads.map((payload) => received(payload, now)),
        [],
      );
      return {};
    case "/consume": {
      const events = asked.payloads.map((payload) => deliveryOf(received(payload, now)));
      return await timed(async () => {
        for (const slice of inBatches(events, asked.batch)) await consume(env.DB, slice, env);
      });
    }
    case "/statements": {
      const events = asked.payloads.map((payload) => deliveryOf(received(payload, now)));
      const counter = counting(env.DB);
      const { ms } = await timed(async () => {
        for (const slice of inBatches(events, asked.batch)) await consume(counter.db, slice, env);
      });
      return { ms, statements: counter.statements };
    }
    case "/apply": {
      const events = asked.payloads.map((payload) => deliveryOf(received(payload, now)));
      const batches: Application[] = [];
      const keep = (batch: Application): Promise<readonly string[]> => {
        batches.push(batch);
        return Promise.resolve([]);
      };
      for (const slice of inBatches(events, asked.batch)) await consume(env.DB, slice, env, keep);
      return await timed(async () => {
        for (const batch of batches) await applyBatch(env.DB, batch, new Date().toISOString());
      });
    }
    case "/consume-naively": {
      const events = asked.payloads.map((payload) => received(payload, now));
      return await timed(() => consumeNaively(env.DB, events));
    }
    default:
      throw new Error(`nothing at ${path}`);
  }
}

export default {
  async fetch(request: Request, env: InsideEnv): Promise<Response> {
    try {
      const asked = await request.json<Asked>();
      return Response.json(await answer(new URL(request.url).pathname, asked, env));
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};

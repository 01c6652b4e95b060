/**
 * The recovery after a fault: the sender repeats deliveries without an acknowledgement, the queue redelivers messages
 * without an ack, the sweep pushes stuck events. Then the promises are checked.
 */
import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import worker from "../../src/index";
import { type Model, modelRows } from "../../src/projection/history/model";
import { withPrecedences } from "../../src/projection/shared-precedence";
import { entities, entityNames, type Value } from "../../src/projection/registers";
import type { ClosedOrdersService } from "../../src/closed-orders-service";
import { bucket, closedOrders } from "../support/archive";
import type { Breaker } from "./faulty";

export const RECEIPT_TIMEOUT_MS = 30;

/** Credentials of the providers that test/support/sink.ts replaces. */
const providers = {
  RESEND_API_KEY: "re_test",
  EMAIL_FROM: "Shop <orders@shop.example>",
  RESEND_BASE_URL: "https://sink.test/resend",
  SLACK_WEBHOOK_URL: "https://sink.test/slack",
  RECEIPT_TIMEOUT_MS: String(RECEIPT_TIMEOUT_MS),
};

/** With the optional bindings of closed orders. */
export type TestEnv = typeof env & {
  readonly ARCHIVE?: R2Bucket | undefined;
  readonly CLOSED_ORDERS?: ClosedOrdersService;
  /** What all its bindings are behind; the Worker does not know it. */
  readonly breaker?: Breaker;
};

/** The Worker's environment with providers, every binding behind the breaker. */
export function brokenEnv(breaker: Breaker): TestEnv {
  const stores = { DB: breaker.database(env.DB), ARCHIVE: breaker.bucket(bucket()) };
  return {
    ...env,
    ...providers,
    ...stores,
    CLOSED_ORDERS: closedOrders(stores),
    EVENTS: breaker.queue(env.EVENTS, "ce-events"),
    NOTIFICATIONS: breaker.queue(env.NOTIFICATIONS, "ce-notifications"),
    breaker,
  };
}

export const soundEnv: TestEnv = { ...env, ...providers, CLOSED_ORDERS: closedOrders() };

/** Runs the cron as if a day had passed, so that everything that waits is due. */
export async function sweepLater(environment: TestEnv = soundEnv): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      "UPDATE webhook_events SET push_at = '2000-01-01T00:00:00.000Z' WHERE status = 'received'",
    ),
    env.DB.prepare(
      "UPDATE notifications SET next_attempt_at = '2000-01-01T00:00:00.000Z' WHERE status = 'pending' AND template NOT IN ('review_request', 'refund_due')",
    ),
  ]);
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController({ cron: "* * * * *" }), environment);
  await waitOnExecutionContext(context);
}

/** Sweeps until nothing waits. */
export async function recover(): Promise<void> {
  await vi.waitFor(
    async () => {
      await sweepLater();
      const waiting = await env.DB.prepare(
        `SELECT (SELECT count(*) FROM webhook_events WHERE status = 'received')
          + (SELECT count(*) FROM notifications WHERE status = 'pending'
            AND template NOT IN ('review_request', 'refund_due')) AS n`,
      ).first<number>("n");
      expect(waiting).toBe(0);
    },
    { timeout: 10_000, interval: 30 },
  );
}

/** Expects that the rows of a model's orders and their parts equal the model. */
export async function expectApplied(model: Model): Promise<void> {
  const expected = [...modelRows(model.state)];
  const found = await env.DB.batch<Record<string, Value>>(
    expected.map(([name]) => {
      const entity = entityNames.find((one) => name.startsWith(`${one} `));
      if (entity === undefined) throw new Error(`no entity in ${name}`);
      return env.DB.prepare(`SELECT * FROM ${entity} WHERE ${entities[entity].key} = ?1`).bind(
        name.slice(entity.length + 1),
      );
    }),
  );
  for (const [index, [name, row]] of expected.entries()) {
    const stored = found[index]?.results[0];
    expect(stored && withPrecedences(stored), name).toMatchObject(row);
  }
}

export interface SinkLog {
  /** How often each message was accepted as new, by idempotency key or by text. */
  readonly accepted: Readonly<Record<string, number>>;
}

export async function readSink(): Promise<SinkLog> {
  const response = await fetch("https://sink.test/log");
  return await response.json<SinkLog>();
}

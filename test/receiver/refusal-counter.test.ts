/** Refused deliveries are counted: at once, then every half minute, also under a flood or with a failing store. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import worker from "../../src/index";
import { REFUSALS_EVERY_MS, REFUSALS_TIMEOUT_MS } from "../../src/limits";
import { PROBE_AGENT } from "../../src/receiver/probe";
import { type RefusalCounter, refusalCounter } from "../../src/receiver/refusal-counter";
import { type RefusalCount, saveRefusals } from "../../src/store/inbox/refusals";
import { fireCron } from "../faults/drive";
import { soundEnv, type TestEnv } from "../faults/recovery";
import { event, sign } from "../support/events";
import { orderDetail } from "../support/models";
import { broken, ORIGIN, rows, WEBHOOKS } from "../support/receiver";

const START_MS = Date.parse("2026-11-24T10:59:50.000Z");
const stored = async () =>
  await rows("SELECT hour, reason, deliveries FROM refused_deliveries ORDER BY hour, reason");

const line = z.record(z.string(), z.unknown());

interface Lines {
  readonly named: (event: string) => readonly Record<string, unknown>[];
}

/** Records the log lines from now on. */
function overhear(): Lines {
  const spy = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const parse = ([text]: readonly unknown[]) => line.parse(JSON.parse(String(text)));
  return { named: (name) => spy.mock.calls.map(parse).filter(({ event }) => event === name) };
}

beforeEach(async () => {
  await env.DB.exec("DELETE FROM refused_deliveries");
  await env.DB.exec("DELETE FROM refused_totals");
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("an isolate", () => {
  let nowMs = START_MS;
  let writes: (readonly RefusalCount[])[] = [];
  let works: Promise<unknown>[] = [];
  let save = async (counts: readonly RefusalCount[]): Promise<void> => {
    await saveRefusals(env.DB, counts);
  };
  let counter: RefusalCounter;
  const background = (work: Promise<unknown>) => void works.push(work);
  const settle = async () => {
    await Promise.all(works);
    works = [];
  };

  beforeEach(() => {
    nowMs = START_MS;
    writes = [];
    works = [];
    save = (counts) => saveRefusals(env.DB, counts);
    counter = refusalCounter(
      async (counts) => {
        writes.push(counts);
        await save(counts);
      },
      () => nowMs,
    );
  });

  it("writes its first refusal at once, and says so in one line of counts", async () => {
    const log = overhear();
    counter.count("wrong signature", background);
    await settle();
    const [first] = log.named("refused");
    expect(await stored()).toEqual([
      { hour: "2026-11-24T10", reason: "wrong signature", deliveries: 1 },
    ]);
    expect(first).toEqual({ level: "warn", event: "refused", "wrong signature": 1 });
  });

  it("writes what follows together, half a minute later, under the hour that it came in", async () => {
    counter.count("wrong signature", background);
    for (const reason of ["wrong signature", "too large", "wrong signature"] as const) {
      nowMs += 4_000;
      counter.count(reason, background);
    }
    expect(writes).toHaveLength(1);
    nowMs = START_MS + REFUSALS_EVERY_MS - 1;
    counter.count("cut off", background);
    expect(writes).toHaveLength(1);
    nowMs += 1;
    counter.count("cut off", background);
    await settle();
    expect(writes).toHaveLength(2);
    expect(await stored()).toEqual([
      { hour: "2026-11-24T10", reason: "too large", deliveries: 1 },
      { hour: "2026-11-24T10", reason: "wrong signature", deliveries: 2 },
      { hour: "2026-11-24T11", reason: "cut off", deliveries: 2 },
      { hour: "2026-11-24T11", reason: "wrong signature", deliveries: 1 },
    ]);
  });

  it("makes two writes of a flood of 10,000 within half a minute", async () => {
    for (let index = 0; index < 10_000; index += 1) {
      counter.count("no signature", background);
      nowMs += 2;
    }
    nowMs = START_MS + REFUSALS_EVERY_MS;
    counter.count("no signature", background);
    await settle();
    expect(writes).toHaveLength(2);
    const counted = await rows("SELECT sum(deliveries) AS n FROM refused_deliveries");
    expect(counted).toEqual([{ n: 10_001 }]);
  });

  it("writes what is left with any later request, and at once for the cron", async () => {
    counter.count("wrong signature", background);
    counter.count("wrong signature", background);
    counter.writeDue(background);
    expect(writes).toHaveLength(1);
    nowMs += REFUSALS_EVERY_MS;
    counter.writeDue(background);
    expect(writes).toHaveLength(2);
    counter.writeDue(background);
    await settle();
    counter.count("wrong signature", background);
    await counter.flush();
    await counter.flush();
    expect(writes).toHaveLength(3);
    expect(await stored()).toMatchObject([{ deliveries: 2 }, { deliveries: 1 }]);
  });

  it("keeps what the store did not take for its next turn, and tries no oftener", async () => {
    const log = overhear();
    save = () => Promise.reject(new Error("D1_ERROR: Network connection lost"));
    for (let second = 0; second < 90; second += 1) {
      counter.count("wrong signature", background);
      await settle();
      nowMs += 1_000;
    }
    expect(writes).toHaveLength(3);
    expect(log.named("refusals_not_counted").at(-1)).toMatchObject({
      "wrong signature": 61,
      error: "D1_ERROR: Network connection lost",
    });
    expect(log.named("refused")).toEqual([]);
    save = (counts) => saveRefusals(env.DB, counts);
    counter.count("wrong signature", background);
    await settle();
    const counted = await rows("SELECT sum(deliveries) AS n FROM refused_deliveries");
    expect(counted).toEqual([{ n: 91 }]);
  });

  it("gives up on a store that does not answer, and keeps the counts", async () => {
    vi.useFakeTimers();
    save = () => new Promise(() => undefined);
    counter.count("cut off", background);
    await vi.advanceTimersByTimeAsync(REFUSALS_TIMEOUT_MS);
    await settle();
    vi.useRealTimers();
    save = (counts) => saveRefusals(env.DB, counts);
    nowMs += REFUSALS_EVERY_MS;
    counter.writeDue(background);
    await settle();
    expect(await stored()).toMatchObject([{ reason: "cut off", deliveries: 1 }]);
  });
});

describe("the webhook route", () => {
  /** A separate isolate, because counters belong to the binding. */
  const freshEnv = (DB: D1Database): TestEnv => ({ ...soundEnv, DB });
  const bound = (): D1Database =>
    new Proxy(env.DB, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });

  async function send(
    environment: TestEnv,
    body: BodyInit,
    headers: Record<string, string> = {},
  ): Promise<number> {
    const request = new Request(`${ORIGIN}${WEBHOOKS}`, { method: "POST", headers, body });
    const context = createExecutionContext();
    const { status } = await worker.fetch(request, environment, context);
    await waitOnExecutionContext(context);
    return status;
  }

  const signed = async (body: string | Uint8Array<ArrayBuffer>, secret?: string) => ({
    "x-webhook-signature": await sign(body, secret),
  });

  it("counts each refusal under its reason, and nothing that is taken", async () => {
    const environment = freshEnv(bound());
    const body = JSON.stringify(event("order.created", orderDetail("REFUSED-1")));
    const bytes = new Uint8Array([0xff, 0xfe]);
    expect(await send(environment, body)).toBe(401);
    expect(await send(environment, body, { "x-webhook-signature": "abc" })).toBe(401);
    expect(await send(environment, body, await signed(body, "another"))).toBe(401);
    const large = "x".repeat(1_048_577);
    expect(await send(environment, large, await signed(large))).toBe(413);
    expect(await send(environment, bytes, await signed(bytes))).toBe(400);
    expect(await send(environment, body, await signed(body))).toBe(200);
    // In one isolate, the first was written at once; the rest waits until it is due, or for the cron.
    expect(await stored()).toMatchObject([{ reason: "no signature", deliveries: 1 }]);
    await fireCron(environment);
    expect((await stored()).map(({ reason, deliveries }) => [reason, deliveries])).toEqual([
      ["malformed signature", 1],
      ["no signature", 1],
      ["not text", 1],
      ["too large", 1],
      ["wrong signature", 1],
    ]);
  });

  it("keeps and logs nothing of what it refuses", async () => {
    const log = overhear();
    const environment = freshEnv(bound());
    const headers = {
      "x-webhook-signature": "0123456789abcdef-in-a-header",
      "cf-connecting-ip": "203.0.113.77",
      "user-agent": "somebody",
    };
    await send(environment, "a-body-of-somebody", headers);
    const seen = JSON.stringify([
      await rows("SELECT * FROM refused_deliveries"),
      log.named("refused"),
    ]);
    expect(seen).toContain("malformed signature");
    expect(seen).not.toMatch(/somebody|0123456789abcdef|203\.0/);
  });

  it("answers as it does otherwise while D1 is down, and has counted", async () => {
    overhear();
    let isDown = true;
    const DB = new Proxy(env.DB, {
      get: (target, property) => {
        const value: unknown = Reflect.get(isDown ? broken(target) : target, property);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const environment = freshEnv(DB);
    for (let index = 0; index < 5; index += 1) {
      expect(await send(environment, "{}", await signed("{}", "another"))).toBe(401);
    }
    expect(await stored()).toEqual([]);
    isDown = false;
    await fireCron(environment);
    expect(await stored()).toMatchObject([{ reason: "wrong signature", deliveries: 5 }]);
  });

  it("does not take the doctor's probes for deliveries, nor a delivery for a probe", async () => {
    const environment = freshEnv(bound());
    const agent = { "user-agent": PROBE_AGENT };
    const probe = { ...agent, "content-length": "0" };
    expect(await send(environment, "", probe)).toBe(401);
    expect(await send(environment, "", { ...probe, ...(await signed("", "another")) })).toBe(401);
    expect(await send(environment, "", { ...probe, ...(await signed("")) })).toBe(400);
    await fireCron(environment);
    expect(await stored()).toEqual([]);
    const forged = { ...agent, ...(await signed("{}", "another")) };
    expect(await send(environment, "{}", forged)).toBe(401);
    expect(await stored()).toMatchObject([{ reason: "wrong signature", deliveries: 1 }]);
  });
});

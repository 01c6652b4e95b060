/**
 * Random deliveries, and random requests after them: no answer is a 5xx or unbounded, no rejection stays unhandled
 * (vitest fails a run for that), and no event that was answered 200 ends as `received` or `failed`. `npm run test:fuzz`
 * runs the same for longer.
 */
import {
  createExecutionContext,
  createScheduledController,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import worker from "../../src/index";
import { signIn } from "../support/console";
import { sign } from "../support/events";
import { fetchWith, ORIGIN, receipt, rows, settled } from "../support/receiver";
import { type Delivery, delivery } from "./deliveries";
import { anyRequest, type AnyRequest } from "./requests";

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_FUZZ_MINUTES: string;
    }
  }
}

const seed = Number(env.TEST_SEED);
const minutes = Number(env.TEST_FUZZ_MINUTES);
/** A short run, or one of several minutes. */
const parameters =
  minutes === 0
    ? { numRuns: 25, seed }
    : {
        numRuns: Number.MAX_SAFE_INTEGER,
        seed,
        interruptAfterTimeLimit: minutes * 60_000,
        markInterruptAsFailure: false,
      };

/** A receipt is short; a page shows a body of 1 MiB with every character escaped. */
const RECEIPT_MAX_BYTES = 4_096;
const PAGE_MAX_BYTES = 8_000_000;

const ADMIN_TOKEN = "token-of-the-fuzz-test";

/** The counts of a run, printed at its end. */
const seen = {
  deliveries: 0,
  requests: 0,
  largestBytes: 0,
  slowestMs: 0,
  slowest: "",
  answers: new Map<string, number>(),
};

async function answerOf(
  what: string,
  call: () => Promise<Response>,
): Promise<{ status: number; text: string }> {
  const start = performance.now();
  const response = await call();
  const text = await response.text();
  const ms = performance.now() - start;
  const size = new TextEncoder().encode(text).length;
  seen.largestBytes = Math.max(seen.largestBytes, size);
  if (ms > seen.slowestMs) Object.assign(seen, { slowestMs: ms, slowest: what });
  const status = String(response.status);
  seen.answers.set(status, (seen.answers.get(status) ?? 0) + 1);
  expect(response.status, `${what}: ${text.slice(0, 300)}`).toBeLessThan(500);
  return { status: response.status, text };
}

/** Null for a URL or a header that no client could send. */
function requestOf(
  path: string,
  init: RequestInit,
  headers: readonly (readonly [string, string])[],
): Request | null {
  try {
    const request = new Request(`${ORIGIN}${path}`, { ...init, redirect: "manual" });
    for (const [name, value] of headers) request.headers.append(name, value);
    return request;
  } catch {
    return null;
  }
}

/** The id, if the delivery was accepted. */
async function send({ path, body, headers, signature }: Delivery): Promise<string | null> {
  const signed: [string, string] = ["x-webhook-signature", signature ?? (await sign(body))];
  const request = requestOf(path, { method: "POST", body }, [...headers, signed]);
  if (request === null) return null;
  seen.deliveries += 1;
  const { status, text } = await answerOf(`POST ${path.slice(0, 100)}`, () =>
    exports.default.fetch(request),
  );
  expect(text.length).toBeLessThanOrEqual(RECEIPT_MAX_BYTES);
  const answer: unknown = JSON.parse(text);
  return status === 200 ? receipt.parse(answer).id : null;
}

let cookie = "";

/** The newest orders, events and messages, whose pages are requested. */
async function newestKeys(): Promise<string[]> {
  const found = await rows(
    `SELECT * FROM (SELECT order_number AS key FROM orders ORDER BY updated_at DESC LIMIT 10)
     UNION ALL SELECT * FROM (SELECT id FROM webhook_events ORDER BY rowid DESC LIMIT 10)
     UNION ALL SELECT * FROM (SELECT id FROM notifications ORDER BY created_at DESC LIMIT 10)`,
  );
  return found.map(({ key }) => String(key));
}

async function ask(asked: AnyRequest, keys: readonly string[]): Promise<void> {
  const parts = asked.keys.values();
  const path = asked.path.replaceAll("{key}", () => {
    const part = parts.next().value ?? "x";
    if (typeof part === "string") return part;
    return encodeURIComponent((keys[part % Math.max(keys.length, 1)] ?? "none").toWellFormed());
  });
  const query = new URLSearchParams(asked.query.map(([name, value]) => [name, value])).toString();
  const own: readonly (readonly [string, string])[] = asked.isSignedIn
    ? [
        ["authorization", `Bearer ${ADMIN_TOKEN}`],
        ["cookie", cookie],
        ["sec-fetch-site", "same-origin"],
      ]
    : [];
  const headers = asked.headers.filter(([name]) => !own.some(([other]) => other === name));
  const init = { method: asked.method, body: asked.body };
  const request = requestOf(query === "" ? path : `${path}?${query}`, init, [...own, ...headers]);
  if (request === null) return;
  seen.requests += 1;
  const what = `${asked.method} ${path.slice(0, 100)}`;
  const { text } = await answerOf(what, () => fetchWith({ ADMIN_TOKEN }, request));
  expect(text.length, what).toBeLessThanOrEqual(PAGE_MAX_BYTES);
}

async function runCron(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController({ cron: "* * * * *" }), env);
  await waitOnExecutionContext(context);
}

/** A session lasts one hour without use and twelve hours with use: longer than any run. */
beforeAll(async () => {
  cookie = await signIn(ADMIN_TOKEN);
});

const life = fc.record({
  deliveries: fc.array(delivery, { maxLength: 12 }),
  requests: fc.array(anyRequest, { maxLength: 12 }),
  isSwept: fc.nat({ max: 9 }).map((n) => n === 0),
});

test(
  `any delivery and any request (seed ${String(seed)})`,
  async () => {
    const property = fc.asyncProperty(life, async ({ deliveries, requests, isSwept }) => {
      const ids = await Promise.all(deliveries.map(send));
      const taken = [...new Set(ids.filter((id) => id !== null))];
      for (const { id, status, error } of await settled(...taken)) {
        expect(status, `${String(id)}: ${String(error)}`).not.toBe("failed");
      }
      const keys = await newestKeys();
      for (const request of requests) await ask(request, keys);
      if (isSwept) await runCron();
    });
    await fc.assert(property, parameters);
    const { slowestMs, slowest, answers, ...counts } = seen;
    console.log(
      `fuzz, seed ${String(seed)}: ${JSON.stringify({ ...counts, slowestMs: Math.round(slowestMs), slowest, answers: Object.fromEntries(answers) })}`,
    );
  },
  (minutes + 2) * 60_000,
);

/**
 * The complete path of an event: signed, posted, stored, consumed from the queue, posted again, and removed. The
 * receiver ignores its type, so it has no effect.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { WEBHOOK_PATH } from "../../testbed/deliveries/delivery.ts";
import { sign } from "../../testbed/stories/index.ts";
import { type Api, createApi } from "../api/api.ts";
import type { Cli } from "../cli.ts";
import { Failure } from "../failure.ts";
import { createHttp } from "../api/http.ts";
import { pause } from "../terminal/pace.ts";
import type { Settings } from "../settings.ts";
import { post } from "../trigger/post.ts";
import { type Finding, found } from "./finding.ts";

const TEST_EVENT_TYPE = "receiver.test";
const PATIENCE_MS = 20_000;
const POLL_MS = 200;
const CLEANING_MS = 3_000;

interface Trip {
  readonly id: string;
  readonly body: string;
}

/** Milliseconds until the event was consumed; null if that did not happen in time. */
async function untilSettled(api: Api, id: string, signal: AbortSignal): Promise<number | null> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < PATIENCE_MS) {
    const event = await api.event(id);
    if (event !== null && event.status !== "received") return performance.now() - startedMs;
    await pause(POLL_MS, signal);
  }
  return null;
}

/** Removes the event, also after Ctrl-C. A waiting event stays, because the consumer may be about to apply it. */
async function remove(cleaner: Api, { id }: Trip): Promise<Finding> {
  const deadlineMs = performance.now() + CLEANING_MS;
  for (;;) {
    try {
      await cleaner.removeTestEvent(id);
      return found.ok("clean-up", "the test event is removed again");
    } catch (error) {
      if (performance.now() < deadlineMs) {
        await sleep(POLL_MS);
        continue;
      }
      const why = error instanceof Failure ? error.message : String(error);
      const fix = "leave it: it is ignored, and leaves with retention";
      return found.warn("clean-up", `the test event ${id} is still there: ${why}`, fix);
    }
  }
}

async function travel(
  { http, signal }: Pick<Cli, "http" | "signal">,
  api: Api,
  url: string,
  secret: string,
  { id, body }: Trip,
): Promise<readonly Finding[]> {
  const signature = await sign(body, secret);
  const delivery = {
    type: TEST_EVENT_TYPE,
    orderNumber: "",
    form: "envelope",
    note: null,
    path: WEBHOOK_PATH,
    body,
    signature,
    expects: 200,
  } as const;
  const startedMs = performance.now();
  const first = await post(http, url, delivery);
  const tookMs = Math.round(performance.now() - startedMs);
  if (!first.isExpected) {
    return [
      found.fail("receipt", `a signed event is answered ${first.status}: ${first.error ?? "?"}`),
    ];
  }
  const findings = [found.ok("receipt", `a signed event is acknowledged in ${tookMs} ms`)];
  const settledMs = await untilSettled(api, id, signal);
  findings.push(
    settledMs === null
      ? found.fail(
          "queue",
          `the event was not taken from the queue within ${PATIENCE_MS / 1000} s`,
          "are the queue's consumers deployed? npm run deploy; npx wrangler tail shows errors",
        )
      : found.ok("queue", `the consumer has it after ${(settledMs / 1000).toFixed(1)} s`),
  );
  const second = await post(http, url, delivery);
  findings.push(
    second.duplicate
      ? found.ok("repeats", "the same event again is known")
      : found.fail("repeats", "the same event again is not recognised", "is D1 reachable?"),
  );
  return findings;
}

export async function checkRoundTrip(
  cli: Pick<Cli, "http" | "signal" | "now">,
  settings: Settings,
  secret: string,
): Promise<readonly Finding[]> {
  const id = `evt_doctor_${randomBytes(12).toString("hex")}`;
  const created_at = cli.now().toISOString();
  const data = { note: "sent by ce-webhooks doctor" };
  const trip = { id, body: JSON.stringify({ id, event_type: TEST_EVENT_TYPE, created_at, data }) };
  const api = createApi(cli.http, settings);
  // Not aborted by Ctrl-C, so that the event is removed.
  const cleaner = createApi(createHttp(new AbortController().signal), settings);
  let findings: readonly Finding[];
  try {
    findings = await travel(cli, api, settings.url, secret, trip);
  } catch (error) {
    await remove(cleaner, trip);
    throw error;
  }
  return [...findings, await remove(cleaner, trip)];
}

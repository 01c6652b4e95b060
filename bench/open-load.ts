/**
 * Open-loop load: deliveries arrive by a clock, independently of the answers, and are timed from the moment at which
 * they should have arrived. Gaps are random (Poisson), from a seed.
 */
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../testbed/stories/index.ts";
import { signatureOf } from "./load.ts";

export interface Phase {
  readonly perSecond: number;
  readonly seconds: number;
}

interface Arrival {
  readonly id: string;
  /** Since the start of the load. */
  readonly atMs: number;
  readonly phase: number;
}

export interface Answered extends Arrival {
  /** Milliseconds since the epoch at which it should have arrived. */
  readonly arrivedMs: number;
  readonly tookMs: number;
  /** 0: no answer. */
  readonly status: number;
}

/** The time after which a sender stops waiting. */
const SENDER_TIMEOUT_MS = 30_000;

function plan(phases: readonly Phase[], seed: number): readonly Omit<Arrival, "id">[] {
  const random = createRandom(seed);
  const arrivals: Omit<Arrival, "id">[] = [];
  let startMs = 0;
  for (const [phase, { perSecond, seconds }] of phases.entries()) {
    const endMs = startMs + seconds * 1000;
    let atMs = startMs;
    for (;;) {
      atMs -= (Math.log(1 - random.next()) * 1000) / perSecond;
      if (atMs >= endMs) break;
      arrivals.push({ atMs, phase });
    }
    startMs = endMs;
  }
  return arrivals;
}

interface Prepared extends Arrival {
  readonly body: string;
  readonly signature: string;
}

async function deliver(
  url: URL,
  agent: Agent,
  { body, signature, ...arrival }: Prepared,
  startMs: number,
): Promise<Answered> {
  const arrivedMs = startMs + arrival.atMs;
  const status = await new Promise<number>((resolve) => {
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-webhook-signature": signature,
    };
    const options = { method: "POST", agent, headers, timeout: SENDER_TIMEOUT_MS };
    const sent = request(url, options, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
      response.once("error", () => resolve(0));
    });
    sent.once("timeout", () => sent.destroy());
    sent.once("error", () => resolve(0));
    sent.end(body);
  });
  return {
    ...arrival,
    arrivedMs,
    tookMs: performance.timeOrigin + performance.now() - arrivedMs,
    status,
  };
}

/** Ends when every delivery has its answer or has failed. */
export async function loadOpenly(
  origin: URL,
  next: () => string,
  secret: string,
  { phases, seed }: { readonly phases: readonly Phase[]; readonly seed: number },
): Promise<readonly Answered[]> {
  // Prepared in advance, because signing takes this process's time.
  const prepared = plan(phases, seed).map((arrival): Prepared => {
    const body = next();
    const { id } = JSON.parse(body) as { readonly id: string };
    return { ...arrival, id, body, signature: signatureOf(body, secret) };
  });
  const url = new URL("/api/webhooks/ce", origin);
  const agent = new Agent({ keepAlive: true, maxSockets: 4_000 });
  const startMs = performance.timeOrigin + performance.now() + 100;
  const deliveries: Promise<Answered>[] = [];
  for (const one of prepared) {
    const leftMs = startMs + one.atMs - (performance.timeOrigin + performance.now());
    if (leftMs > 1) await sleep(leftMs);
    deliveries.push(deliver(url, agent, one, startMs));
  }
  const answered = await Promise.all(deliveries);
  agent.destroy();
  return answered;
}

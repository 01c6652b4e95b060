/** Sends signed deliveries as fast as the given number of connections allows; each has an event of its own. */
import { createHmac } from "node:crypto";
import autocannon from "autocannon";
import { createRandom, shuffle, createDay } from "../testbed/stories/index.ts";
import { cpuMs } from "./cpu.ts";

const ORDERS = 400;

export interface Loaded {
  /** Deliveries answered 200. */
  readonly accepted: number;
  /** Deliveries answered 200, per second. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the serving processes, until all events were applied. */
  readonly cpuMsPerEvent: number;
  /** Answers other than 200, time-outs, broken connections. */
  readonly errors: number;
}

function eventsOfDay(day: number) {
  const firstNumber = 100_001 + day * ORDERS;
  const stories = createDay({ seed: 1 + day, orders: ORDERS, endsAtMs: Date.now(), firstNumber });
  return shuffle(
    stories.flatMap((story) => story.events),
    createRandom(1 + day),
  );
}

/** A realistic mix of events, each under a new id; after the orders of one day come those of the next. */
export function mixOfEvents(): (prefix: string) => string {
  let day = 0;
  let events = eventsOfDay(day);
  let next = 0;
  let told = 0;
  return (prefix) => {
    if (next === events.length) {
      day += 1;
      events = eventsOfDay(day);
      next = 0;
    }
    const event = events[next];
    next += 1;
    told += 1;
    return JSON.stringify({ ...event, id: `evt_${prefix}_${told}` });
  };
}

export function signatureOf(body: string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

export interface Target {
  readonly name: string;
  readonly url: URL;
  readonly pids: readonly number[];
  /** Resolves when no event is left to apply. */
  readonly drained: () => Promise<void>;
}

/** The end of the load: after a number of seconds, or of deliveries. */
type Ends = { readonly seconds: number } | { readonly deliveries: number };

export async function load(
  target: Target,
  next: () => string,
  secret: string,
  { connections, ...end }: Ends & { readonly connections: number },
): Promise<Loaded> {
  const startedMs = cpuMs(target.pids);
  const result = await autocannon({
    url: new URL("/api/webhooks/ce", target.url).href,
    connections,
    ...("seconds" in end ? { duration: end.seconds } : { amount: end.deliveries }),
    method: "POST",
    setupClient(client) {
      const prepare = (): void => {
        const body = next();
        client.setHeadersAndBody(
          { "content-type": "application/json", "x-webhook-signature": signatureOf(body, secret) },
          body,
        );
      };
      prepare();
      client.on("response", prepare);
    },
  });
  await target.drained();
  return {
    accepted: result["2xx"],
    perSecond: result["2xx"] / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuMsPerEvent: (cpuMs(target.pids) - startedMs) / Math.max(1, result["2xx"]),
    errors: result.non2xx + result.errors + result.timeouts,
  };
}

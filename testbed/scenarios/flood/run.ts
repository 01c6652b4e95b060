/** One flood: plan the events, send them as fast as it goes, wait until they are applied, count. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Delivery, WEBHOOK_PATH } from "../../deliveries/delivery.ts";
import { startStep } from "../../terminal/progress.ts";
import { count } from "../../terminal/terminal.ts";
import { reconcile, type Verdict } from "../kill/reconcile.ts";
import { createRandom, shuffle, sign, type StoryEvent, tellDay } from "../../stories/index.ts";
import { type Watch, watchMemory } from "../../receiver/memory.ts";
import type { FloodOptions } from "./options.ts";
import { type FloodedReceiver, startFlooded } from "../../receiver/flooded.ts";

const POLL_MS = 200;
/** Longer than the minute after which the sweep would push, were there a cron. */
const PATIENCE_MS = 90_000;
const SEED = 1;
const ORDERS_AT_ONCE = 500;
/** Long enough for a garbage collector that waits for idle moments. */
const REST_MS = 5_000;

export interface Outcome extends Pick<Verdict, "lost" | "unapplied"> {
  readonly acknowledged: number;
  /** Answers other than 200, by status. */
  readonly refused: ReadonlyMap<number, number>;
  readonly failed: number;
  readonly sentInMs: number;
  readonly appliedInMs: number;
  /** Resident memory of workerd, in bytes. */
  readonly memory: {
    readonly samples: readonly number[];
    readonly idle: number;
    readonly rest: number;
  };
}

/** Exactly so many events of as many stories as they need. */
function tellEvents(events: number, endsAtMs: number): readonly StoryEvent[] {
  const told: StoryEvent[] = [];
  for (let slice = 0; told.length < events; slice += 1) {
    const firstNumber = 100_001 + slice * ORDERS_AT_ONCE;
    const stories = tellDay({ seed: SEED + slice, orders: ORDERS_AT_ONCE, endsAtMs, firstNumber });
    told.push(...stories.flatMap((story) => story.events));
  }
  return shuffle(told.slice(0, events), createRandom(SEED));
}

async function plan(events: number, secret: string): Promise<readonly Delivery[]> {
  return await Promise.all(
    tellEvents(events, Date.now()).map(async (event): Promise<Delivery> => {
      const body = JSON.stringify(event);
      const signature = await sign(body, secret);
      const said = { outcome: "applied", what: "event", method: "POST", status: 200 } as const;
      return { ...said, path: WEBHOOK_PATH, body, signature, eventId: event.id };
    }),
  );
}

interface Sent {
  readonly acknowledged: ReadonlySet<string>;
  readonly refused: ReadonlyMap<number, number>;
  readonly ms: number;
}

async function send(
  receiver: FloodedReceiver,
  deliveries: readonly Delivery[],
  connections: number,
): Promise<Sent> {
  const total = deliveries.length;
  const step = startStep("sending");
  const startedMs = performance.now();
  const acknowledged = new Set<string>();
  const refused = new Map<number, number>();
  const waiting = deliveries.entries();
  const connection = async () => {
    for (const [index, delivery] of waiting) {
      const status = await receiver.send(delivery);
      if (status === 200) acknowledged.add(delivery.eventId ?? "");
      else refused.set(status, (refused.get(status) ?? 0) + 1);
      step.update(index, total);
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const ms = performance.now() - startedMs;
  const rate = count(Math.round((total * 1_000) / ms));
  step.done(`${count(total)} events sent over ${connections} connections, ${rate} a second`);
  return { acknowledged, refused, ms };
}

/** Until every event that was acknowledged is stored and settled, or nothing moves any more. */
async function drain(receiver: FloodedReceiver, total: number): Promise<number> {
  const step = startStep("applying");
  const startedMs = performance.now();
  const sql = "SELECT count(*) AS n FROM webhook_events WHERE status <> 'received'";
  let last = -1;
  let movedMs = startedMs;
  for (;;) {
    const [row] = await receiver.query<{ n: number }>(sql);
    const settled = row?.n ?? 0;
    step.update(settled, total);
    if (settled !== last) movedMs = performance.now();
    if (settled >= total || performance.now() - movedMs > PATIENCE_MS) break;
    last = settled;
    await sleep(POLL_MS);
  }
  const ms = performance.now() - startedMs;
  step.done(last < total ? "applied what was to be applied" : "everything was applied already");
  return ms;
}

async function measure(
  receiver: FloodedReceiver,
  { events, connections }: FloodOptions,
  secret: string,
  watch: Watch,
): Promise<Outcome> {
  const idle = watch.now();
  const deliveries = await plan(events, secret);
  const { acknowledged, refused, ms: sentInMs } = await send(receiver, deliveries, connections);
  const drainedInMs = await drain(receiver, acknowledged.size);
  const rows = await receiver.query<{ id: string; status: string }>(
    "SELECT id, status FROM webhook_events",
  );
  const stored = new Map(rows.map(({ id, status }) => [id, status]));
  const failed = rows.filter(({ status }) => status === "failed").length;
  const resting = startStep("resting");
  await sleep(REST_MS);
  resting.done("a rest of five seconds");
  watch.stop();
  return {
    ...reconcile(acknowledged, stored),
    acknowledged: acknowledged.size,
    refused,
    failed,
    sentInMs,
    appliedInMs: sentInMs + drainedInMs,
    memory: { samples: watch.samples, idle, rest: watch.now() },
  };
}

/** `cleanup` collects what has to be ended, also when the run is broken off. */
export async function runFlood(
  options: FloodOptions,
  cleanup: (() => Promise<void>)[],
): Promise<Outcome> {
  const secret = randomBytes(24).toString("hex");
  const starting = startStep("starting the Worker");
  const receiver = await startFlooded(secret);
  cleanup.push(() => receiver.close());
  starting.done("The Worker runs in workerd, on an embedded D1 and queues of its own");
  const watch = watchMemory();
  cleanup.push(async () => watch.stop());
  return await measure(receiver, options, secret, watch);
}

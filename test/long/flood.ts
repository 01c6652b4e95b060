/**
 * `npm run test:flood`: ten thousand events as fast as 64 connections can send them. Exits with 0 only if every
 * acknowledged event was applied and none failed. Prints memory over time, to show that it is bounded.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeRefusals, reconcile } from "../../testbed/checks/reconcile.ts";
import { type Delivery, deliverEvents } from "../../testbed/deliveries/delivery.ts";
import { shareOut } from "../../testbed/deliveries/send.ts";
import { watchMemory } from "../../testbed/receiver/memory.ts";
import { settleEvents } from "../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { createRandom, shuffle, type StoryEvent, createDay } from "../../testbed/stories/index.ts";
import { startStep } from "../../testbed/terminal/progress.ts";
import { colours, print } from "../../testbed/terminal/report.ts";
import { type Cleanup, runScenario } from "../../testbed/terminal/scenario.ts";
import { count } from "../../testbed/terminal/text.ts";

/** Longer than the minute after which the sweep would push, if there were a cron. */
const PATIENCE_MS = 90_000;
const SEED = 1;
const ORDERS_AT_ONCE = 500;
/** Long enough for a garbage collector that waits for idle time. */
const REST_MS = 5_000;
const MEMORY_FIGURES = 12;

/** Exactly this number of events, from as many stories as needed. */
function tellEvents(events: number, endsAtMs: number): readonly StoryEvent[] {
  const told: StoryEvent[] = [];
  for (let slice = 0; told.length < events; slice += 1) {
    const firstNumber = 100_001 + slice * ORDERS_AT_ONCE;
    const stories = createDay({
      seed: SEED + slice,
      orders: ORDERS_AT_ONCE,
      endsAtMs,
      firstNumber,
    });
    told.push(...stories.flatMap((story) => story.events));
  }
  return shuffle(told.slice(0, events), createRandom(SEED));
}

interface Sent {
  readonly acknowledged: Set<string>;
  /** Answers other than 200, by status. */
  readonly refused: Map<number, number>;
}

async function send(
  receiver: Receiver,
  deliveries: readonly Delivery[],
  connections: number,
): Promise<Sent> {
  const total = deliveries.length;
  const step = startStep("sending");
  const startedMs = performance.now();
  const sent: Sent = { acknowledged: new Set(), refused: new Map() };
  await shareOut(deliveries, connections, async (delivery, index) => {
    const { status } = await receiver.send(delivery);
    if (status === 200) sent.acknowledged.add(delivery.eventId ?? "");
    else sent.refused.set(status, (sent.refused.get(status) ?? 0) + 1);
    step.update(index, total);
  });
  const rate = count(Math.round((total * 1_000) / (performance.now() - startedMs)));
  step.done(`${count(total)} events sent over ${connections} connections, ${rate} a second`);
  return sent;
}

/** This number of figures in MB, evenly distributed over the samples: the largest of each part. */
function summarize(samples: readonly number[], parts: number): readonly number[] {
  const size = Math.max(1, Math.ceil(samples.length / parts));
  const starts = Array.from({ length: Math.ceil(samples.length / size) }, (_, part) => part * size);
  return starts.map((from) => megabytes(Math.max(...samples.slice(from, from + size))));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}

interface Options {
  readonly events: number;
  readonly connections: number;
}

async function run({ events, connections }: Options, cleanup: Cleanup): Promise<boolean> {
  const { bold, dim, green, red } = colours;
  print(`${bold("Flood")}  ${dim(`${count(events)} events, ${connections} connections`)}`);
  const secret = randomBytes(24).toString("hex");
  const starting = startStep("starting the Worker");
  const receiver = await startReceiver({ settings: { CE_WEBHOOK_SECRET: secret } });
  cleanup.push(() => receiver.close());
  starting.done("The Worker runs in workerd, on an embedded D1 and queues of its own");
  const watch = watchMemory();
  cleanup.push(async () => watch.stop());
  const idle = watch.now();
  const deliveries = await deliverEvents(tellEvents(events, Date.now()), secret);

  const startedMs = performance.now();
  const perSecond = () => count(Math.round((events * 1_000) / (performance.now() - startedMs)));
  const { acknowledged, refused } = await send(receiver, deliveries, connections);
  const receiptRate = perSecond();
  const { size: total } = acknowledged;
  const applying = startStep("applying");
  const onCount = (waiting: number) => applying.update(total - waiting, total);
  await settleEvents(receiver, { patienceMs: PATIENCE_MS, onCount }, total);
  const applyRate = perSecond();
  applying.done("applied what was to be applied");
  const { lost, unapplied, failed } = await reconcile(receiver, acknowledged);
  const resting = startStep("resting");
  await sleep(REST_MS);
  resting.done("a rest of five seconds");
  watch.stop();

  const [peak, rest] = [Math.max(...watch.samples), watch.now()].map(megabytes);
  print();
  print(`  receipt      ${receiptRate} events a second`);
  print(`  applied      ${applyRate} events a second, from the first one sent`);
  print(`  refused      ${describeRefusals(refused)}`);
  print(
    `  workerd RSS  ${megabytes(idle)} MB idle, ${peak} MB at its peak, ${rest} MB after the drain`,
  );
  print(`  over time    ${summarize(watch.samples, MEMORY_FIGURES).join(" ")} MB`);
  const held = total > 0 && lost.length + unapplied.length + failed === 0;
  const figures = `acknowledged ${total}, lost ${lost.length}, unapplied ${unapplied.length}, failed ${failed}`;
  print();
  print(held ? green(figures) : red(figures));
  return held;
}

await runScenario({
  name: "npm run test:flood",
  about: `signed events as fast as so many connections can send them.

Waits until all of them are applied; every event that was acknowledged must be. Prints how
fast it went, how much was refused and how much memory workerd took. Exit code 0: nothing
is lost, nothing failed.`,
  flags: {
    events: { what: "events to send", least: 100, most: 1_000_000, usual: 10_000 },
    connections: { what: "deliveries under way at once", least: 1, most: 512, usual: 64 },
  },
  run,
});

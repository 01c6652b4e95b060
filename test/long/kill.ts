/**
 * `npm run test:kill`: the runtime is killed under load, again and again, and no acknowledged event may be lost. Exits
 * with 0 only if all of them were stored and applied, and every order matches its story.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import {
  compareWithStories,
  describeRefusals,
  reconcile,
  type Reconciled,
} from "../../testbed/checks/reconcile.ts";
import { type Delivery, deliverEvents } from "../../testbed/deliveries/delivery.ts";
import { countRows, settleEvents } from "../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import {
  createRandom,
  type Random,
  repeat,
  shuffle,
  createDay,
} from "../../testbed/stories/index.ts";
import { startStep } from "../../testbed/terminal/progress.ts";
import { colours, print, printList } from "../../testbed/terminal/report.ts";
import { type Cleanup, runScenario, seedFlag } from "../../testbed/terminal/scenario.ts";
import { count } from "../../testbed/terminal/text.ts";

/** The share of events that is delivered twice in any case. */
const REPEATED_SHARE = 0.1;
/** Kills happen within this share of the load, so that some load remains after the last one. */
const KILLED_SHARE = 0.9;
/** The longest time between a kill and the answer that it was drawn for. */
const KILL_JITTER_MS = 150;
/** The time without a change in the number of waiting events after which they are swept again. */
const STILL_MS = 4_000;
const SWEEPS_AT_MOST = 5;
/** More refusals than this mean a problem in the test itself. */
const REFUSALS_AT_MOST = 500;
/** The pause before a connection without an answer tries again. */
const PAUSE_MS = 100;
/** The maximum, so that only D1 acknowledges: the local queue is in the memory of the killed process. */
const RECEIPT_TIMEOUT_MS = "60000";
const ORDERS_A_KILL = 45;

const receipt = z.object({ received: z.literal(true), id: z.string() });

interface Load {
  /** Deliveries to send; those without an acknowledgement are appended again. */
  readonly waiting: Delivery[];
  readonly connections: number;
  /** Ids of the events that were answered 200. */
  readonly acknowledged: Set<string>;
  /** Answers other than 200, by status. */
  readonly refused: Map<number, number>;
  /** Deliveries without an answer, because the runtime was killed. */
  unanswered: number;
}

/** True if the delivery was acknowledged; otherwise it is sent again, as Commerce Engine does. */
async function deliver(load: Load, receiver: Receiver, delivery: Delivery): Promise<boolean> {
  const answer = await receiver.send(delivery).catch(() => null);
  if (answer === null) {
    load.unanswered += 1;
    await sleep(PAUSE_MS);
    return false;
  }
  const parsed = receipt.safeParse(answer.body);
  if (answer.status === 200 && parsed.success) {
    load.acknowledged.add(parsed.data.id);
    return true;
  }
  const times = (load.refused.get(answer.status) ?? 0) + 1;
  load.refused.set(answer.status, times);
  if (times > REFUSALS_AT_MOST) throw new Error(`${times} answers of ${answer.status}`);
  return false;
}

/** Sends until nothing waits or the runtime is gone. Deliveries in progress then wait again. */
async function sendLoad(
  load: Load,
  receiver: Receiver,
  stop: AbortSignal,
  onAnswer: () => void = () => undefined,
): Promise<void> {
  const connection = async () => {
    while (!stop.aborted) {
      const delivery = load.waiting.shift();
      if (delivery === undefined) return;
      if (!(await deliver(load, receiver, delivery))) load.waiting.push(delivery);
      onAnswer();
    }
  };
  await Promise.all(Array.from({ length: load.connections }, connection));
}

/** Sends until this number of answers has come, waits a moment, then kills. */
async function sendUntilKill(
  load: Load,
  receiver: Receiver,
  answers: number,
  jitterMs: number,
): Promise<void> {
  const stop = new AbortController();
  let left = answers;
  let killing: Promise<void> | null = null;
  const kill = async () => {
    await sleep(jitterMs);
    const dying = receiver.kill();
    // The signals are sent by now; requests in progress will get no answer.
    stop.abort();
    await dying;
    await receiver.close();
  };
  await sendLoad(load, receiver, stop.signal, () => {
    left -= 1;
    if (left <= 0) killing ??= kill();
  });
  await (killing ?? kill());
}

/** As if more than a minute had passed: everything that waits is swept. Returns its number. */
async function sweepWaiting(receiver: Receiver): Promise<number> {
  await receiver.query(
    "UPDATE webhook_events SET push_at = '2000-01-01T00:00:00.000Z' WHERE status = 'received'",
  );
  const waiting = await countRows(receiver, "webhook_events WHERE status = 'received'");
  await receiver.sweep();
  return waiting;
}

/** Sweeps stuck events, as the cron would in the next minutes. */
async function settle(receiver: Receiver): Promise<void> {
  let sweeps = 0;
  const onStuck = async () => {
    sweeps += 1;
    if (sweeps > SWEEPS_AT_MOST) return false;
    await sweepWaiting(receiver);
    return true;
  };
  await settleEvents(receiver, { patienceMs: STILL_MS, onStuck });
}

/** Random counts of answers, one for each kill, within the load. */
function drawKills(random: Random, kills: number, answers: number): readonly number[] {
  const at = Array.from({ length: kills }, () => random.integer(1, Math.floor(answers)));
  const moments = at.toSorted((a, b) => a - b);
  return moments.map((moment, index) => moment - (moments[index - 1] ?? 0));
}

async function checkDatabase(receiver: Receiver): Promise<void> {
  const [row] = await receiver.query<{ quick_check: string }>("PRAGMA quick_check(1)");
  if (row?.quick_check === "ok") return;
  throw new Error(`the database is damaged: ${row?.quick_check ?? "no answer"}`);
}

function report(
  load: Load,
  found: Reconciled,
  problems: readonly string[],
  kills: string,
): boolean {
  const { lost, unapplied } = found;
  print();
  print(`  ${kills}; ${count(load.unanswered)} deliveries`);
  print(`  unanswered and sent again; refused: ${describeRefusals(load.refused)}`);
  for (const [title, entries] of [
    ["Lost", lost],
    ["Not applied", unapplied],
    ["Orders that are not as their stories say", problems],
  ] as const) {
    if (entries.length > 0) print(`  ${colours.red(title)}`);
    printList(entries, 10, "    ");
  }
  const { size: acknowledged } = load.acknowledged;
  const held = acknowledged > 0 && lost.length + unapplied.length + problems.length === 0;
  const figures = `acknowledged ${acknowledged}, lost ${lost.length}, unapplied ${unapplied.length}`;
  print();
  print(
    `${held ? colours.green(figures) : colours.red(figures)}; state as told: ${problems.length === 0 ? "yes" : "no"}`,
  );
  return held;
}

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly orders: number;
  readonly connections: number;
}

async function run(options: Options, cleanup: Cleanup): Promise<boolean> {
  const { kills, seed } = options;
  print(`${colours.bold("Kills under load")}  ${colours.dim(`${kills} kills, seed ${seed}`)}`);
  const folder = mkdtempSync(join(tmpdir(), "ce-kill-"));
  cleanup.push(async () => rmSync(folder, { recursive: true, force: true }));
  const secret = randomBytes(24).toString("hex");
  const settings = { CE_WEBHOOK_SECRET: secret, RECEIPT_TIMEOUT_MS };
  const random = createRandom(seed, 2_000_000);
  const starting = startStep("starting the Worker");
  const orders = options.orders || Math.max(20, Math.min(5_000, kills * ORDERS_A_KILL));
  const stories = createDay({ seed, orders, endsAtMs: Date.now() });
  const events = await deliverEvents(
    stories.flatMap((story) => story.events),
    secret,
  );
  const waiting = shuffle(repeat(events, random, REPEATED_SHARE), random);
  const draws = drawKills(random, kills, waiting.length * KILLED_SHARE);
  let receiver = await startReceiver({ settings, folder });
  cleanup.push(() => receiver.close());
  starting.done(`The Worker runs on a D1 on disk; ${count(waiting.length)} deliveries wait`);

  const { connections } = options;
  const load: Load = {
    waiting,
    connections,
    acknowledged: new Set(),
    refused: new Map(),
    unanswered: 0,
  };
  for (const [index, answers] of draws.entries()) {
    const name = `kill ${index + 1} of ${kills}`;
    const step = startStep(name);
    const { pids } = receiver;
    if (pids.length === 0) throw new Error("there is no workerd to kill");
    await sendUntilKill(load, receiver, answers, random.integer(0, KILL_JITTER_MS));
    const known = count(load.acknowledged.size);
    receiver = await startReceiver({ settings, folder, statements: [] });
    await checkDatabase(receiver);
    const due = count(await sweepWaiting(receiver));
    step.done(`${name}: workerd ${pids.join(", ")}; ${known} acknowledged, ${due} to sweep`);
  }

  const rest = startStep("sending what is left, and letting everything settle");
  await sendLoad(load, receiver, new AbortController().signal);
  await settle(receiver);
  const found = await reconcile(receiver, load.acknowledged);
  const problems = await compareWithStories(receiver, stories);
  rest.done(`${count(found.stored)} events stored, of ${count(stories.length)} orders`);
  return report(load, found, problems, `${count(kills, "kill")}, seed ${seed}`);
}

await runScenario({
  name: "npm run test:kill",
  about: `kills the runtime under load, and counts what is lost.

Runs the Worker on a D1 on disk, sends it signed events over several connections, kills
workerd with SIGKILL at random moments, restarts it and sweeps. At the end every event that
was acknowledged must be stored and applied, and every order must be as its story says.
Exit code 0: nothing is lost.`,
  flags: {
    kills: { what: "how often the runtime is killed", least: 1, most: 100, usual: 10 },
    seed: seedFlag(Math.floor(Math.random() * 1_000_000_000), "random"),
    orders: {
      what: "orders to tell of, each about 8 events",
      least: 20,
      most: 5_000,
      usual: 0,
      said: `${ORDERS_A_KILL} a kill`,
    },
    connections: { what: "deliveries under way at once", least: 1, most: 64, usual: 16 },
  },
  run,
});

/** One run: send, kill, restart, sweep, send on; at the end let everything settle and reconcile. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery } from "../../deliveries/delivery.ts";
import { WEBHOOK_PATH } from "../../deliveries/delivery.ts";
import { startStep } from "../../terminal/progress.ts";
import { readState } from "../../checks/state.ts";
import { count } from "../../terminal/terminal.ts";
import { createRandom, type Random, repeat, shuffle, sign, tellDay } from "../../stories/index.ts";
import { type Load, sendLoad, type Tally } from "./load.ts";
import type { KillOptions } from "./options.ts";
import { compareWithStories, reconcile, type Verdict } from "./reconcile.ts";
import { prepare, type Runtime, type Site, startRuntime, stateFolder } from "./runtime.ts";
import { Storage } from "../../receiver/storage.ts";

/** A share of the events is delivered twice anyway. */
const REPEATED_SHARE = 0.1;
/** Kills fall on this share of the load, so that some is left for after the last one. */
const KILLED_SHARE = 0.9;
/** A kill comes up to so much later than the answer that it was drawn for. */
const KILL_JITTER_MS = 150;
const POLL_MS = 50;
/** How long the number of waiting events may stand still before they are swept again. */
const STILL_MS = 4_000;
const SWEEPS_AT_MOST = 5;

export interface Outcome extends Verdict {
  readonly acknowledged: number;
  readonly tally: Tally;
  readonly kills: number;
}

async function plan({ seed, orders }: KillOptions, secret: string, random: Random) {
  const stories = tellDay({ seed, orders, endsAtMs: Date.now() });
  const events = stories.flatMap((story) => story.events);
  const deliveries = await Promise.all(
    events.map(async (event): Promise<Delivery> => {
      const body = JSON.stringify(event);
      const signature = await sign(body, secret);
      const said = { outcome: "applied", what: "event", method: "POST", status: 200 } as const;
      return { ...said, path: WEBHOOK_PATH, body, signature, eventId: event.id };
    }),
  );
  return { stories, waiting: shuffle(repeat(deliveries, random, REPEATED_SHARE), random) };
}

/** Sends until so many answers have come, and a moment more; then kills. */
async function sendUntilKill(
  load: Omit<Load, "onAnswer">,
  runtime: Runtime,
  answers: number,
  jitterMs: number,
): Promise<readonly number[]> {
  const stop = new AbortController();
  let left = answers;
  let killing: Promise<readonly number[]> | null = null;
  const kill = async () => {
    await sleep(jitterMs);
    const dying = runtime.kill();
    // The signals are sent by now; what is under way will get no answer.
    stop.abort();
    return await dying;
  };
  const onAnswer = () => {
    left -= 1;
    if (left <= 0) killing ??= kill();
  };
  await sendLoad({ ...load, onAnswer }, runtime, stop.signal);
  return await (killing ?? kill());
}

/** Until nothing waits; what stands still is swept, as the cron would in the minutes to come. */
async function settle(runtime: Runtime, storage: Storage): Promise<void> {
  let last = -1;
  let movedMs = performance.now();
  for (let sweeps = 0; sweeps <= SWEEPS_AT_MOST;) {
    const waiting = storage.count("status = 'received'");
    if (waiting === 0) return;
    if (waiting !== last) movedMs = performance.now();
    else if (performance.now() - movedMs > STILL_MS) {
      storage.makeWaitingDue();
      await runtime.sweep();
      sweeps += 1;
      movedMs = performance.now();
    }
    last = waiting;
    await sleep(POLL_MS);
  }
}

/** Random counts of answers after which to kill, one for each kill, within the load. */
function drawKills(random: Random, kills: number, answers: number): readonly number[] {
  const at = Array.from({ length: kills }, () => random.integer(1, Math.floor(answers)));
  const moments = at.toSorted((a, b) => a - b);
  return moments.map((moment, index) => moment - (moments[index - 1] ?? 0));
}

async function restart(site: Site, storage: Storage): Promise<[Runtime, number]> {
  const broken = storage.check();
  if (broken !== "ok") throw new Error(`the database is damaged: ${broken}`);
  const waiting = storage.makeWaitingDue();
  const runtime = await startRuntime(site);
  await runtime.sweep();
  return [runtime, waiting];
}

/** `cleanup` collects what has to be ended, also when the run is broken off. */
export async function runKills(
  options: KillOptions,
  cleanup: (() => Promise<void>)[],
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "ce-kill-"));
  cleanup.push(async () => rmSync(folder, { recursive: true, force: true }));
  const site: Site = { folder, secret: randomBytes(24).toString("hex") };
  const random = createRandom(options.seed, 2_000_000);
  const starting = startStep("bundling the Worker, creating its database");
  await prepare(site);
  const { stories, waiting } = await plan(options, site.secret, random);
  const total = waiting.length;
  let runtime = await startRuntime(site);
  cleanup.push(() => runtime.close());
  starting.done(`The Worker runs on a D1 on disk; ${count(total)} deliveries wait`);

  const storage = new Storage(stateFolder(site));
  const tally: Tally = { acknowledged: new Set(), unanswered: 0, refused: new Map() };
  const load = { waiting, connections: options.connections, tally };
  const draws = drawKills(random, options.kills, total * KILLED_SHARE);
  for (const [index, answers] of draws.entries()) {
    const step = startStep(`kill ${index + 1} of ${options.kills}`);
    const pids = await sendUntilKill(load, runtime, answers, random.integer(0, KILL_JITTER_MS));
    const known = tally.acknowledged.size;
    const [next, due] = await restart(site, storage);
    runtime = next;
    const which = pids.length === 0 ? "no workerd was found" : `workerd ${pids.join(", ")}`;
    step.done(
      `kill ${index + 1} of ${options.kills}: ${which}; ${count(known)} acknowledged, ${count(due)} to sweep`,
    );
    if (pids.length === 0) throw new Error("there was no workerd to kill");
  }

  const rest = startStep("sending what is left, and letting everything settle");
  await sendLoad({ ...load, onAnswer: () => undefined }, runtime, new AbortController().signal);
  await settle(runtime, storage);
  const rows = storage.query<{ id: string; status: string }>(
    "SELECT id, status FROM webhook_events",
  );
  const stored = new Map(rows.map(({ id, status }) => [id, status]));
  const problems = compareWithStories(stories, await readState(runtime));
  rest.done(`${count(stored.size)} events stored, of ${count(stories.length)} orders`);
  const { size: acknowledged } = tally.acknowledged;
  return {
    ...reconcile(tally.acknowledged, stored),
    problems,
    acknowledged,
    tally,
    kills: draws.length,
  };
}

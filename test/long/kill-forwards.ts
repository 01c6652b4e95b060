/**
 * `npm run test:kill-forwards`: the runtime is killed while it forwards to three servers: one works, one fails a third
 * of the time and one hangs. Each endpoint gets each event of its filter. An event is accepted twice only before and
 * after a kill, with the same id and the same bytes.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { type Delivery, deliverEvents } from "../../testbed/deliveries/delivery.ts";
import { settleEvents } from "../../testbed/receiver/settle.ts";
import { type Receiver, startReceiver } from "../../testbed/receiver/start.ts";
import { createDay, createRandom } from "../../testbed/stories/index.ts";
import { startStep } from "../../testbed/terminal/progress.ts";
import { colours, print } from "../../testbed/terminal/report.ts";
import { type Cleanup, runScenario, seedFlag } from "../../testbed/terminal/scenario.ts";
import { count } from "../../testbed/terminal/text.ts";
import { failAThird, ForwardServer, hang, judge, take, type Verdict } from "./forward-servers.ts";

const TOKEN = "let-me-in";
const CONNECTIONS = 8;
/** A consumer uses the endpoints that it has read for this time (ENDPOINTS_FRESH_MS), plus a margin. */
const FRESH_MS = 3_500;
/** The longest time from the last answer to a kill, so that forwards are in progress. */
const KILL_JITTER_MS = 2_500;
/** The most cron runs until everything has arrived: a third of the rest fails in each run. */
const SWEEPS_AT_MOST = 60;
const PAST = "2000-01-01T00:00:00.000Z";

type Post = <T>(shape: z.ZodType<T>, path: string, body?: object) => Promise<T>;
const anything = z.looseObject({});

function adminOf({ url }: Receiver, method: "GET" | "POST"): Post {
  return async (shape, path, body) => {
    const response = await fetch(new URL(`/api/admin${path}`, url), {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return shape.parse(JSON.parse(text));
  };
}

interface Endpoint {
  readonly name: string;
  readonly server: ForwardServer;
  readonly types: readonly string[];
  readonly id: string;
  /** The first of its secrets: it also signs until a day after a rotation. */
  readonly secret: string;
}

async function addEndpoint(
  receiver: Receiver,
  name: string,
  server: ForwardServer,
  types: readonly string[],
): Promise<Endpoint> {
  const settings = { url: await server.listen(), description: name, event_types: types };
  const body = { ...settings, include_order: true };
  const { id } = await adminOf(receiver, "POST")(z.object({ id: z.string() }), "/endpoints", body);
  const shape = z.object({ secret: z.string() });
  const { secret } = await adminOf(receiver, "GET")(shape, `/endpoints/${id}/secret`);
  return { name, server, types, id, secret };
}

/** The filter, implemented again independently of the code under test. */
function isWanted(type: string, filters: readonly string[]): boolean {
  return filters.some((one) =>
    one.endsWith("*") ? type.startsWith(one.slice(0, -1)) : one === type,
  );
}

/** Delivers until none waits or the runtime is gone; deliveries without a 200 wait again. */
async function deliver(
  receiver: Receiver,
  waiting: Delivery[],
  acknowledged: Delivery[],
  most: number,
): Promise<void> {
  let left = most;
  const connection = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const delivery = waiting.shift();
      if (delivery === undefined) return;
      const answer = await receiver.send(delivery).catch(() => null);
      (answer?.status === 200 ? acknowledged : waiting).push(delivery);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

/** As if minutes had passed: events are pushed again, leases have expired, and waiting messages are swept. */
async function passMinutes(receiver: Receiver): Promise<void> {
  await receiver.query(`UPDATE webhook_events SET push_at = '${PAST}' WHERE status = 'received'`);
  await receiver.query(
    `UPDATE notifications SET awaits_sweep = 1, next_attempt_at = iif(next_attempt_at IS NULL, NULL, '${PAST}')
     WHERE channel = 'forward' AND status = 'pending'`,
  );
}

interface Load {
  readonly settings: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly killsMs: number[];
  receiver: Receiver;
}

/** Kills the runtime while the cron forwards, and starts it again. */
async function killAndRestart(load: Load, afterMs: number): Promise<void> {
  const { receiver, settings, folder } = load;
  const sweeping = receiver.sweep().catch(() => undefined);
  await sleep(afterMs);
  if (receiver.pids.length === 0) throw new Error("there is no workerd to kill");
  await receiver.kill();
  await receiver.close();
  await sweeping;
  load.receiver = await startReceiver({
    settings,
    folder,
    statements: [],
    batchTimeoutSeconds: 0.1,
  });
  // Not earlier: requests of the dead runtime may still be read here, and nothing new is sent until the next sweep.
  load.killsMs.push(performance.now());
  await passMinutes(load.receiver);
}

const isComplete = ({ server }: Endpoint, wanted: ReadonlySet<string>): boolean =>
  [...wanted].every((id) => server.takenIds.has(id));

/** Resumes paused endpoints, to avoid waiting for retries, and sweeps until all have received their events. */
async function finish(
  { receiver }: Load,
  endpoints: readonly Endpoint[],
  wantedBy: (endpoint: Endpoint) => ReadonlySet<string>,
): Promise<number> {
  for (let sweeps = 0; sweeps < SWEEPS_AT_MOST; sweeps += 1) {
    const left = endpoints.filter((endpoint) => !isComplete(endpoint, wantedBy(endpoint)));
    if (left.length === 0) return sweeps;
    for (const { id } of left) {
      await adminOf(receiver, "POST")(anything, `/endpoints/${id}/resume`);
    }
    await receiver.sweep();
    await sleep(200);
  }
  return SWEEPS_AT_MOST;
}

function report(endpoint: Endpoint, wanted: ReadonlySet<string>, verdict: Verdict): boolean {
  const { lost, unwanted, repeats, wrongRepeats, otherBytes, unverified } = verdict;
  const { requests, taken } = endpoint.server;
  const wrong =
    lost.length + unwanted.length + wrongRepeats.length + otherBytes.length + unverified;
  const figures = `${count(wanted.size, "event")} wanted, ${count(requests.length, "request")}, ${taken.length} taken, ${repeats} repeated after a kill`;
  const faults = `lost ${lost.length}, unwanted ${unwanted.length}, repeated otherwise ${wrongRepeats.length}, with other bytes ${otherBytes.length}, not verified ${unverified}`;
  print(`  ${endpoint.name}: ${figures}`);
  print(`    ${wrong === 0 ? colours.green(faults) : colours.red(faults)}`);
  for (const id of [...lost, ...unwanted, ...wrongRepeats, ...otherBytes].slice(0, 5))
    print(`    ${id}`);
  return wrong === 0 && wanted.size > 0;
}

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly orders: number;
}

async function prepare({ seed, orders }: Options, cleanup: Cleanup) {
  const folder = mkdtempSync(join(tmpdir(), "ce-kill-forwards-"));
  cleanup.push(async () => rmSync(folder, { recursive: true, force: true }));
  const secret = randomBytes(24).toString("hex");
  const settings = {
    CE_WEBHOOK_SECRET: secret,
    ADMIN_TOKEN: TOKEN,
    FORWARD_SECRET: `whsec_${randomBytes(32).toString("base64")}`,
    RECEIPT_TIMEOUT_MS: "60000",
  };
  const events = createDay({ seed, orders, endsAtMs: Date.now() }).flatMap((one) => one.events);
  const waiting = [...(await deliverEvents(events, secret))];
  const typeOf = new Map(events.map(({ id, event_type: type }) => [id ?? "", type ?? ""]));
  const receiver = await startReceiver({ settings, folder, batchTimeoutSeconds: 0.1 });
  const load: Load = { settings, folder, killsMs: [], receiver };
  cleanup.push(() => load.receiver.close());
  const add = async (name: string, server: ForwardServer, ...types: readonly string[]) => {
    cleanup.push(async () => server.close());
    return await addEndpoint(load.receiver, name, server, types);
  };
  const wantedBy = ({ types }: Endpoint): ReadonlySet<string> =>
    new Set([...typeOf].flatMap(([id, type]) => (isWanted(type, types) ? [id] : [])));
  return { load, waiting, add, wantedBy, total: waiting.length };
}

async function run(options: Options, cleanup: Cleanup): Promise<boolean> {
  const { kills, seed } = options;
  const random = createRandom(seed, 2_000_000);
  print(
    `${colours.bold("Kills while forwarding")}  ${colours.dim(`${kills} kills, seed ${seed}`)}`,
  );
  const { load, waiting, add, wantedBy, total } = await prepare(options, cleanup);
  const works = await add("works", new ForwardServer(take), "*");
  const fails = await add("fails a third", new ForwardServer(failAThird), "payment.*", "order.*");
  const hangs = await add("hangs, then works", new ForwardServer(hang), "shipment.*");
  const three = [works, fails, hangs];
  await sleep(FRESH_MS);

  const acknowledged: Delivery[] = [];
  for (let kill = 1; kill <= kills; kill += 1) {
    const step = startStep(`kill ${kill} of ${kills}`);
    const post = adminOf(load.receiver, "POST");
    if (kill === 2) await post(anything, `/endpoints/${works.id}/pause`, { reason: "moving" });
    if (kill === 3) await post(anything, `/endpoints/${works.id}/resume`);
    if (kill === 4) await post(anything, `/endpoints/${works.id}/rotate`);
    await deliver(load.receiver, waiting, acknowledged, Math.ceil(total / kills));
    await killAndRestart(load, random.integer(0, KILL_JITTER_MS));
    const taken = three.map(({ name, server }) => `${name} ${server.takenIds.size}`).join(", ");
    step.done(`kill ${kill} of ${kills}: ${acknowledged.length} acknowledged; taken: ${taken}`);
  }

  const rest = startStep("sending what is left, to three that answer now");
  await deliver(load.receiver, waiting, acknowledged, Number.POSITIVE_INFINITY);
  hangs.server.answer = take;
  await load.receiver.sweep();
  await settleEvents(load.receiver, { patienceMs: 10_000 });
  const sweeps = await finish(load, three, wantedBy);
  rest.done(
    `${count(acknowledged.length)} events acknowledged; ${count(sweeps, "sweep")} for the rest`,
  );

  const replaying = startStep(
    "replaying all of it to an endpoint added now, with a kill in the middle",
  );
  const late = await add("added later", new ForwardServer(take), "*");
  await adminOf(load.receiver, "POST")(anything, `/endpoints/${late.id}/replay`, {});
  await killAndRestart(load, random.integer(100, KILL_JITTER_MS));
  const beforeKill = late.server.takenIds.size;
  await finish(load, [late], wantedBy);
  replaying.done(
    `${count(beforeKill)} replayed before the kill, ${count(late.server.takenIds.size)} after`,
  );

  print();
  const verdicts = [...three, late].map((endpoint) => {
    const wanted = wantedBy(endpoint);
    return report(endpoint, wanted, judge(endpoint.server, wanted, load.killsMs, endpoint.secret));
  });
  return verdicts.every(Boolean) && acknowledged.length === total;
}

await runScenario({
  name: "npm run test:kill-forwards",
  about: `kills the runtime while it forwards, and counts what each endpoint gets.

Runs the Worker on a D1 on disk with three real servers as endpoints: one works, one fails a third
of the time, one hangs. Kills workerd with SIGKILL while it forwards, restarts it and sweeps; one
endpoint is paused, resumed and its secret rotated meanwhile, and a fourth gets all by a replay. At the
end each endpoint must have taken each event of its filter, signed, and twice only around a kill.
Exit code 0: nothing is lost, nothing else is repeated.`,
  flags: {
    kills: { what: "how often the runtime is killed", least: 4, most: 100, usual: 6 },
    seed: seedFlag(Math.floor(Math.random() * 1_000_000_000), "random"),
    orders: { what: "orders to tell of, each about 8 events", least: 10, most: 2_000, usual: 60 },
  },
  run,
});

/**
 * The demo: start, send, wait, read, show and check. `npm run demo` passes the evidence on unchanged; a test
 * corrupts it, so that every check must fail.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { acceptedById, type Evidence } from "../checks/evidence.ts";
import { readState } from "../checks/state.ts";
import { judge } from "../checks/verdict.ts";
import { type Day, planDay } from "../deliveries/day.ts";
import type { Answered } from "../deliveries/delivery.ts";
import { sendAll } from "../deliveries/send.ts";
import { type Providers, startProviders } from "../receiver/providers.ts";
import { hurryMessages, settleEvents } from "../receiver/settle.ts";
import { type Receiver, startReceiver } from "../receiver/start.ts";
import { type KindName, storyKinds } from "../stories/index.ts";
import { startStep } from "../terminal/progress.ts";
import { colours, print, printHeading, printList, WIDTH } from "../terminal/report.ts";
import { type Cleanup, runScenario, seedFlag } from "../terminal/scenario.ts";
import { count } from "../terminal/text.ts";
import { reportEdges } from "./edges.ts";
import { reportForms } from "./forms.ts";
import { reportShop } from "./shop.ts";

const command = fileURLToPath(new URL("../../cli/ce-webhooks.mjs", import.meta.url));
/** The story that is explained: short, and with events that are overridden. */
const EXPLAINED: KindName = "cancelled and refunded";

async function sendDay(receiver: Receiver, day: Day, concurrency: number): Promise<Answered[]> {
  const total = day.deliveries.length;
  const step = startStep("sending deliveries");
  const startedMs = performance.now();
  const answers = await sendAll(receiver, day.deliveries, concurrency, (answered) =>
    step.update(answered, total),
  );
  const rate = count(Math.round((total * 1000) / (performance.now() - startedMs)));
  step.done(`${count(total)} deliveries answered, ${concurrency} at a time, ${rate} a second`);
  return answers;
}

/** Sends the conflicts only after the day was applied: the first body is kept, and it is the story's. */
async function applyDay(receiver: Receiver, day: Day, answers: Answered[]): Promise<boolean> {
  const step = startStep("applying events");
  const total = acceptedById(day).size;
  const onCount = (waiting: number) => step.update(total - waiting, total);
  const applied = await settleEvents(receiver, { onCount });
  answers.push(...(await sendAll(receiver, day.conflicts, 1)));
  const settled = await settleEvents(receiver, { onCount });
  step.done(`${count(total)} different events settled, whatever order they came in`);
  return applied && settled;
}

async function sendMessages(receiver: Receiver, { calls }: Providers): Promise<boolean> {
  const step = startStep("sending messages");
  const { reached, brought } = await hurryMessages(receiver);
  const requests = `${count(calls.length)} requests to providers`;
  step.done(`${requests}; ${count(brought, "row")} due within the hour brought forward`);
  return reached;
}

/** The command line itself reads and shows the explanation. */
async function explainOne(origin: string, token: string, { stories }: Day): Promise<void> {
  const story = stories.find(({ kind }) => kind === EXPLAINED);
  if (story === undefined) return;
  const args = ["explain", story.orderNumber, "--events"];
  const title = `npx ce-webhooks ${args.join(" ")}`;
  printHeading("Explained", `${title}: which event set which field`);
  const child = spawn(process.execPath, [command, ...args], {
    stdio: "inherit",
    env: {
      ...process.env,
      CE_WEBHOOKS_URL: origin,
      ADMIN_TOKEN: token,
      COLUMNS: String(WIDTH),
    },
  });
  await once(child, "close");
}

/** The command that a person would type. */
function printNext(): void {
  const { cyan } = colours;
  print(`  By hand: ${cyan("npm start")}, and in another shell`);
  print(`  ${cyan("npx ce-webhooks trigger payment-fails-twice --order ORD-1")}`);
  print(`  ${cyan("npx ce-webhooks explain ORD-1")}`);
  print();
}

interface Options {
  readonly orders: number;
  readonly seed: number;
  readonly concurrency: number;
}

type Corrupt = (evidence: Evidence) => Evidence;

async function runDay(options: Options, cleanup: Cleanup, corrupt: Corrupt): Promise<boolean> {
  const { bold, dim } = colours;
  const { orders, seed, concurrency } = options;
  print();
  print(`${bold("A day at Indigo Bazaar")}  ${dim(`${count(orders)} orders, seed ${seed}`)}`);
  print();
  const [secret, token] = [randomBytes(24).toString("hex"), randomBytes(24).toString("hex")];
  const starting = startStep("starting the Worker");
  const providers = await startProviders();
  cleanup.push(() => providers.close());
  const settings = {
    CE_WEBHOOK_SECRET: secret,
    ADMIN_TOKEN: token,
    STORE_NAME: "Indigo Bazaar",
    // A busy machine must not look like a slow D1: the queue alone does not know repeats.
    RECEIPT_TIMEOUT_MS: "10000",
  };
  const receiver = await startReceiver({ settings: { ...settings, ...providers.settings } });
  cleanup.push(() => receiver.close());
  starting.done("The Worker runs in workerd, on an embedded D1 and queues of its own");

  const day = await planDay({ seed, orders, endsAtMs: Date.now(), secret });
  const unsettled: string[] = [];
  const answers = await sendDay(receiver, day, concurrency);
  if (!(await applyDay(receiver, day, answers))) unsettled.push("events still wait");
  if (!(await sendMessages(receiver, providers))) unsettled.push("messages still wait");
  const state = await readState(receiver);
  const evidence = { day, answers, state, calls: [...providers.calls], unsettled };
  reportShop(evidence);
  reportForms(evidence);
  reportEdges(evidence);
  await explainOne(receiver.origin, token, day);
  const held = judge(corrupt(evidence));
  const errors = receiver.errors();
  if (errors.length > 0) {
    printHeading("The Worker's own errors", count(errors.length));
    printList([...new Set(errors)], 10, "  ");
  }
  if (held) printNext();
  return held;
}

export async function runDemo(corrupt: Corrupt = (evidence) => evidence): Promise<void> {
  await runScenario({
    name: "npm run demo",
    about: `a day at a shop, sent to the receiver as signed webhooks.

Starts the Worker on embedded D1 and queues, with no account and no secret of yours,
sends all 14 kinds of event shuffled, repeated, forged and malformed, prints what the
shop owner would see, and checks it. Exit code 0: everything is as it should be.`,
    flags: {
      // Fewer orders would not contain every kind of story, and therefore not all 14 events.
      orders: { what: "orders of the day", least: storyKinds.length, most: 2_000, usual: 150 },
      seed: seedFlag(1),
      concurrency: { what: "deliveries under way at once", least: 1, most: 64, usual: 16 },
    },
    run: (options, cleanup) => runDay(options, cleanup, corrupt),
  });
}

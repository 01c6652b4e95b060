/** One run of the demo: start, send, wait, read, stop. Everything that it starts it also ends. */
import { randomBytes } from "node:crypto";
import { planDay, type Day } from "../../deliveries/day.ts";
import { sendAll } from "../../deliveries/send.ts";
import type { Explanation } from "../../../cli/api/answers.ts";
import type { Answer } from "../../deliveries/delivery.ts";
import { acceptedById, type Evidence } from "../../checks/evidence.ts";
import type { DemoOptions } from "./options.ts";
import { startStep } from "../../terminal/progress.ts";
import { startProviders, type Providers } from "../../receiver/providers.ts";
import { startReceiver, type Receiver } from "../../receiver/harness.ts";
import { explainOne } from "./explain.ts";
import { settleEvents, settleMessages } from "../../receiver/settle.ts";
import { readState } from "../../checks/state.ts";
import { count } from "../../terminal/terminal.ts";

export interface Run {
  readonly evidence: Evidence;
  /** Of one order, as the command line asks for it. */
  readonly explanation: Explanation | null;
  /** What the Worker logged as errors. */
  readonly errors: readonly string[];
}

/** `cleanup` collects what has to be ended, also when the run is broken off. */
export async function runDay(options: DemoOptions, cleanup: (() => Promise<void>)[]): Promise<Run> {
  const secret = randomBytes(24).toString("hex");
  const starting = startStep("starting the Worker");
  const providers = await startProviders();
  cleanup.push(() => providers.close());
  const token = randomBytes(24).toString("hex");
  const receiver = await startReceiver({
    CE_WEBHOOK_SECRET: secret,
    ADMIN_TOKEN: token,
    STORE_NAME: "Indigo Bazaar",
    ...providers.settings,
  });
  cleanup.push(() => receiver.close());
  starting.done("The Worker runs in workerd, on an embedded D1 and queues of its own");

  const day = await planDay({ ...options, endsAtMs: Date.now(), secret });
  const unsettled: string[] = [];
  const answers = await sendDay(receiver, day, options.concurrency);
  if (!(await applyDay(receiver, day, answers))) unsettled.push("events still wait");
  if (!(await sendMessages(receiver, providers))) unsettled.push("messages still wait");
  const state = await readState(receiver);
  const evidence = { day, answers, state, calls: [...providers.calls], unsettled };
  const explanation = await explainOne(receiver.origin, token, day);
  return { evidence, explanation, errors: receiver.errors() };
}

async function sendDay(receiver: Receiver, day: Day, concurrency: number): Promise<Answer[]> {
  const total = day.deliveries.length;
  const step = startStep("sending deliveries");
  const startedMs = performance.now();
  const answers = await sendAll(receiver, day.deliveries, concurrency, (answered) =>
    step.update(answered, total),
  );
  const rate = Math.round((total * 1000) / (performance.now() - startedMs));
  step.done(
    `${count(total)} deliveries answered, ${concurrency} at a time, ${count(rate)} a second`,
  );
  return answers;
}

/** Sends the conflicts only after the day was applied: the first body stands, and that is the story's. */
async function applyDay(receiver: Receiver, day: Day, answers: Answer[]): Promise<boolean> {
  const step = startStep("applying events");
  const total = acceptedById(day).size;
  const applied = await settleEvents(receiver, total, step);
  answers.push(...(await sendAll(receiver, day.conflicts, 1, () => undefined)));
  const settled = await settleEvents(receiver, total, step);
  step.done(`${count(total)} different events settled, whatever order they came in`);
  return applied && settled;
}

async function sendMessages(receiver: Receiver, { calls }: Providers): Promise<boolean> {
  const step = startStep("sending messages");
  const { reached, brought } = await settleMessages(receiver, step);
  step.done(
    `${count(calls.length)} requests to providers; ${count(brought, "row")} due within the hour ` +
      "brought forward",
  );
  return reached;
}

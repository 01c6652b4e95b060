/** `simulate`: a small shop for load and soak tests, with a comparison at the end. */
import { randomInt } from "node:crypto";
import { Command, Option } from "commander";
import { count } from "../../testbed/terminal/text.ts";
import { createRandom, type FormChoice } from "../../testbed/stories/index.ts";
import { createApi } from "../api/api.ts";
import { type Cli, complete, type JsonFlag, settingsOf } from "../cli.ts";
import { confirm } from "../terminal/confirm.ts";
import { Failure } from "../failure.ts";
import { duration, formOption, positiveNumber, share, wholeNumber } from "../flags.ts";
import { type Progress, startProgress, withProgress } from "../../testbed/terminal/progress.ts";
import { requireSecret, type SettingFlags, type Settings } from "../settings.ts";
import { planMoves, type SimulationPlan } from "../simulate/plan.ts";
import { reconcile, type Reconciliation } from "../simulate/reconcile.ts";
import {
  describeLive,
  printReconciliation,
  printTally,
  simulationJson,
} from "../simulate/report.ts";
import { sendMoves } from "../simulate/send.ts";
import { Tally } from "../simulate/tally.ts";
import { startWatch } from "../simulate/watch.ts";

interface Flags extends SettingFlags, JsonFlag {
  readonly orders?: number;
  readonly for?: number;
  readonly rate?: number;
  readonly lifetime: number;
  readonly duplicates: number;
  readonly disorder: number;
  readonly faults: number;
  readonly form: FormChoice;
  readonly concurrency: number;
  readonly seed?: number;
  readonly patience: number;
  readonly reconcile: boolean;
  readonly yes?: boolean;
}

const HOUR_MS = 3_600_000;
const ORDERS = 100;
/** Orders whose events are sent at the same time. */
const ACTIVE_MAX = 1_000;
/** Without a rate: the number of orders that overlap. */
const ACTIVE_UNPACED = 30;
const REFRESH_MS = 200;

function planOf({ rate, lifetime, ...flags }: Flags, startedAtMs: number): SimulationPlan {
  const seed = flags.seed ?? randomInt(1_000_000);
  const intervalMs = rate === undefined ? 1 : HOUR_MS / rate;
  const { duplicates, disorder, faults, form } = flags;
  return {
    seed,
    run: createRandom(seed, startedAtMs).digits(8),
    startedAtMs,
    form,
    intervalMs,
    lifetimeMs: rate === undefined ? ACTIVE_UNPACED : Math.min(lifetime, ACTIVE_MAX * intervalMs),
    duplicates,
    disorder,
    faults,
  };
}

/** Shows the figures while they change. */
function showLive(progress: Progress, tally: Tally, isWatched: boolean): () => void {
  const timer = setInterval(() => {
    progress.update(tally.orders, describeLive(tally, isWatched));
  }, REFRESH_MS);
  return () => {
    clearInterval(timer);
    progress.stop();
  };
}

async function run(
  cli: Cli,
  settings: Settings,
  plan: SimulationPlan,
  tally: Tally,
  flags: Flags,
): Promise<Reconciliation | null> {
  const { out, signal } = cli;
  const secret = requireSecret(settings).value;
  const api = flags.reconcile ? createApi(cli.http, settings) : null;
  const watch = api && (await startWatch(api, signal, tally, (line) => out.note(`  ${line}`)));
  const most = flags.orders ?? (flags.for === undefined ? ORDERS : Number.POSITIVE_INFINITY);
  const untilMs = flags.for ?? Number.POSITIVE_INFINITY;
  const isOver = (order: number) =>
    order >= most || Math.max(tally.seconds * 1_000, order * plan.intervalMs) > untilMs;
  const total = Number.isFinite(most) ? most : Math.ceil(untilMs / plan.intervalMs);
  const stopShowing = showLive(startProgress(out, "orders", total), tally, watch !== null);
  try {
    const { concurrency, rate } = flags;
    const options = { url: settings.url, secret, concurrency, isPaced: rate !== undefined };
    await sendMoves(cli, options, planMoves(plan, isOver), tally);
    tally.end();
    await watch?.settle(flags.patience);
  } finally {
    stopShowing();
    await watch?.stop();
  }
  if (api === null) return null;
  return await withProgress(out, "comparing", tally.orders, (update) =>
    reconcile(api, plan, tally, update),
  );
}

function judge(tally: Tally, found: Reconciliation | null): Failure | null {
  const problems = [
    [tally.unexpected.length, "unexpected answer"],
    [found?.lost.length ?? 0, "lost event"],
    [found?.unapplied.length ?? 0, "event not applied"],
    [found?.differing.size ?? 0, "differing order"],
  ] as const;
  const told = problems
    .filter(([number]) => number > 0)
    .map(([number, what]) => count(number, what));
  return told.length === 0
    ? null
    : new Failure("problem", `It does not add up: ${told.join(", ")}`);
}

async function simulate(cli: Cli, flags: Flags): Promise<void> {
  const { out } = cli;
  const settings = settingsOf(cli, flags);
  if (!settings.isLocal) {
    const question = `Send made-up orders to ${settings.url}? They stay there.`;
    await confirm(cli, question, flags.yes === true);
  }
  const plan = planOf(flags, cli.now().getTime());
  const tally = new Tally();
  const isJson = flags.json === true;
  if (!isJson) {
    const { bold, dim } = out.colours;
    out.print(
      `${bold("A store in miniature")}${dim(`  orders SIM-${plan.run}-1 ..., seed ${plan.seed}`)}`,
    );
  }
  let found: Reconciliation | null;
  try {
    found = await run(cli, settings, plan, tally, flags);
  } catch (error) {
    if (!isJson && tally.sent > 0) printTally(out, tally);
    throw error;
  }
  if (isJson) out.json(simulationJson(tally, found, plan.seed));
  else {
    printTally(out, tally);
    if (found !== null) printReconciliation(out, found, tally);
  }
  const failure = judge(tally, found);
  if (failure !== null) throw failure;
}

function percent(flag: string, description: string, usual: number): Option {
  const option = new Option(`${flag} <percent>`, description);
  return option.argParser(share).default(usual / 100, `${usual}%`);
}

export function simulateCommand(cli: Cli): Command {
  const command = new Command("simulate")
    .summary("a store in miniature, for load and soak tests")
    .description(
      "Sends orders with lawful lives, repeated, disordered and disturbed by percentage; then asks " +
        "whether every acknowledged event was applied and every order is as its story says.",
    )
    .option("--orders <n>", `so many orders (${ORDERS})`, wholeNumber(1, 10_000_000))
    .option("--for <time>", "new orders for so long, such as 8h", duration)
    .option("--rate <n>", "orders an hour (as fast as they are taken)", positiveNumber(10_000_000))
    .addOption(
      new Option("--lifetime <time>", "the events of an order spread over so long, with --rate")
        .argParser(duration)
        .default(60_000, "1m"),
    )
    .addOption(percent("--duplicates", "events that come twice", 10))
    .addOption(percent("--disorder", "events that come late", 10))
    .addOption(percent("--faults", "events cut off, forged or broken besides", 3))
    .addOption(formOption())
    .option("--concurrency <n>", "deliveries under way at once", wholeNumber(1, 512), 16)
    .option("--seed <n>", "the same seed makes the same orders", wholeNumber(0, 2 ** 40))
    .addOption(
      new Option("--patience <time>", "nothing moves for so long: the rest is not applied")
        .argParser(duration)
        .default(60_000, "1m"),
    )
    .option("--no-reconcile", "only send; needs no token")
    .option("-y, --yes", "do not ask before sending to another machine");
  complete(command, "both", [
    ["ce-webhooks simulate --orders 500", "as fast as the receiver takes them"],
    ["ce-webhooks simulate --rate 600 --for 8h", "a soak test: ten orders a minute, all night"],
    ["ce-webhooks simulate --form mixed", "envelopes, flat and bare bodies in one shop"],
    ["ce-webhooks simulate --duplicates 50 --disorder 50 --faults 20", "a bad day"],
  ]);
  return command.action((flags: Flags) => simulate(cli, flags));
}

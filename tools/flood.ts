/**
 * `npm run test:flood`: ten thousand events as fast as 64 connections can send them. Exits with 0 only
 * where every event that was acknowledged was applied and none failed (1: not so; 2: wrong flags;
 * 130: Ctrl-C). Memory is printed over time, to be seen to be bounded.
 */
import pc from "picocolors";
import { abandonStep } from "./demo/progress.ts";
import { count, print } from "./demo/terminal.ts";
import { megabytes, summarize } from "./flood/memory.ts";
import { type FloodOptions, parseOptions } from "./flood/options.ts";
import { type Outcome, runFlood } from "./flood/run.ts";

const MEMORY_FIGURES = 12;

function report({ events }: FloodOptions, outcome: Outcome): boolean {
  const { acknowledged, lost, unapplied, failed, refused, memory } = outcome;
  const per = (ms: number) => count(Math.round((events * 1_000) / ms));
  const refusals = [...refused].map(([status, times]) => `${times} × ${status}`).join(", ");
  const total = [...refused.values()].reduce((sum, times) => sum + times, 0);
  const { idle, rest, samples } = memory;
  const course = summarize(samples, MEMORY_FIGURES).map((bytes) => Math.round(bytes / 1_000_000));
  print();
  print(`  receipt      ${per(outcome.sentInMs)} events a second`);
  print(`  applied      ${per(outcome.appliedInMs)} events a second, from the first one sent`);
  print(`  refused      ${total}${refusals === "" ? "" : ` (${refusals})`}`);
  print(
    `  workerd RSS  ${megabytes(idle)} idle, ${megabytes(Math.max(...samples))} at its peak, ${megabytes(rest)} after the drain`,
  );
  print(`  over time    ${course.join(" ")} MB`);
  const held = acknowledged > 0 && lost.length + unapplied.length + failed === 0;
  const figures = `acknowledged ${acknowledged}, lost ${lost.length}, unapplied ${unapplied.length}, failed ${failed}`;
  print();
  print(held ? pc.green(figures) : pc.red(figures));
  return held;
}

async function main(options: FloodOptions): Promise<number> {
  const cleanup: (() => Promise<void>)[] = [];
  const closeAll = async () => {
    for (const close of cleanup.splice(0).toReversed()) await close();
  };
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => {
      abandonStep();
      void closeAll().finally(() => process.exit(code));
    });
  }
  print(
    `${pc.bold("Flood")}  ${pc.dim(`${count(options.events)} events, ${options.connections} connections`)}`,
  );
  try {
    return report(options, await runFlood(options, cleanup)) ? 0 : 1;
  } finally {
    await closeAll();
  }
}

const parsed = parseOptions(process.argv.slice(2));
if (parsed.kind === "run") {
  try {
    process.exit(await main(parsed.options));
  } catch (error) {
    abandonStep();
    print(pc.red(`  ${error instanceof Error ? error.message : String(error)}`));
    process.exit(1);
  }
} else {
  const stream = parsed.kind === "help" ? process.stdout : process.stderr;
  stream.write(`${parsed.text}\n`);
  process.exitCode = parsed.kind === "help" ? 0 : 2;
}

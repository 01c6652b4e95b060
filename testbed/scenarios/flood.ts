/**
 * `npm run test:flood`: ten thousand events as fast as 64 connections can send them. Exits with 0 only
 * where every event that was acknowledged was applied and none failed (1: not so; 2: wrong flags;
 * 130: Ctrl-C). Memory is printed over time, to be seen to be bounded.
 */
import pc from "picocolors";
import { runCommand } from "../terminal/command.ts";
import { count, print } from "../terminal/terminal.ts";
import { megabytes, summarize } from "../receiver/memory.ts";
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

await runCommand(parseOptions(process.argv.slice(2)), async (options, cleanup) => {
  print(
    `${pc.bold("Flood")}  ${pc.dim(`${count(options.events)} events, ${options.connections} connections`)}`,
  );
  return report(options, await runFlood(options, cleanup));
});

/**
 * `npm run test:kill`: the runtime is killed under load, again and again, and nothing that was
 * acknowledged may be lost. Exits with 0 only where all of it was stored and applied, and every order
 * is as its story says (1: it is not; 2: wrong flags; 130: Ctrl-C).
 */
import pc from "picocolors";
import { runCommand } from "../terminal/command.ts";
import { clip, count, print } from "../terminal/terminal.ts";
import { type KillOptions, parseOptions } from "./kill/options.ts";
import { type Outcome, runKills } from "./kill/run.ts";

const SHOWN = 10;

function list(title: string, entries: readonly string[]): void {
  if (entries.length === 0) return;
  print(`  ${pc.red(title)}`);
  for (const entry of entries.slice(0, SHOWN)) print(`    ${clip(entry, 90)}`);
  if (entries.length > SHOWN) print(`    and ${count(entries.length - SHOWN)} more`);
}

function report({ seed }: KillOptions, outcome: Outcome): boolean {
  const { acknowledged, lost, unapplied, problems, tally } = outcome;
  const refused = [...tally.refused].map(([status, times]) => `${times} × ${status}`).join(", ");
  print();
  print(`  ${count(outcome.kills, "kill")}, seed ${seed}; ${count(tally.unanswered)} deliveries`);
  print(`  unanswered and sent again; refused: ${refused === "" ? "none" : refused}`);
  list("Lost", lost);
  list("Not applied", unapplied);
  list("Orders that are not as their stories say", problems);
  const held = acknowledged > 0 && lost.length + unapplied.length + problems.length === 0;
  const figures = `acknowledged ${acknowledged}, lost ${lost.length}, unapplied ${unapplied.length}`;
  print();
  print(
    `${held ? pc.green(figures) : pc.red(figures)}; state as told: ${problems.length === 0 ? "yes" : "no"}`,
  );
  return held;
}

await runCommand(
  parseOptions(process.argv.slice(2), Math.floor(Math.random() * 1_000_000_000)),
  async (options, cleanup) => {
    print(
      `${pc.bold("Kills under load")}  ${pc.dim(`${options.kills} kills, seed ${options.seed}`)}`,
    );
    return report(options, await runKills(options, cleanup));
  },
);

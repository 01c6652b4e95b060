/**
 * What the demo is doing now: one line a step, rewritten in place on a terminal; elsewhere a plain
 * line when the step ends, and every few seconds of a long one.
 */
import pc from "picocolors";
import { bar, count, print, signs, WIDTH } from "./terminal.ts";

export interface Step {
  update(done: number, total: number): void;
  /** Ends the step; `result` says what came of it. */
  done(result: string): void;
}

const live = process.stdout.isTTY && process.env["TERM"] !== "dumb";
const BAR_WIDTH = 24;
const PLAIN_EVERY_MS = 3_000;

function show(line: string): void {
  process.stdout.write(`\r\u001b[2K${line}`);
}

/** Begins a step; the one before it must have ended. */
export function startStep(label: string): Step {
  const startedMs = performance.now();
  let printedMs = startedMs;
  if (live) show(`  ${pc.dim(signs.dot)} ${label}`);
  return {
    update(done, total) {
      const share = total === 0 ? 1 : done / total;
      const numbers = `${count(done)} of ${count(total)}`;
      if (live) {
        const filled = bar(share, 1, BAR_WIDTH);
        const rest = signs.rest.repeat(BAR_WIDTH - Math.round(share * BAR_WIDTH));
        show(`  ${pc.dim(signs.dot)} ${label}  ${filled}${pc.dim(rest)}  ${pc.dim(numbers)}`);
      } else if (performance.now() - printedMs > PLAIN_EVERY_MS) {
        printedMs = performance.now();
        print(`    ${label}: ${numbers}`);
      }
    },
    done(result) {
      const seconds = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
      const gap = " ".repeat(Math.max(2, WIDTH - 4 - result.length - seconds.length));
      if (live) show("");
      print(`  ${pc.green(signs.ok)} ${result}${gap}${pc.dim(seconds)}`);
    },
  };
}

/** Leaves the line that a step was rewriting. */
export function abandonStep(): void {
  if (live) show("");
}

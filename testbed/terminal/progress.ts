/**
 * The progress of the work: a bar that is rewritten in place on a terminal, and a plain line every few seconds
 * elsewhere.
 */
import { SingleBar } from "cli-progress";
import type { Output } from "./output.ts";
import { out, WIDTH } from "./report.ts";
import { count, isDumb, signs } from "./text.ts";

export interface Progress {
  /** `aside`: a short remark. */
  readonly update: (done: number, aside?: string) => void;
  readonly stop: () => void;
}

const BAR_WIDTH = 24;
const PLAIN_EVERY_MS = 3_000;

/** Without a terminal: a step that ends before the first line prints nothing. */
function startPlain({ note }: Output, label: string, total: number): Progress {
  let notedMs = performance.now();
  return {
    update: (done, aside = "") => {
      if (performance.now() - notedMs < PLAIN_EVERY_MS) return;
      notedMs = performance.now();
      note(`  ${label}: ${count(done)} of ${count(total)}${aside === "" ? "" : `, ${aside}`}`);
    },
    stop: () => undefined,
  };
}

/** A new count of the waiting work may be lower than the last one; the bar keeps the highest. */
function neverBack({ update, stop }: Progress): Progress {
  let most = 0;
  return {
    update: (done, aside) => {
      most = Math.max(most, done);
      update(most, aside);
    },
    stop,
  };
}

/** Shows progress on stderr; it never goes back. */
export function startProgress(screen: Output, label: string, total: number): Progress {
  return neverBack(startEither(screen, label, total));
}

function startEither(screen: Output, label: string, total: number): Progress {
  const { progress, colours } = screen;
  if (progress.isTTY !== true || isDumb(process.env)) return startPlain(screen, label, total);
  const bar = new SingleBar({
    stream: progress,
    format: `  ${label} {bar} {value} of {total}{aside}`,
    barsize: BAR_WIDTH,
    barCompleteChar: signs.bar,
    barIncompleteChar: signs.rest,
    clearOnComplete: true,
    hideCursor: true,
    fps: 10,
    gracefulExit: false,
  });
  bar.start(total, 0, { aside: "" });
  return {
    update: (done, aside = "") => {
      bar.update(done, { aside: aside === "" ? "" : colours.dim(`  ${aside}`) });
    },
    stop: () => bar.stop(),
  };
}

/** Shows progress during `work`; ends it whether the work succeeds or fails. */
export async function withProgress<T>(
  screen: Output,
  label: string,
  total: number,
  work: (update: Progress["update"]) => Promise<T>,
): Promise<T> {
  const progress = startProgress(screen, label, total);
  try {
    return await work(progress.update);
  } finally {
    progress.stop();
  }
}

export interface Step {
  update(done: number, total: number): void;
  /** Ends the step; `result` is printed as its result. */
  done(result: string): void;
}

let running: Progress | null = null;

/** Ends the line that a step was rewriting. */
export function abandonStep(): void {
  running?.stop();
  running = null;
}

/** Begins a step of a scenario; the one before it must have ended. */
export function startStep(label: string): Step {
  const startedMs = performance.now();
  return {
    update(done, total) {
      running ??= startProgress(out, label, total);
      running.update(done);
    },
    done(result) {
      abandonStep();
      const seconds = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
      const gap = " ".repeat(Math.max(2, WIDTH - 4 - result.length - seconds.length));
      const { green, dim } = out.colours;
      out.print(`  ${green(signs.ok)} ${result}${gap}${dim(seconds)}`);
    },
  };
}

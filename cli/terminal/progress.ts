/** A bar on stderr while something long is under way; where there is no terminal, a line now and then. */
import { SingleBar } from "cli-progress";
import { signs } from "../../testbed/terminal/terminal.ts";
import type { Output } from "./output.ts";

export interface Progress {
  /** `aside`: what else there is to say, in a few words. */
  readonly update: (done: number, aside?: string) => void;
  readonly stop: () => void;
}

const BAR_WIDTH = 24;
const PLAIN_EVERY_MS = 3_000;

/** Where nobody watches: a plain line every few seconds, none for what is done before. */
function startPlain({ note }: Output, label: string, total: number): Progress {
  let notedMs = performance.now();
  return {
    update: (done, aside = "") => {
      if (performance.now() - notedMs < PLAIN_EVERY_MS) return;
      notedMs = performance.now();
      note(`  ${label}: ${done} of ${total}${aside === "" ? "" : `, ${aside}`}`);
    },
    stop: () => undefined,
  };
}

export function startProgress(out: Output, label: string, total: number): Progress {
  const { progress, colours } = out;
  if (progress.isTTY !== true) return startPlain(out, label, total);
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

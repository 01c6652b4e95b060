/** A bar on stderr while something long is under way; where there is no terminal, a line now and then. */
import { SingleBar } from "cli-progress";
import { signs } from "../demo/terminal.ts";
import type { Output } from "./output.ts";

export interface Progress {
  /** `aside`: what else there is to say, in a few words. */
  readonly update: (done: number, aside?: string) => void;
  readonly stop: () => void;
}

const BAR_WIDTH = 24;
const PLAIN_EVERY_MS = 3_000;

export function startProgress(
  { progress, colours }: Output,
  label: string,
  total: number,
): Progress {
  const bar = new SingleBar({
    stream: progress,
    format: `  ${label} {bar} {value} of {total}{aside}`,
    barsize: BAR_WIDTH,
    barCompleteChar: signs.bar,
    barIncompleteChar: signs.rest,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: true,
    fps: 10,
    noTTYOutput: true,
    notTTYSchedule: PLAIN_EVERY_MS,
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

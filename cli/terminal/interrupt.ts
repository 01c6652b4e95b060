/** Ctrl-C and SIGTERM as an AbortSignal: a command stops its work, and reports how far it came. */
import { exitCodes } from "../exit-codes.ts";
import { Interruption } from "../failure.ts";

/** A terminal's Ctrl-C reaches this process twice: once directly, once through the launcher. */
const SAME_KEYSTROKE_MS = 500;
/** How long a command may take to end. */
const PATIENCE_MS = 5_000;

export function watchSignals(): AbortSignal {
  const controller = new AbortController();
  let abortedMs: number | null = null;
  for (const [signal, ending] of [
    ["SIGINT", "interrupted"],
    ["SIGTERM", "terminated"],
    ["SIGHUP", "terminated"],
  ] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (abortedMs !== null && now - abortedMs > SAME_KEYSTROKE_MS) {
        process.exit(exitCodes[ending].code);
      }
      abortedMs ??= now;
      controller.abort(new Interruption(ending));
      setTimeout(() => process.exit(exitCodes[ending].code), PATIENCE_MS).unref();
    });
  }
  return controller.signal;
}

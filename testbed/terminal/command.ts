/** How the long commands (demo, kill, flood) begin and end: flags, Ctrl-C, and what has to be closed. */
import pc from "picocolors";
import { abandonStep } from "./progress.ts";
import { print } from "./terminal.ts";

type Close = () => Promise<void>;

type Parsed<Options> =
  | { readonly kind: "run"; readonly options: Options }
  | { readonly kind: "help" | "wrong"; readonly text: string };

/** workerd is given this long to end; then it is ended. */
const CLOSE_MS = 5_000;

async function closeAll(cleanup: readonly Close[]): Promise<void> {
  const closing = Promise.allSettled(cleanup.toReversed().map((close) => close()));
  const late = new Promise((resolve) => {
    setTimeout(resolve, CLOSE_MS).unref();
  });
  await Promise.race([closing, late]);
}

/** Closes what `work` opened, last first, however it ends. */
async function cleanly(work: (cleanup: Close[]) => Promise<boolean>): Promise<boolean> {
  const cleanup: Close[] = [];
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => {
      abandonStep();
      print("  Stopped.");
      void closeAll(cleanup).then(() => process.exit(code));
    });
  }
  try {
    return await work(cleanup);
  } finally {
    await closeAll(cleanup);
  }
}

/** Ends the process: 0 where `work` says that all held, 1 where not or where it broke, 2 for wrong flags. */
export async function runCommand<Options>(
  parsed: Parsed<Options>,
  work: (options: Options, cleanup: Close[]) => Promise<boolean>,
): Promise<void> {
  // A reader that has seen enough, as in "npm run demo | head", ends the output, not the run.
  process.stdout.on("error", () => undefined);
  if (parsed.kind !== "run") {
    const stream = parsed.kind === "help" ? process.stdout : process.stderr;
    stream.write(`${parsed.text}\n`);
    process.exitCode = parsed.kind === "help" ? 0 : 2;
    return;
  }
  const { options } = parsed;
  try {
    process.exit((await cleanly((cleanup) => work(options, cleanup))) ? 0 : 1);
  } catch (error) {
    abandonStep();
    print(pc.red(`  ${error instanceof Error ? error.message : String(error)}`));
    process.exit(1);
  }
}

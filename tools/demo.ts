/**
 * `npm run demo`: a day at a shop, from signed webhooks to orders, money and messages, on this
 * machine alone. Prints what the owner would see, checks it against the stories that were told, and
 * exits with 0 only where all of it holds (1: a check failed; 2: wrong flags; 130: Ctrl-C).
 */
import pc from "picocolors";
import { reportExplained } from "./demo/explain.ts";
import { falsify } from "./demo/falsify.ts";
import { parseOptions, type DemoOptions } from "./demo/options.ts";
import { abandonStep } from "./demo/progress.ts";
import { reportEdges } from "./demo/report-edges.ts";
import { reportShop } from "./demo/report.ts";
import { runDay } from "./demo/run.ts";
import { clip, count, print, printHeading } from "./demo/terminal.ts";
import { judge } from "./demo/verdict.ts";

/** workerd is given this long to end; then it is ended. */
const CLOSE_MS = 5_000;

async function closeAll(cleanup: readonly (() => Promise<void>)[]): Promise<void> {
  const closing = Promise.allSettled(cleanup.toReversed().map((close) => close()));
  const late = new Promise((resolve) => {
    setTimeout(resolve, CLOSE_MS).unref();
  });
  await Promise.race([closing, late]);
}

function introduce({ orders, seed }: DemoOptions): void {
  print();
  print(`${pc.bold("A day at Indigo Bazaar")}  ${pc.dim(`${count(orders)} orders, seed ${seed}`)}`);
  print();
}

/** The same by hand. */
function printNext(): void {
  print(`  By hand: ${pc.cyan("npm start")}, and in another shell`);
  print(`  ${pc.cyan("npx ce-webhooks trigger payment-fails-twice --order ORD-1")}`);
  print(`  ${pc.cyan("npx ce-webhooks explain ORD-1")}`);
  print();
}

async function main(options: DemoOptions): Promise<number> {
  const cleanup: (() => Promise<void>)[] = [];
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
  introduce(options);
  try {
    const { evidence, explanation, errors } = await runDay(options, cleanup);
    reportShop(evidence);
    reportEdges(evidence);
    reportExplained(explanation);
    const held = judge(options.falsify ? falsify(evidence) : evidence);
    if (errors.length > 0) {
      printHeading("The Worker's own errors", count(errors.length));
      for (const error of [...new Set(errors)].slice(0, 10)) print(`  ${clip(error, 400)}`);
    }
    if (held) printNext();
    return held ? 0 : 1;
  } finally {
    await closeAll(cleanup);
  }
}

// A reader that has seen enough, as in "npm run demo | head", ends the output, not the run.
process.stdout.on("error", () => undefined);

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

/**
 * `npm run bench`: compares this receiver with others in one run, and measures the cost of an event, also as the
 * database grows. Exits with 0 if the run is complete, whatever the results; 1 if it could not run; 2 for wrong flags.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { abandonStep } from "../testbed/terminal/progress.ts";
import { benchConsole } from "./console.ts";
import { benchConsume } from "./consume.ts";
import { benchGrowth } from "./growth.ts";
import { benchIsolate } from "./isolate.ts";
import { benchLatency } from "./latency.ts";
import { benchLedger } from "./ledger.ts";
import { type BenchOptions, help, parseOptions } from "./options.ts";
import { benchReceive } from "./receive.ts";
import { report, type Results } from "./report.ts";
import { benchSize } from "./size.ts";

const jsonFile = new URL("results.json", import.meta.url);
const reportFile = new URL("results.md", import.meta.url);

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function versions(): string {
  const { version } = createRequire(import.meta.url)("workerd/package.json") as { version: string };
  return `Node ${process.versions.node}, workerd ${version}`;
}

async function run(options: BenchOptions): Promise<void> {
  const known = options.write && existsSync(jsonFile);
  let results = (known ? JSON.parse(readFileSync(jsonFile, "utf8")) : { measured: {} }) as Results;
  const day = new Date().toISOString().slice(0, 10);
  const parts = {
    size: benchSize,
    ledger: benchLedger,
    consume: () => benchConsume(options),
    receive: () => benchReceive(options),
    isolate: () => benchIsolate(options),
    latency: () => benchLatency(options),
    growth: () => benchGrowth(options),
    console: () => benchConsole(options),
  };
  for (const [part, measure] of Object.entries(parts)) {
    if (!(options.only as readonly string[]).includes(part)) continue;
    const measured = { ...results.measured, [part]: day };
    results = { ...results, [part]: await measure(), measured };
    // After each part, so that a long run that is interrupted keeps its results.
    if (options.write) writeFileSync(jsonFile, `${JSON.stringify(results, null, 1)}\n`);
  }
  const text = report(results, versions());
  if (options.write) writeFileSync(reportFile, text);
  print(`\n${text}`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) print(help);
  else await run(options);
} catch (error) {
  abandonStep();
  const isFlag = error instanceof Error && /^--|Unknown option|argument/.test(error.message);
  process.stderr.write(
    `${error instanceof Error ? (isFlag ? error.message : error.stack) : String(error)}\n`,
  );
  process.exitCode = isFlag ? 2 : 1;
}

/**
 * `npm start`: the receiver for development, on local D1 and queues. Creates a local secret if there is none, applies
 * the migrations, starts `wrangler dev` on loopback and shows how to try it. `npm start -- --port N` (or PORT=N) asks
 * for a port; if it is in use, the next free one is used. `--verbose` shows all lines of wrangler.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { describeStart } from "./start/guide.ts";
import { devVars } from "../cli/settings.ts";
import { routeThroughProxy } from "../cli/api/proxy.ts";
import { quietLine } from "./start/log-lines.ts";
import { findPort } from "./start/port.ts";
import { provideSecret, readLocalConfig } from "./start/secret.ts";
import { exitOf, runWrangler, spawnWrangler } from "../cli/wrangler/process.ts";

const DEFAULT_PORT = 8787;
const READY_WITHIN_MS = 30_000;
const POLL_MS = 100;

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function readFlags(): { readonly port: number; readonly isVerbose: boolean } {
  const { values } = parseArgs({
    options: { port: { type: "string", short: "p" }, verbose: { type: "boolean", short: "v" } },
  });
  return { port: wantedPort(values.port), isVerbose: values.verbose === true };
}

function wantedPort(given: string | undefined): number {
  const text = given ?? process.env["PORT"] ?? String(DEFAULT_PORT);
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Error(`--port must be a number from 1 to 65535, not "${text}"`);
}

function prepareSecret(): void {
  switch (provideSecret(devVars)) {
    case "made":
      print("  Made .dev.vars with a random local secret and admin token.");
      break;
    case "missing":
      print(
        pc.yellow("  .dev.vars has no usable CE_WEBHOOK_SECRET: every event will be answered 503."),
      );
      break;
    case "found":
      break;
  }
  for (const problem of readLocalConfig(devVars).problems) {
    print(pc.yellow(`  .dev.vars: ${problem}`));
  }
}

/** Collects the output of wrangler during its start, and shows it only if the start fails. */
function relay(
  dev: ChildProcessWithoutNullStreams,
  isVerbose: boolean,
): { readonly begin: () => void } {
  let kept: string[] | null = [];
  const show = (line: string): void => {
    const shown = isVerbose ? line : quietLine(line);
    if (shown !== null) print(shown);
  };
  for (const stream of [dev.stdout, dev.stderr]) {
    createInterface(stream).on("line", (line) => {
      if (kept !== null) kept.push(line);
      else if (!line.includes("GET /health")) show(line);
    });
  }
  dev.once("exit", () => {
    for (const line of kept ?? []) print(line);
  });
  return {
    begin: () => {
      kept = null;
    },
  };
}

/** Waits for the first answer; throws if wrangler ends before it or takes too long. */
async function untilReady(origin: string, dev: ChildProcessWithoutNullStreams): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (dev.exitCode !== null) throw new Error("wrangler dev ended before it was ready");
    try {
      const response = await fetch(`${origin}/health`);
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(POLL_MS);
  }
  throw new Error(`no answer from ${origin} after ${READY_WITHIN_MS / 1000} s`);
}

async function main(): Promise<number> {
  const { port: wanted, isVerbose } = readFlags();
  routeThroughProxy(process.env);
  prepareSecret();
  const migrate = ["d1", "migrations", "apply", "DB", "--local"];
  const { ok, printed } = await runWrangler(migrate);
  if (!ok) throw new Error(`wrangler ${migrate.join(" ")} failed:\n${printed}`);
  const port = await findPort(wanted);
  if (port !== wanted) print(`  Port ${wanted} is taken.`);
  const origin = `http://127.0.0.1:${port}`;
  const inspector = await findPort(9229);
  const listen = `--ip 127.0.0.1 --port ${port} --inspector-port ${inspector}`;
  const calm = "--show-interactive-dev-session=false --log-level log";
  const dev = spawnWrangler(`dev ${listen} ${calm}`.split(" "));
  const output = relay(dev, isVerbose);
  const ended = exitOf(dev);
  // A terminal sends Ctrl-C to wrangler too; ending this process alone also ends wrangler.
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      stopping = true;
      dev.kill(signal);
    });
  }
  try {
    await untilReady(origin, dev);
    output.begin();
    const isDefault = port === DEFAULT_PORT;
    print(
      describeStart({ origin, isDefault, hasToken: readLocalConfig(devVars).admin.token !== null }),
    );
  } catch (error) {
    dev.kill("SIGTERM");
    if (!stopping) throw error;
  }
  const code = await ended;
  return stopping ? 0 : code;
}

// A reader that stops early, as in "npm start | head", ends the output, but not the receiver.
process.stdout.on("error", () => undefined);
try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${pc.red(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = 1;
}

/**
 * The command line against a running Worker: within the process of the test, or as a process if that is under test.
 * Both print the same, and starting a process takes longer than most commands.
 */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import * as z from "zod/mini";
import { type Receiver, startReceiver } from "../../../testbed/receiver/start.ts";
import { isPlain, plain } from "../../../testbed/terminal/text.ts";
import { type Command, type Ended, runHere } from "./run-here.ts";

export const SECRET = "cli-test-secret";
export const TOKEN = "cli-test-token";

export const launcher = fileURLToPath(new URL("../../../cli/ce-webhooks.mjs", import.meta.url));

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
}

export interface ProcessOptions extends RunOptions {
  readonly node?: string;
}

const folder = mkdtempSync(join(tmpdir(), "ce-cli-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** A file that is removed afterwards. */
export function writeScratch(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The tests never read a developer's own .dev.vars. */
const noSecrets = writeScratch("no-secrets", "");

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when this text was printed on either stream. */
  readonly prints: (text: string | RegExp) => Promise<void>;
}

/** Adds an empty file of settings if the command accepts one and none is named. */
function withFile(args: readonly string[]): readonly string[] {
  const isFileNamed = args.includes("--dev-vars") || args.includes("--help") || args.length === 0;
  const takesFile =
    !isFileNamed && !["backup", "help", "completion", "complete"].includes(args[0] ?? "");
  return takesFile ? [...args, "--dev-vars", noSecrets] : args;
}

function envOf({ env = {} }: RunOptions): Readonly<Record<string, string>> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME, NO_COLOR: "1", ...env };
}

export function start(args: readonly string[], options: ProcessOptions = {}): Running {
  const { input = "", node = process.execPath } = options;
  const child = spawn(node, [launcher, ...withFile(args)], {
    env: envOf(options),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const out = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (out[name] += text));
  }
  child.stdin.on("error", () => undefined).end(input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...out }));
  });
  const prints = async (text: string | RegExp) => {
    const deadline = performance.now() + 15_000;
    while (!new RegExp(text).test(out.stdout + out.stderr)) {
      if (performance.now() > deadline)
        throw new Error(`${String(text)} is not in: ${out.stdout}${out.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, ended, prints };
}

/** Runs the command as a process: its exit code, its pipes, its start. */
export async function runProcess(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<Ended> {
  return await start(args, options).ended;
}

/** A thread with the other set of signs: a process chooses its signs once, and so does a thread. */
let other: Worker | null = null;
let lastInOther: Promise<unknown> = Promise.resolve();

async function runInOther(command: Command): Promise<Ended> {
  const file = new URL("./thread.ts", import.meta.url);
  const thread = (other ??= new Worker(file, { env: plain ? {} : { LC_ALL: "C" } }));
  thread.ref();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  thread.postMessage(command);
  const [ended]: Ended[] = await once(thread, "message");
  thread.unref();
  assert.ok(ended !== undefined);
  return ended;
}

/** Runs the command within this process; in a thread of its own if it needs another set of signs. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { input } = options;
  const env = envOf(options);
  const command = {
    args: withFile(args),
    env,
    input: input === undefined ? null : Buffer.from(input),
  };
  if (isPlain(env) === plain) return await runHere(command);
  const ended = lastInOther.then(() => runInOther(command));
  lastInOther = ended.catch(() => undefined);
  return await ended;
}

export interface Shop {
  readonly receiver: { readonly url: string; readonly query: Receiver["query"] };
  readonly run: (args: string | readonly string[], options?: RunOptions) => Promise<Ended>;
  readonly runProcess: Shop["run"];
  readonly start: (args: string | readonly string[], options?: RunOptions) => Running;
  /** Fires the receiver's cron once. */
  readonly sweep: () => Promise<void>;
  readonly close: () => Promise<void>;
  /** Waits until no stored event or message waits. */
  readonly settled: () => Promise<void>;
}

const split = (args: string | readonly string[]): readonly string[] =>
  typeof args === "string" ? args.split(" ") : args;

/** A receiver for the tests, without a proxy in front of it, and a command line that is set to it. */
export async function openShop(settings: Readonly<Record<string, string>> = {}): Promise<Shop> {
  // Only D1 acknowledges, even on a busy machine: every sent event is in the inbox.
  const own = { CE_WEBHOOK_SECRET: SECRET, ADMIN_TOKEN: TOKEN, RECEIPT_TIMEOUT_MS: "60000" };
  const server = await startReceiver({
    settings: { ...own, ...settings },
    archives: true,
    acceptsMessages: true,
    batchTimeoutSeconds: 0.1,
  });
  // A file that fails between its tests does not reach its end, and would wait for the receiver without end.
  process.once("uncaughtExceptionMonitor", () => void server.close());
  const url = server.url.origin;
  const { CE_WEBHOOK_SECRET = SECRET, ADMIN_TOKEN = TOKEN } = settings;
  const token = ADMIN_TOKEN.trim();
  const env = {
    CE_WEBHOOKS_URL: url,
    CE_WEBHOOK_SECRET: CE_WEBHOOK_SECRET.trim(),
    ADMIN_TOKEN: token,
  };
  const withEnv = (options: RunOptions): RunOptions => ({
    ...options,
    env: { ...env, ...options.env },
  });
  return {
    receiver: { url, query: server.query },
    run: (args, options = {}) => run(split(args), withEnv(options)),
    runProcess: (args, options = {}) => runProcess(split(args), withEnv(options)),
    start: (args, options = {}) => start(split(args), withEnv(options)),
    sweep: () => server.sweep(),
    close: () => server.close(),
    async settled() {
      const deadline = performance.now() + 20_000;
      const headers = { authorization: `Bearer ${token}` };
      for (;;) {
        const answer = await fetch(`${url}/api/admin/health`, { headers });
        if (z.looseObject({ received: z.number() }).parse(await answer.json()).received === 0)
          return;
        if (performance.now() > deadline) throw new Error("events still wait");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
}

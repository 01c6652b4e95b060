/** Wrangler as a child process, on the Node that runs this: without metrics, banner, colours or questions. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { directHosts } from "../api/proxy.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** The wrangler of this project. */
export const wranglerScript = fileURLToPath(
  new URL("../../node_modules/wrangler/bin/wrangler.js", import.meta.url),
);

const quiet = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

export interface WranglerOptions {
  /** A script to run instead. */
  readonly script?: string;
  /** The folder of the project by default. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Goes to stdin. */
  readonly input?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Its output is in `stdout` and `stderr`. Without a terminal on stdin it asks no questions. */
export function spawnWrangler(
  args: readonly string[],
  { script = wranglerScript, cwd = root, env = process.env, input = "" }: WranglerOptions = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    // Wrangler uses a proxy too, but not for what it runs on this machine.
    env: { ...env, ...quiet, no_proxy: directHosts(env), NO_PROXY: directHosts(env) },
  });
  // The exit code shows if a child ended without reading.
  child.stdin.on("error", () => undefined).end(input);
  return child;
}

export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  /** Both streams, as a person would see them. */
  readonly printed: string;
}

/** Runs a command to its end. */
export async function runWrangler(
  args: readonly string[],
  options: WranglerOptions = {},
): Promise<Ran> {
  const env = { ...(options.env ?? process.env), FORCE_COLOR: "0", NO_COLOR: "1" };
  const child = spawnWrangler(args, { ...options, env });
  const stop = () => void child.kill("SIGTERM");
  options.signal?.addEventListener("abort", stop, { once: true });
  let [stdout, printed] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    printed += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const code = await exitOf(child);
  options.signal?.removeEventListener("abort", stop);
  const plain = stripVTControlCharacters;
  return { ok: code === 0, stdout: plain(stdout), printed: plain(printed).trim() };
}

/** The exit code; 1 if a signal ended it. */
export async function exitOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

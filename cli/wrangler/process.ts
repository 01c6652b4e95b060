/** Wrangler as a child process, on the Node that runs this, without metrics, banner or questions. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);
const script = fileURLToPath(new URL("node_modules/wrangler/bin/wrangler.js", root));

const quiet = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

/** Starts a command in the project; what it prints goes into `stdout` and `stderr`. */
export function spawnWrangler(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [script, ...args], {
    cwd: root,
    // Without a terminal on stdin wrangler asks nothing and takes no keys.
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...quiet },
  });
}

/** Runs a command to its end; throws with all it printed where it fails. */
export async function runWrangler(args: readonly string[]): Promise<void> {
  const child = spawnWrangler(args);
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  }
  const code = await exitOf(child);
  if (code !== 0) throw new Error(`wrangler ${args.join(" ")} failed:\n${printed.join("")}`);
}

/** The exit code; 1 where a signal ended it. */
export async function exitOf(child: ChildProcess): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

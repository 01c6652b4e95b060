/**
 * Runs a command block of the docs in a real shell. Programs that use the network or take minutes (npx, npm, git) are
 * only recorded. curl is the real one: it calls the Worker of the test, and fails if the answer is an error.
 */
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A program and its arguments. */
export type Command = readonly string[];

export interface Sandbox {
  /** Runs the text to its end; returns the recorded calls. Throws with all output if it fails. */
  readonly run: (text: string) => Promise<readonly Command[]>;
  readonly close: () => void;
}

const RUN_WITHIN_MS = 20_000;
const recorded = ["npx", "npm", "git", "elsewhere"];

/** Every user who can list processes can see arguments. */
const guard = `for secret in "$ADMIN_TOKEN" "$CE_WEBHOOK_SECRET"; do
  [ -z "$secret" ] || case "$*" in *"$secret"*) echo "\${0##*/}: a secret among the arguments" >&2; exit 3 ;; esac
done
`;

/** Records each call: fields end with the unit separator, calls with the record separator. */
const recorder = `#!/bin/sh
${guard}{ printf '%s\\037' "\${0##*/}" "$@"; printf '\\036'; } >> "$SANDBOX_CALLS"
# What is cloned can be entered, and what is started has made its secret.
case "$0 $1" in
  *git\\ clone) mkdir "\${2##*/}" ;;
  *npm\\ start) printf 'CE_WEBHOOK_SECRET="%s"\\n' "$CE_WEBHOOK_SECRET" > .dev.vars ;;
esac
`;

/** Calls to loopback are made; all others are only recorded. */
const curl = `#!/bin/sh
${guard}case "$*" in *https://*) exec "\${0%/*}/elsewhere" "$@" ;; esac
exec "$SANDBOX_CURL" --fail-with-body "$@"
`;

function findCurl(): string {
  const folders = (process.env["PATH"] ?? "").split(":");
  const found = folders.map((folder) => join(folder, "curl")).find((path) => existsSync(path));
  if (found === undefined) throw new Error("the docs speak of curl, which is not on this machine");
  return found;
}

/** `env`: variables that the docs assume to be set; `rewrites`: values that the docs leave to the reader. */
export function createSandbox(
  env: Readonly<Record<string, string>>,
  rewrites: readonly (readonly [from: string, to: string])[],
): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), "ce-docs-"));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const name of recorded) writeFileSync(join(bin, name), recorder);
  writeFileSync(join(bin, "curl"), curl);
  for (const name of [...recorded, "curl"]) chmodSync(join(bin, name), 0o755);
  const calls = join(folder, "calls");
  const shellEnv = {
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
    HOME: folder,
    SANDBOX_CALLS: calls,
    SANDBOX_CURL: findCurl(),
    ...env,
  };
  return {
    async run(text) {
      writeFileSync(calls, "");
      const filled = rewrites.reduce((so, [from, to]) => so.replaceAll(from, to), text);
      const child = spawn("bash", ["-euo", "pipefail", "-c", filled], {
        cwd: folder,
        env: shellEnv,
        stdio: ["ignore", "pipe", "pipe"],
        timeout: RUN_WITHIN_MS,
      });
      let printed = "";
      child.stdout.setEncoding("utf8").on("data", (more: string) => (printed += more));
      child.stderr.setEncoding("utf8").on("data", (more: string) => (printed += more));
      const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      });
      if (code !== 0) throw new Error(`exit ${String(code)}\n${printed.slice(-2_000)}`);
      return readFileSync(calls, "utf8")
        .split("\u001E")
        .filter((call) => call !== "")
        .map((call) => call.split("\u001F").slice(0, -1));
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

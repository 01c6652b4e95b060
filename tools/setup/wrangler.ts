/** Wrangler as a child process that asks nothing: arguments in, what it printed out. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import * as z from "zod";

export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  /** Both streams, as a person would have seen them. */
  readonly printed: string;
  /** Where a deployment is reached, as wrangler reports it to programs. */
  readonly targets: readonly string[];
}

interface RunOptions {
  /** Goes to stdin: the one way in for a secret. */
  readonly input?: string;
  readonly accountId?: string | null;
}

export interface Wrangler {
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** On the terminal itself, for what needs a person: `wrangler login`. */
  readonly converse: (args: readonly string[]) => Promise<boolean>;
}

const root = new URL("../../", import.meta.url);
const installed = fileURLToPath(new URL("node_modules/wrangler/bin/wrangler.js", root));

const quiet = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  FORCE_COLOR: "0",
  NO_COLOR: "1",
};

/** Secrets stay out of the environment of children; they have stdin. */
const withheld = /^(CE_WEBHOOK_|ADMIN_TOKEN|RESEND_|TWILIO_|SLACK_|FORWARD_)/;

function childEnv(more: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !withheld.test(name));
  return { ...Object.fromEntries(kept), ...quiet, ...more };
}

const entry = z.object({ type: z.string(), targets: z.array(z.string()).nullish() });

/** WRANGLER_OUTPUT_FILE_PATH: one JSON object a line. */
async function readTargets(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    if (line.trim() === "") return [];
    const parsed = entry.safeParse(JSON.parse(line));
    return parsed.success && parsed.data.type === "deploy" ? (parsed.data.targets ?? []) : [];
  });
}

async function runScript(
  script: string,
  args: readonly string[],
  { input = "", accountId = null }: RunOptions,
): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), "ce-setup-"));
  const report = join(folder, "report.ndjson");
  const account = accountId === null ? {} : { CLOUDFLARE_ACCOUNT_ID: accountId };
  try {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: process.cwd(),
      stdio: ["pipe", "pipe", "pipe"],
      env: childEnv({ ...account, WRANGLER_OUTPUT_FILE_PATH: report }),
    });
    const printed: string[] = [];
    const answered: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed.push(text);
      answered.push(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => printed.push(text));
    // A child that ends without reading is told by its exit code.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    return {
      ok: code === 0,
      stdout: stripVTControlCharacters(answered.join("")),
      printed: stripVTControlCharacters(printed.join("")).trim(),
      targets: await readTargets(report),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function converse(script: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [script, ...args], { stdio: "inherit", env: childEnv({}) });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  return code === 0;
}

/** The wrangler of this project, or another script in its place. */
export function wranglerAt(script: string = installed): Wrangler {
  return {
    run: (args, options = {}) => runScript(script, args, options),
    converse: (args) => converse(script, args),
  };
}

/** As a person types it. */
export function commandLine(args: readonly string[]): string {
  const quoted = args.map((text) => {
    if (/^[\w@%+:,./-]+(=[\w@%+:,./-]+)?$/.test(text)) return text;
    if (/^--[\w-]+=$/.test(text)) return `${text}""`;
    return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  });
  return `npx wrangler ${quoted.join(" ")}`;
}

/** Runs wrangler for the set-up, and explains its errors. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { type Ran as Printed, runWrangler, wranglerScript } from "../../cli/wrangler/process.ts";
import { secrets } from "../settings/table.ts";

export interface Ran extends Printed {
  /** The addresses of a deployment, as wrangler reports them to programs. */
  readonly targets: readonly string[];
}

interface RunOptions {
  /** Sent to stdin: the only way to pass a secret. */
  readonly input?: string;
  readonly accountId?: string;
}

export interface Wrangler {
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Runs on the terminal itself, for commands that need a person: `wrangler login`. */
  readonly converse: (args: readonly string[]) => Promise<boolean>;
}

/** Ends a set-up early: the problem, its explanation, and what a person can do. */
export class SetupStop extends Error {
  readonly detail: string;
  readonly advice: readonly string[];
  /** A person answered no: this is not an error. */
  readonly isCancelled: boolean;

  constructor(
    message: string,
    { detail = "", advice = [] as readonly string[], isCancelled = false } = {},
  ) {
    super(message);
    this.detail = detail;
    this.advice = advice;
    this.isCancelled = isCancelled;
  }
}

const knownTroubles: readonly (readonly [when: RegExp, ...advice: string[]])[] = [
  [
    /not authenticated|necessary to set a CLOUDFLARE_API_TOKEN|not logged in/i,
    "Log in: npx wrangler login",
    "Or set CLOUDFLARE_API_TOKEN, as in CI.",
  ],
  [
    /code: (10000|9109|10001)\]|Authentication error|Unauthorized/i,
    "The login may not do this. An API token needs Workers Scripts, D1 and Queues: Edit.",
    "Is it the right account? CLOUDFLARE_ACCOUNT_ID says which.",
  ],
  [
    /More than one account available/,
    "Say which account: CLOUDFLARE_ACCOUNT_ID=<id> npm run setup",
  ],
  [
    /code: 100129\]|Queues are unavailable/,
    "Open Queues in the dashboard once, or move to Workers Paid; then run this again.",
  ],
  [
    /code: 11009\]|already taken|already exists/,
    "Somebody made one of this name meanwhile. Run this again: it will be found.",
  ],
  [
    /workers\.dev subdomain/i,
    "The account has no workers.dev subdomain yet: open Workers in the dashboard once,",
    "or give the Worker a route in wrangler.toml; then run this again.",
  ],
  [
    /Unable to resolve|ENOTFOUND|EAI_AGAIN|fetch failed|ECONNRE/,
    "Cloudflare could not be reached. Look at the network, then run this again.",
  ],
];

/** The command line as a person types it. */
export function commandLine(args: readonly string[]): string {
  const quoted = args.map((text) => {
    if (/^[\w@%+:,./-]+(=[\w@%+:,./-]+)?$/.test(text)) return text;
    if (/^--[\w-]+=$/.test(text)) return `${text}""`;
    return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  });
  return `npx wrangler ${quoted.join(" ")}`;
}

export function failed(args: readonly string[], { printed: detail }: Printed): SetupStop {
  const [, ...advice] = knownTroubles.find(([when]) => when.test(detail)) ?? [];
  return new SetupStop(`This failed: ${commandLine(args)}`, { detail, advice });
}

/** The output of a command as JSON; null if it is not JSON. */
export function readJson<T>(shape: z.ZodType<T>, { stdout }: Printed): T | null {
  try {
    return shape.parse(JSON.parse(stdout.slice(Math.max(0, stdout.search(/[[{]/)))));
  } catch {
    return null;
  }
}

/** Secrets are not passed in the environment of child processes; they go through stdin. */
const withheld: ReadonlySet<string> = new Set(secrets.map(({ name }) => name));

function childEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !withheld.has(name));
  return { ...Object.fromEntries(kept), ...more };
}

const entry = z.object({ type: z.literal("deploy"), targets: z.array(z.string()).nullish() });

/** WRANGLER_OUTPUT_FILE_PATH: one JSON object per line. */
async function readTargets(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.flatMap((line) => entry.safeParse(JSON.parse(line)).data?.targets ?? []);
}

/** The wrangler of this project, or a script that replaces it. */
export function wranglerAt(script: string = wranglerScript): Wrangler {
  return {
    async run(args, { input = "", accountId } = {}) {
      const folder = await mkdtemp(join(tmpdir(), "ce-setup-"));
      const report = join(folder, "report.ndjson");
      const account = accountId === undefined ? {} : { CLOUDFLARE_ACCOUNT_ID: accountId };
      const env = childEnv({ ...account, WRANGLER_OUTPUT_FILE_PATH: report });
      try {
        const ran = await runWrangler(args, { script, cwd: process.cwd(), env, input });
        return { ...ran, targets: await readTargets(report) };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async converse(args) {
      const child = spawn(process.execPath, [script, ...args], {
        stdio: "inherit",
        env: childEnv(),
      });
      const [code]: unknown[] = await once(child, "exit");
      return code === 0;
    },
  };
}

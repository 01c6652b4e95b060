/**
 * The Worker under `wrangler dev` on a D1 on disk, to be killed and started again. It is bundled once,
 * so that an edit of a source file meanwhile reloads nothing. Nothing of .dev.vars reaches it.
 */
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findPort } from "../../../tools/start/port.ts";
import { runWrangler, spawnWrangler } from "../../../cli/wrangler/process.ts";
import { SIGNATURE_HEADER } from "../../stories/index.ts";
import type { Delivery, Answer } from "../../deliveries/delivery.ts";
import type { Receiver } from "../../receiver/harness.ts";
import { descendantsOf, isWorkerd, killHard } from "../../receiver/processes.ts";
import { Storage } from "../../receiver/storage.ts";

const READY_WITHIN_MS = 60_000;
const POLL_MS = 25;

/** The most there is, so that D1 alone acknowledges: the local queue lives in the memory that is killed. */
const RECEIPT_TIMEOUT_MS = 60_000;

export interface Runtime extends Receiver {
  /** SIGKILL for every workerd, and for what would start them again. Returns the workerd pids. */
  kill(): Promise<readonly number[]>;
}

export interface Site {
  /** Holds the bundle and the state. */
  readonly folder: string;
  readonly secret: string;
}

export function stateFolder({ folder }: Site): string {
  return join(folder, "state");
}

/** Bundles the Worker and creates its database. */
export async function prepare(site: Site): Promise<void> {
  await runWrangler(["deploy", "--dry-run", "--outdir", join(site.folder, "bundle")]);
  const state = ["--persist-to", stateFolder(site)];
  await runWrangler(["d1", "migrations", "apply", "DB", "--local", ...state]);
}

/** Every setting that .dev.vars could hold, blank, which counts as unset. */
function settings(secret: string): readonly string[] {
  const example = readFileSync(new URL("../../../.dev.vars.example", import.meta.url), "utf8");
  const names = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].flatMap(
    ([, name]) => name ?? [],
  );
  const values = new Map(names.map((name) => [name, ""]));
  values.set("CE_WEBHOOK_SECRET", secret);
  values.set("RECEIPT_TIMEOUT_MS", String(RECEIPT_TIMEOUT_MS));
  return [...values].flatMap(([name, value]) => ["--var", `${name}:${value}`]);
}

async function untilReady(origin: string, dev: ChildProcess, printed: string[]): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (dev.exitCode !== null) break;
    try {
      const response = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(5_000) });
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(POLL_MS);
  }
  throw new Error(`wrangler dev did not start:\n${printed.join("").slice(-4_000)}`);
}

export async function startRuntime(site: Site): Promise<Runtime> {
  const port = await findPort(20_000 + Math.floor(Math.random() * 20_000));
  const inspector = await findPort(port + 1);
  const listen = `--ip 127.0.0.1 --port ${port} --inspector-port ${inspector}`;
  const calm = "--no-bundle --show-interactive-dev-session=false --log-level error";
  const dev = spawnWrangler([
    "dev",
    join(site.folder, "bundle", "index.js"),
    ...`${listen} ${calm}`.split(" "),
    "--config",
    "wrangler.toml",
    "--persist-to",
    stateFolder(site),
    ...settings(site.secret),
  ]);
  const printed: string[] = [];
  for (const stream of [dev.stdout, dev.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  }
  const origin = `http://127.0.0.1:${port}`;
  const kill = async () => {
    if (dev.pid === undefined) return [];
    const all = descendantsOf(dev.pid);
    const workerds = all.filter(isWorkerd).map(({ pid }) => pid);
    const others = all.filter((process) => !isWorkerd(process)).map(({ pid }) => pid);
    await killHard([...workerds, ...others, dev.pid]);
    return workerds;
  };
  try {
    await untilReady(origin, dev, printed);
  } catch (error) {
    await kill();
    throw error;
  }
  const storage = new Storage(stateFolder(site));
  return {
    kill,
    send: (delivery) => send(origin, delivery),
    query: <Row>(sql: string, ...values: readonly (string | number)[]) =>
      Promise.resolve(storage.query<Row>(sql, ...values)),
    async sweep() {
      const response = await fetch(`${origin}/cdn-cgi/local/scheduled`);
      const text = await response.text();
      if (!response.ok) throw new Error(`the cron answered ${response.status}: ${text}`);
    },
    errors: () => printed.filter((text) => text.includes('"level":"error"')),
    async close() {
      await kill();
    },
  };
}

async function send(origin: string, delivery: Delivery): Promise<Answer> {
  const { method, path, body, signature } = delivery;
  const signed = signature === null ? {} : { [SIGNATURE_HEADER]: signature };
  const headers = { "content-type": "application/json", ...signed };
  const response = await fetch(origin + path, { method, headers, body });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  const answer: unknown = isJson ? JSON.parse(text) : text;
  return { delivery, status: response.status, body: answer };
}

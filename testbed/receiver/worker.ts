/** Workers in workerd under Miniflare: nothing before them, log lines thrown away, storage of their own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { childProcesses } from "../../bench/cpu.ts";

/** The memory of an isolate on the platform; without it the heap here grows far beyond. */
const ISOLATE_MB = 128;

const root = new URL("../../", import.meta.url);

/** The production queues: a hundred at a time, or what has come within a second. */
const consumers = (maxBatchTimeout: number) => ({
  "ce-events": { maxBatchSize: 100, maxBatchTimeout, maxRetries: 3 },
  "ce-notifications": { maxBatchSize: 10, maxBatchTimeout, maxRetries: 3 },
});

export interface WorkerServer {
  readonly url: URL;
  readonly pids: readonly number[];
  readonly db: Awaited<ReturnType<Miniflare["getD1Database"]>>;
  /** Where its database is stored. */
  readonly storage: string;
  call(path: string, body?: unknown): Promise<unknown>;
  /** Fires the cron once. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

/** As `wrangler deploy` bundles it: minified, names not kept. */
export async function bundleWorker(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(entry, root))],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    conditions: ["workerd", "worker", "browser"],
    jsx: "automatic",
    jsxImportSource: "#html",
  });
  return result.outputFiles[0]?.text ?? "";
}

/** The statements of every migration, in their order, as drizzle-kit parts them. */
export function migrationStatements(): readonly string[] {
  const folder = new URL("migrations/", root);
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return files
    .toSorted((a, b) => (a < b ? -1 : 1))
    .flatMap((name) =>
      readFileSync(new URL(name, folder), "utf8").split("--> statement-breakpoint"),
    );
}

export const naiveTable =
  "CREATE TABLE naive_events (id TEXT PRIMARY KEY, event_type TEXT, received_at TEXT, status TEXT, payload TEXT)";

export interface WorkerOptions {
  readonly entry: string;
  readonly secret: string;
  readonly bindings?: Readonly<Record<string, string>>;
  readonly statements?: readonly string[];
  /** True where the database is to be a file in `storage`. */
  readonly onDisk?: boolean;
  /** True where an archive is bound. */
  readonly archives?: boolean;
  /** False where nothing takes from the queues. */
  readonly consumes?: boolean;
  /** How long a queue waits for more than one message, in seconds; 1 unless told. */
  readonly batchTimeout?: number;
}

export async function startWorker(options: WorkerOptions): Promise<WorkerServer> {
  const before = new Set(childProcesses("workerd"));
  const storage = mkdtempSync(join(tmpdir(), "ce-bench-"));
  const contents = await bundleWorker(options.entry);
  process.env["MINIFLARE_WORKERD_V8_FLAGS"] ??= `--max-heap-size=${ISOLATE_MB}`;
  const miniflare = new Miniflare({
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types ask for more than it needs
    ...convertV4MiniflareOptions({
      modules: [{ type: "ESModule", path: "index.js", contents }],
      compatibilityDate: "2026-10-23",
      bindings: { CE_WEBHOOK_SECRET: options.secret, ...options.bindings },
      d1Databases: { DB: { id: "bench" } },
      d1Persist: storage,
      ...(options.archives === true ? { r2Buckets: ["ARCHIVE"] } : {}),
      queueProducers: {
        EVENTS: { queueName: "ce-events" },
        NOTIFICATIONS: { queueName: "ce-notifications" },
      },
      queueConsumers: options.consumes === true ? consumers(options.batchTimeout ?? 1) : {},
      outboundService: () => Response.json({ id: "accepted", sid: "accepted" }),
      logRequests: false,
      handleStructuredLogs: () => undefined,
    } as never),
    ...(options.onDisk === true ? { resourcePersistencePath: storage } : {}),
  });
  const url = await miniflare.ready;
  const pids = childProcesses("workerd").filter((pid) => !before.has(pid));
  const db = await miniflare.getD1Database("DB");
  for (const sql of options.statements ?? []) await db.prepare(sql).run();
  return {
    url,
    pids,
    db,
    storage,
    async call(path, body) {
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const response = await fetch(new URL(path, url), init);
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
      return JSON.parse(text) as unknown;
    },
    async sweep() {
      const worker = await miniflare.getWorker();
      const { outcome } = await worker.scheduled({ cron: "* * * * *" });
      if (outcome !== "ok") throw new Error(`the cron ended as ${outcome}`);
    },
    async close() {
      await miniflare.dispose();
      rmSync(storage, { recursive: true, force: true });
    },
  };
}

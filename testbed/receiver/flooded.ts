/**
 * The Worker as it is deployed, bundled, in workerd under Miniflare: no proxy, no inspector and no
 * kept log lines before or around it, so that speed and memory are its own and those of the local D1
 * and queues, which share its process. Each isolate has the platform's 128 MB and no more.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";
import * as z from "zod";
import type { Delivery } from "../deliveries/delivery.ts";
import { runWrangler } from "../../cli/wrangler/process.ts";
import { SIGNATURE_HEADER } from "../stories/index.ts";

const root = new URL("../../", import.meta.url);

/** What the platform gives an isolate. Left alone, workerd's heap grows as long as the machine has room. */
const ISOLATE_MB = 128;

/** What is taken from wrangler.toml. */
const wiring = z.object({
  compatibilityDate: z.string(),
  d1Databases: z.record(z.string(), z.object({ id: z.string() })),
  queueProducers: z.record(z.string(), z.object({ queueName: z.string() })),
  queueConsumers: z.record(
    z.string(),
    z.object({
      maxBatchSize: z.number(),
      maxBatchTimeout: z.number(),
      maxRetries: z.number(),
      deadLetterQueue: z.string().exactOptional(),
    }),
  ),
});

export interface FloodedReceiver {
  readonly url: URL;
  /** The status of the answer. */
  send(delivery: Delivery): Promise<number>;
  query<Row>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ce-flood-"));
  try {
    await runWrangler(["deploy", "--dry-run", "--outdir", folder]);
    return readFileSync(join(folder, "index.js"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In their order, as `wrangler d1 migrations apply` would run them. */
function migrations(): readonly string[] {
  const folder = new URL("migrations/", root);
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  return files
    .toSorted((a, b) => (a < b ? -1 : 1))
    .flatMap((name) => unstable_splitSqlQuery(readFileSync(new URL(name, folder), "utf8")));
}

/** Bindings, queues and their consumers are those of wrangler.toml; what .dev.vars holds is left out. */
export async function startFlooded(secret: string): Promise<FloodedReceiver> {
  const script = await bundle();
  const config = fileURLToPath(new URL("wrangler.toml", root));
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  // Through JSON, which leaves out what is undefined.
  const wired = wiring.parse(JSON.parse(JSON.stringify(workerOptions)));
  process.env["MINIFLARE_WORKERD_V8_FLAGS"] ??= `--max-heap-size=${ISOLATE_MB}`;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name: "ce-webhooks",
      modules: [{ type: "ESModule", path: "index.js", contents: script }],
      bindings: { CE_WEBHOOK_SECRET: secret },
      logRequests: false,
      handleStructuredLogs: () => undefined,
      ...wired,
    }),
  );
  const url = new URL(await miniflare.ready);
  const db = await miniflare.getD1Database("DB");
  for (const sql of migrations()) await db.prepare(sql).run();
  return {
    url,
    async send({ path, body, signature }) {
      const headers = { "content-type": "application/json", [SIGNATURE_HEADER]: signature ?? "" };
      const response = await fetch(new URL(path, url), { method: "POST", headers, body });
      await response.arrayBuffer();
      return response.status;
    },
    async query<Row>(sql: string) {
      return (await db.prepare(sql).all<Row>()).results;
    },
    close: () => miniflare.dispose(),
  };
}

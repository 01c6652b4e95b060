/**
 * An upgrade as production goes through it: the released Worker, then the newest migrations under it,
 * then the new Worker, then a rollback. One shop's day is told across all four; at its end every order
 * must be as its story says.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";
import * as z from "zod";
import { bundleWorker } from "../../bench/servers/workers.ts";
import { checkState } from "../../tools/demo/check-state.ts";
import { readState } from "../../tools/demo/state.ts";
import { repeat, sign, SIGNATURE_HEADER, tellDay } from "../../tools/story/index.ts";
import { createRandom, shuffle, type StoryEvent } from "../../tools/story/index.ts";

const SECRET = "upgrade";
const SETTLED_WITHIN_MS = 15_000;
const root = new URL("../../", import.meta.url);
const baseline = z
  .object({ version: z.string(), migrations: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(new URL("test/upgrade/baseline.json", root), "utf8")));
const folder = mkdtempSync(join(tmpdir(), "ce-upgrade-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const migrationNames = readdirSync(new URL("migrations/", root))
  .filter((name) => name.endsWith(".sql"))
  .toSorted();

const wiring = z.object({
  compatibilityDate: z.string(),
  d1Databases: z.record(z.string(), z.object({ id: z.string() })),
  queueProducers: z.record(z.string(), z.object({ queueName: z.string() })),
  queueConsumers: z.record(
    z.string(),
    z.object({ maxRetries: z.number(), deadLetterQueue: z.string().exactOptional() }),
  ),
});

interface Running {
  readonly query: <Row>(sql: string) => Promise<Row[]>;
  readonly send: (event: StoryEvent) => Promise<void>;
  readonly sweep: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A bundle on the storage in `folder`, which outlives it. */
async function start(bundle: string): Promise<Running> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(
    fileURLToPath(new URL("wrangler.toml", root)),
  );
  const wired = wiring.parse(JSON.parse(JSON.stringify(workerOptions)));
  // Queues hand over at once.
  const queueConsumers = Object.fromEntries(
    Object.entries(wired.queueConsumers).map(([name, consumer]) => [
      name,
      { ...consumer, maxBatchSize: 50, maxBatchTimeout: 0.05 },
    ]),
  );
  const options = convertV4MiniflareOptions({
    name: "ce-webhooks",
    modules: [{ type: "ESModule", path: "index.js", contents: bundle }],
    bindings: { CE_WEBHOOK_SECRET: SECRET },
    handleStructuredLogs: () => undefined,
    ...wired,
    queueConsumers,
  });
  const miniflare = new Miniflare({ ...options, resourcePersistencePath: folder });
  const url = new URL(await miniflare.ready);
  const db = await miniflare.getD1Database("DB");
  return {
    query: async <Row>(sql: string) => (await db.prepare(sql).all<Row>()).results,
    async send(event) {
      const body = JSON.stringify(event);
      const response = await fetch(new URL("/api/webhooks/ce", url), {
        method: "POST",
        headers: { [SIGNATURE_HEADER]: await sign(body, SECRET) },
        body,
      });
      assert.equal(response.status, 200, await response.text());
    },
    async sweep() {
      const worker = await miniflare.getWorker();
      const { outcome } = await worker.scheduled({ cron: "* * * * *" });
      assert.equal(outcome, "ok");
    },
    close: () => miniflare.dispose(),
  };
}

async function during<T>(bundle: string, work: (running: Running) => Promise<T>): Promise<T> {
  const running = await start(bundle);
  try {
    return await work(running);
  } finally {
    await running.close();
  }
}

async function migrate({ query }: Running, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const text = readFileSync(new URL(`migrations/${name}`, root), "utf8");
    for (const sql of unstable_splitSqlQuery(text)) await query(sql);
  }
}

/** Delivers, waits until all is applied, and lets the cron run. */
async function tell(running: Running, events: readonly StoryEvent[]): Promise<void> {
  for (const event of events) await running.send(event);
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const [row] = await running.query<{ waiting: number }>(
      "SELECT count(*) AS waiting FROM webhook_events WHERE status = 'received'",
    );
    if (row?.waiting === 0) break;
    assert.ok(performance.now() < deadline, `${String(row?.waiting)} events are not applied`);
    await sleep(50);
  }
  await running.sweep();
}

await test("no migration of the release was edited, and later ones come after", () => {
  const released = Object.keys(baseline.migrations);
  assert.deepEqual(migrationNames.slice(0, released.length), released);
  for (const [name, hash] of Object.entries(baseline.migrations)) {
    const text = readFileSync(new URL(`migrations/${name}`, root));
    assert.equal(createHash("sha256").update(text).digest("hex"), hash, name);
  }
});

await test("the released Worker runs on the new schema, the new one on its data, and back", async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`seed ${String(seed)}`);
  const random = createRandom(seed);
  const stories = tellDay({ seed, orders: 12, endsAtMs: Date.now() - 60_000 });
  const events = shuffle(
    repeat(
      stories.flatMap((story) => story.events),
      random,
      0.2,
    ),
    random,
  );
  const quarter = Math.ceil(events.length / 4);
  const part = (index: number) => events.slice(index * quarter, (index + 1) * quarter);
  const old = gunzipSync(readFileSync(new URL("test/upgrade/worker.js.gz", root))).toString();
  const released = Object.keys(baseline.migrations).length;

  await during(old, async (before) => {
    await migrate(before, migrationNames.slice(0, released));
    await tell(before, part(0));
    await migrate(before, migrationNames.slice(released));
    await tell(before, part(1));
  });
  await during(await bundleWorker("src/index.ts"), (upgraded) => tell(upgraded, part(2)));
  const state = await during(old, async (rolledBack) => {
    await tell(rolledBack, part(3));
    return await readState(rolledBack);
  });

  const off = state.events.filter(({ status }) => status !== "processed");
  assert.deepEqual(off, []);
  const day = { stories, deliveries: [], conflicts: [], formOf: new Map() };
  for (const check of checkState({ day, state, answers: [], calls: [], unsettled: [] })) {
    assert.deepEqual(check.problems, [], check.claim);
  }
  assert.ok(state.notifications.length > 0);
});

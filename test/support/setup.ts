/** The set-up of every test file in workerd: an empty database with all migrations. */
import { type D1Migration, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll } from "vitest";
import { refusalsOf } from "../../src/receiver/deps";
import { loadSuppressionList } from "../../src/store/privacy/suppression-list";
import { migrate } from "./migrated";
import "./quiet-console";

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}

/** On a busy machine, a reset has left a database unchanged, once in some hundred files. */
async function dropAll(): Promise<void> {
  const { results } = await env.DB.prepare(
    `SELECT type, name FROM sqlite_master WHERE type IN ('view', 'table')
     AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY type DESC`,
  ).all<{ type: string; name: string }>();
  if (results.length === 0) return;
  await env.DB.batch(results.map(({ type, name }) => env.DB.prepare(`DROP ${type} "${name}"`)));
}

/**
 * Files share a Worker, because starting one for each would take longer than most tests, but they do not share rows. A
 * reset empties only databases that are awake, and a database sleeps after ten seconds without a query. The isolate's
 * memory is from the previous file: the refusals that it has counted and not written are written now and removed with
 * the rows, and the suppression list is read again.
 */
beforeAll(async () => {
  await env.DB.prepare("SELECT 1").run();
  await refusalsOf(env.DB).flush();
  await reset();
  await dropAll();
  await migrate();
  await loadSuppressionList(env.DB);
});

/**
 * Queues deliver a batch 50 ms after its first message, and the messages that it causes 50 ms later. A file that ends
 * in between leaves the batch without a Worker to run in, and vitest waits for it without end.
 */
const QUEUES_QUIET_MS = 300;

afterAll(async () => {
  const used = await env.DB.prepare("SELECT 1 FROM webhook_events LIMIT 1").first();
  if (used !== null) await new Promise((resolve) => setTimeout(resolve, QUEUES_QUIET_MS));
});

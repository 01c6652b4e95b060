import { applyD1Migrations, type D1Migration, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll } from "vitest";
import { refusalsOf } from "../../src/receiver/deps";

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}

/**
 * Files share a Worker, which starting one for each would take longer than most tests; not its rows. A
 * reset empties what is awake only, and a database without a query for ten seconds sleeps. The refusals that the
 * isolate has counted and not written yet are the last file's: written now, they go with its rows.
 */
beforeAll(async () => {
  await env.DB.prepare("SELECT 1").run();
  await refusalsOf(env.DB).flush();
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});

/**
 * Queues hand a batch over 50 ms after its first message, and what it wakes 50 ms after that. A file
 * that ends in between leaves the batch without a Worker to run in, and vitest waits for it for ever.
 */
const QUEUES_QUIET_MS = 300;

afterAll(async () => {
  const used = await env.DB.prepare("SELECT 1 FROM webhook_events LIMIT 1").first();
  if (used !== null) await new Promise((resolve) => setTimeout(resolve, QUEUES_QUIET_MS));
});

import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { useMemoryDisk } from "./test/support/memory-disk.ts";
import { createSink } from "./test/support/sink.ts";

useMemoryDisk();

/**
 * Tests run in workerd, against real D1 and real queues; only the way out is closed. Queues hand
 * over at once and retry once, so that dead letters are seen in milliseconds.
 */
const sink = createSink();

/** Blank counts as unset: whatever a developer's .dev.vars says stays out of the tests. */
const settings: string = readFileSync(".dev.vars.example", "utf8");
const blankSettings = Object.fromEntries(
  [...settings.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]): [string, string] => [
    String(name),
    "",
  ]),
);

export default defineConfig(async () => ({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations("./migrations"),
          ...blankSettings,
          CE_WEBHOOK_SECRET: "test-secret",
          // D1 is not slow because this machine is busy.
          RECEIPT_TIMEOUT_MS: "20000",
          TEST_RUNS: process.env["TEST_RUNS"] ?? "500",
          TEST_FUZZ_MINUTES: process.env["TEST_FUZZ_MINUTES"] ?? "0",
          TEST_SEED: process.env["TEST_SEED"] ?? String(Date.now() % 1_000_000_000),
        },
        r2Buckets: ["ARCHIVE"],
        queueConsumers: {
          "ce-events": {
            maxBatchSize: 50,
            maxBatchTimeout: 0.05,
            maxRetries: 1,
            deadLetterQueue: "ce-events-dlq",
          },
          "ce-events-dlq": { maxBatchSize: 50, maxBatchTimeout: 0.05, maxRetries: 1 },
          "ce-notifications": {
            maxBatchSize: 10,
            maxBatchTimeout: 0.05,
            maxRetries: 1,
            deadLetterQueue: "ce-notifications-dlq",
          },
          "ce-notifications-dlq": { maxBatchSize: 50, maxBatchTimeout: 0.05, maxRetries: 1 },
        },
        outboundService: async (request: Request) => {
          const { status, body } = await sink.answer(request);
          return new Response(body, { status });
        },
      },
    }),
  ],
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    exclude: ["test/node/**", "test/browser/**"],
    setupFiles: ["./test/support/setup.ts"],
    isolate: false,
    // With the cache, each file is sent all modules again, 15 MB of them, though its Worker has them.
    fsModuleCache: false,
    testTimeout: 20_000,
    maxWorkers: 3,
  },
}));

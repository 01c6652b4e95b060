import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

/**
 * Tests run in workerd, against real D1 and real queues; only the way out is closed. Queues hand
 * over at once and retry once, so that dead letters are seen in milliseconds.
 */
export default defineConfig(async () => ({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        bindings: {
          TEST_MIGRATIONS: await readD1Migrations("./migrations"),
          CE_WEBHOOK_SECRET: "test-secret",
          TEST_RUNS: process.env["TEST_RUNS"] ?? "500",
          TEST_SEED: process.env["TEST_SEED"] ?? String(Date.now() % 1_000_000_000),
        },
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
        outboundService: () => new Response("no way out of a test", { status: 599 }),
      },
    }),
  ],
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    exclude: ["test/node/**"],
    setupFiles: ["./test/support/setup.ts"],
    testTimeout: 20_000,
    // The Worker's own log lines would drown the seeds that random tests print.
    onConsoleLog: (text: string) => !text.startsWith('{"level"'),
  },
}));

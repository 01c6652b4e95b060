/**
 * Rebuild and audit over random histories: a rebuild of right rows changes nothing, and a rebuild of corrupted rows
 * restores those of the reference model.
 */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type Model, modelOf } from "../../src/projection/history/model";
import { loadRebuild, startRebuild } from "../../src/store/state/rebuild-progress";
import { continueRebuild } from "../../src/upkeep/rebuild";
import { expectModel } from "./compare";
import { deliver, NOW, options } from "./deliver";
import { histories, SIDE_BY_SIDE, storeApart } from "./history";
import { defaults } from "./defaults";
import { clearTables } from "../support/rows";

const runs = Math.ceil(Number(env.TEST_RUNS) / 5);
const seed = Number(env.TEST_SEED);

async function rebuildAll(dryRun: boolean): Promise<number> {
  const { id } = await startRebuild(env.DB, {}, dryRun, NOW);
  while ((await continueRebuild(env.DB, NOW, defaults)) !== null) {
    // Each call processes some slices.
  }
  return (await loadRebuild(env.DB, id))?.rowsChanged ?? -1;
}

/** Changes that a bug or a person with access to D1 could make to rows. */
const corruptions = [
  "UPDATE payments SET status = 'failed', payment_date = NULL WHERE status IS NOT NULL",
  "UPDATE payments SET status = NULL, payment_date = NULL, status_precedence = ''",
  "UPDATE payments SET amount_micros = 1 WHERE amount_micros IS NOT NULL",
  "UPDATE payments SET named_order = 'C', order_number = 'C' WHERE named_order IS NOT NULL",
  "UPDATE payments SET named_reference = 'R9' WHERE named_reference IS NOT NULL",
  "UPDATE orders SET status = 'cancelled' WHERE status IS NOT NULL",
  "UPDATE orders SET paid_micros = 7, payment_status = 'odd'",
  "UPDATE refunds SET named_order = NULL, order_number = NULL, link_precedence = ''",
  "UPDATE shipments SET status = 'lost' WHERE status IS NOT NULL",
  "DELETE FROM shipments",
  "DELETE FROM refunds",
  "DELETE FROM orders",
];

async function tablesAsText(): Promise<string> {
  const tables = ["orders", "payments", "refunds", "shipments", "notifications"];
  const results = await env.DB.batch(
    tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1`)),
  );
  return JSON.stringify(results.map((result) => result.results));
}

describe("rebuilding", () => {
  beforeEach(clearTables);

  it(
    `changes nothing that is right, and fixes what is not (${String(runs)} histories)`,
    {
      timeout: 3_600_000,
    },
    async () => {
      console.info(`rebuilding: runs ${String(runs)}, seed ${String(seed)}`);
      await fc.assert(
        fc.asyncProperty(
          histories(12),
          fc.boolean(),
          fc.shuffledSubarray(corruptions, { minLength: 2, maxLength: 2 }),
          async (told, together, chosen) => {
            const { events, batches } = await storeApart(told);
            await clearTables();
            await deliver(batches, together);
            const model: Model = modelOf(events, options);
            const before = await tablesAsText();
            expect(await rebuildAll(true), "a dry run reports no row").toBe(0);
            expect(await rebuildAll(false), "a rebuild changes no row").toBe(0);
            expect(await tablesAsText()).toBe(before);
            for (const corruption of chosen) {
              await env.DB.prepare(corruption).run();
              await rebuildAll(false);
              await expectModel(model);
            }
          },
        ),
        { numRuns: Math.ceil(runs / SIDE_BY_SIDE), seed },
      );
    },
  );
});

/** What migration 0014 makes of rows that version 0.2 stored. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { clearTables, seedShipment } from "../notifications/rows";

/** The migration once more, on the rows that a test has put there. */
async function migrate(): Promise<void> {
  const migration = env.TEST_MIGRATIONS.find(({ name }) => name.includes("update_days"));
  if (migration === undefined) throw new Error("no such migration");
  await env.DB.batch(migration.queries.map((query) => env.DB.prepare(query)));
}

beforeEach(clearTables);

describe("when a parcel is expected", () => {
  it("is a day where midnight in UTC was stored, and stays a time elsewhere", async () => {
    await seedShipment({ shipment_id: "DAY", eta: "2026-11-27T00:00:00.000Z" });
    await seedShipment({ shipment_id: "TIME", eta: "2026-11-27T12:00:00.000Z" });
    await seedShipment({ shipment_id: "NONE", eta: null });
    await migrate();
    await migrate();
    const { results } = await env.DB.prepare(
      "SELECT shipment_id, eta FROM shipments ORDER BY shipment_id",
    ).all();
    expect(results).toEqual([
      { shipment_id: "DAY", eta: "2026-11-27" },
      { shipment_id: "NONE", eta: null },
      { shipment_id: "TIME", eta: "2026-11-27T12:00:00.000Z" },
    ]);
  });
});

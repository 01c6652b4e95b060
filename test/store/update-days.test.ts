/** The effect of migration 0014 on rows of version 0.2. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  clearTables,
  readNotifications,
  seedEvent,
  seedNotification,
  seedShipment,
} from "../support/rows";

/** Runs the migration again, on the rows that a test has inserted. */
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

describe("a status that is told once a day", () => {
  const OUT = "shipment_update/SHP-1/out_for_delivery";
  const ids = async (): Promise<readonly string[]> =>
    (await readNotifications()).map(({ id }) => id);

  it("has the day when it was due in its id, and where that is gone the day it was made", async () => {
    const due_at = "2026-11-23T23:59:00.000Z";
    await seedNotification({ id: `${OUT}/email`, due_at, status: "sent" });
    await seedNotification({ id: `${OUT}/sms`, due_at: "", status: "suppressed" });
    await seedNotification({ id: "shipment_update/S%2F2/delivery_attempted/sms", due_at });
    await migrate();
    await migrate();
    expect(await ids()).toEqual([
      "shipment_update/S%2F2/delivery_attempted/2026-11-23/sms",
      `${OUT}/2026-11-23/email`,
      `${OUT}/2026-11-24/sms`,
    ]);
  });

  it("changes no other id", async () => {
    const others = [
      "order_confirmed/out_for_delivery/email",
      "shipment_update/SHP-1/in_transit/email",
      "shipment_update/out_for_delivery/shipped/sms",
    ];
    for (const id of others) await seedNotification({ id });
    await migrate();
    expect(await ids()).toEqual(others);
  });

  it("keeps the id that a provider may know as a key", async () => {
    await seedNotification({ id: `${OUT}/email`, rendered: "{}" });
    await seedNotification({ id: `${OUT}/sms` });
    await migrate();
    expect(await ids()).toEqual([`${OUT}/2026-11-24/sms`, `${OUT}/email`]);
  });

  it("is found through its event as before, and by the sweep where its wake-up call is lost", async () => {
    const occurred_at = "2026-11-23T20:00:00.000Z";
    const outbox = [`${OUT}/email`, `${OUT}/sms`, "forward/evt-1/forward"];
    await seedEvent({ occurred_at, outbox: JSON.stringify(outbox) });
    for (const id of outbox.slice(0, 2)) {
      await seedNotification({ id, due_at: occurred_at, awaits_sweep: 0 });
    }
    await migrate();
    const stored = await env.DB.prepare("SELECT outbox FROM webhook_events").first<string>(
      "outbox",
    );
    expect(JSON.parse(stored ?? "")).toEqual([
      `${OUT}/2026-11-23/email`,
      `${OUT}/2026-11-23/sms`,
      "forward/evt-1/forward",
    ]);
    expect(await ids()).toEqual([`${OUT}/2026-11-23/email`, `${OUT}/2026-11-23/sms`]);
    const waiting = await env.DB.prepare(
      "SELECT count(*) AS n FROM notifications WHERE awaits_sweep = 1",
    ).first<number>("n");
    expect(waiting).toBe(2);
  });
});

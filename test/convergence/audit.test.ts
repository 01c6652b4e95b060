/** The audit: it returns nothing while state is right, and quickly finds a wrong row. */
import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import worker from "../../src/index";
import { auditSlice } from "../../src/store/state/audit";
import { deliver } from "./deliver";
import { precedence } from "../support/precedence";
import { event } from "./every-order";
import { clearTables } from "../support/rows";

const story = [
  event("order.created", "09:00", { order_number: "A" }, "e1"),
  event("payment.success", "10:00", { request_number: "P1", order_number: "A" }, "e2"),
  event("payment.refund.success", "11:00", { request_number: "F1", order_number: "A" }, "e3"),
  event("shipment.delivered", "12:00", { reference_number: "S1", order_number: "A" }, "e4"),
];

async function audit(): Promise<unknown> {
  const { results } = await env.DB.prepare("SELECT subject, subject_id FROM state_audit").all();
  return results;
}

describe("the audit", () => {
  beforeEach(async () => {
    await clearTables();
    await deliver([story], false);
  });

  it("finds nothing where state is right", async () => {
    expect(await audit()).toEqual([]);
    expect(await auditSlice(env.DB, 100)).toEqual([]);
  });

  for (const [table, subject, id] of [
    ["orders", "order", "A"],
    ["payments", "payment", "P1"],
    ["refunds", "refund", "F1"],
    ["shipments", "shipment", "S1"],
  ] as const) {
    it(`finds a row of ${table} that is older than its event`, async () => {
      await env.DB.prepare(`UPDATE ${table} SET status_precedence = ?1`)
        .bind(precedence("2020-01-01T00:00:00.000Z", "pending", "old"))
        .run();
      expect(await audit()).toEqual([{ subject, subject_id: id }]);
    });

    it(`finds a row of ${table} that is missing`, async () => {
      await env.DB.prepare(`DELETE FROM ${table}`).run();
      expect(await audit()).toEqual([{ subject, subject_id: id }]);
    });
  }

  it("walks the inbox in slices and begins anew behind the last event", async () => {
    await env.DB.prepare("DELETE FROM cursors").run();
    await env.DB.prepare("UPDATE shipments SET status_precedence = ''").run();
    const found = [];
    for (let slice = 0; slice < 8; slice += 1) found.push((await auditSlice(env.DB, 1)).length);
    expect(found).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
  });

  it("reads by rowid and primary key, never a whole table", async () => {
    const { results } = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT * FROM state_audit WHERE event_row > 5 AND event_row <= 10",
    ).all<{ detail: string }>();
    // The index holds only the events to be read again after an upgrade, and its first entry is enough.
    const isHarmless = /^SCAN (CONSTANT|webhook_events USING INDEX webhook_events_to_reread)/;
    const scans = results.filter(
      ({ detail }) => detail.startsWith("SCAN") && !isHarmless.test(detail),
    );
    expect(scans).toEqual([]);
  });

  it("calls the team once, from the cron", async () => {
    await env.DB.prepare("DELETE FROM cursors").run();
    await env.DB.prepare("UPDATE orders SET status_precedence = ''").run();
    const cron = createScheduledController({ cron: "* * * * *" });
    await worker.scheduled(cron, env);
    await worker.scheduled(cron, env);
    const { results } = await env.DB.prepare(
      "SELECT template, channel, subject_id FROM notifications WHERE id LIKE 'alert/state_audit/%'",
    ).all();
    expect(results).toEqual([{ template: "alert", channel: "team", subject_id: "A" }]);
  });
});

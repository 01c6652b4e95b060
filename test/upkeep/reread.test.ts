/**
 * The cron reads the rows of version 0.2 again: they end as in the reference model, nobody is notified, and the values
 * of purged events are kept.
 */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { usualRules } from "../support/rules";
import type { StoredEvent } from "../../src/projection/decoded-event";
import { asJudged } from "../../src/projection/interpret";
import { modelOf } from "../../src/projection/history/model";
import { entityNames } from "../../src/projection/registers";
import { archivedColumns, type ArchivedEvent } from "../../src/store/retention/archive-writes";
import { loadUnread } from "../../src/store/upgrade-0-2/reread";
import { restoreEvents } from "../../src/store/retention/restore";
import { isToReread, isToRenew } from "../../src/store/upgrade-0-2/written-by-0-2";
import { renew, reread } from "../../src/upkeep/reread";
import { createRandom, shuffle, createDay } from "../../testbed/stories/index";
import { expectModel } from "../convergence/compare";
import { histories, type PlannedHistory, SIDE_BY_SIDE, storeAll } from "../convergence/history";
import { Breaker } from "../faults/faulty";
import { columnsAddedFrom, migrateOn, migrateUpTo } from "../support/migrations";
import { row, rows } from "../support/receiver";
import { receive, tell } from "./version-0-2";
import { defaults } from "../support/defaults";
import { clearTables } from "../support/rows";

const seed = Number(env.TEST_SEED);
const runs = Math.ceil(Number(env.TEST_RUNS) / 5);
const NOW = "2026-11-24T10:00:00.000Z";
const now = (): Date => new Date(NOW);
const judged = { ...asJudged(defaults), rules: usualRules };

async function runCron(db: D1Database = env.DB): Promise<void> {
  await renew({ db, now });
  await reread({ db, now, defaults });
}

function event(
  type: string,
  at: string,
  data: Record<string, unknown>,
  id = `${type} ${at}`,
): StoredEvent {
  const payload = JSON.stringify({
    id,
    event_type: type,
    created_at: `2026-11-20T${at}:00.000Z`,
    data,
  });
  return { id, typeHint: null, receivedAt: NOW, payload };
}

function day(orders: number, firstNumber: number): StoredEvent[] {
  const stories = createDay({ seed, orders, endsAtMs: Date.parse(NOW) - 60_000, firstNumber });
  const told = stories.flatMap((story) => story.events);
  const events = told.map((one) => ({
    id: one.id,
    typeHint: null,
    receivedAt: NOW,
    payload: JSON.stringify(one),
  }));
  return shuffle(events, createRandom(seed));
}

/** The events of several histories, each in the order of its lots; only the first has a body without names. */
async function inLots(told: readonly PlannedHistory[]): Promise<StoredEvent[][]> {
  const seen = new Set<string>();
  const lists: StoredEvent[][] = [];
  for (const [n, { specs, plan }] of told.entries()) {
    const own = (await storeAll(specs, `~${String(n)}`)).filter(({ id }) => !seen.has(id));
    for (const { id } of own) seen.add(id);
    const lot = (at: number): number => (plan.lots[at % plan.lots.length] ?? 0) + at / 1_000;
    const drawn = own.map((one, at) => ({ one: { ...one, typeHint: null }, lot: lot(at) }));
    lists.push(drawn.toSorted((a, b) => a.lot - b.lot).map(({ one }) => one));
  }
  return lists;
}

/** Expects no row in the format of version 0.2. */
async function expectNothingOld(): Promise<void> {
  for (const entity of entityNames) {
    expect(await rows(`SELECT 1 FROM ${entity} WHERE ${isToRenew[entity]}`), entity).toEqual([]);
  }
  expect(await rows(`SELECT id FROM webhook_events WHERE ${isToReread}`)).toEqual([]);
}

async function everything(): Promise<string> {
  const tables = [...entityNames, "webhook_events", "notifications", "order_contacts"];
  const results = await env.DB.batch(
    tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`)),
  );
  return JSON.stringify(results.map((result) => result.results));
}

beforeEach(async () => {
  await clearTables();
  await env.DB.batch(
    ["cursors", "order_contacts"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

describe("reading again what version 0.2 wrote", () => {
  it("ends where the reference model is, whichever version told what", async () => {
    const events = day(20, 1);
    const third = Math.ceil(events.length / 3);
    await tell(events.slice(0, third), "0.2");
    await tell(events.slice(third, 2 * third), "now");
    await tell(events.slice(2 * third), "0.2");
    await runCron();
    await expectNothingOld();
    await expectModel(modelOf(events, judged));
  });

  it(`so does any history (${String(runs)} of them)`, { timeout: 3_600_000 }, async () => {
    console.info(`reread: runs ${String(runs)}, seed ${String(seed)}`);
    await fc.assert(
      fc.asyncProperty(
        histories(12),
        fc.array(fc.array(fc.constantFrom("0.2", "now"), { minLength: 1, maxLength: 12 }), {
          minLength: SIDE_BY_SIDE,
          maxLength: SIDE_BY_SIDE,
        }),
        fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 12 }),
        async (told, versions, crons) => {
          // Version 0.2 has no imports.
          const lists = await inLots(
            told.map(({ specs, plan }) => ({
              specs: specs.map((spec) => ({ ...spec, isImport: false })),
              plan,
            })),
          );
          const longest = Math.max(...lists.map((events) => events.length));
          await clearTables();
          for (let at = 0; at < longest; at += 1) {
            if (crons[at % crons.length] === 0) await runCron();
            for (const version of ["0.2", "now"] as const) {
              const now = lists.flatMap((events, history) => {
                const own = versions[history] ?? ["0.2"];
                return own[at % own.length] === version ? (events[at] ?? []) : [];
              });
              await tell(now, version);
            }
          }
          await runCron();
          await expectNothingOld();
          await expectModel(modelOf(lists.flat(), judged));
        },
      ),
      { numRuns: Math.ceil(runs / SIDE_BY_SIDE), seed },
    );
  });

  it("notifies nobody, and a second time changes nothing", async () => {
    await tell(day(5, 100), "0.2");
    const before = await rows("SELECT * FROM notifications ORDER BY id");
    await runCron();
    expect(await rows("SELECT * FROM notifications ORDER BY id")).toEqual(before);
    const once = await everything();
    await runCron();
    expect(await everything()).toBe(once);
    expect(await loadUnread(env.DB, [])).toEqual([]);
  });

  it("asks the database twice where there is nothing to do", async () => {
    const breaker = new Breaker();
    await runCron(breaker.database(env.DB));
    expect(breaker.calls).toEqual(["D1 batch", "D1 all"]);
  });

  it("goes on where it was when it dies", { timeout: 60_000 }, async () => {
    const events = day(3, 200);
    await tell(events, "0.2");
    let deaths = 0;
    for (let call = 0; call < 10_000; call += 7) {
      const fault = call % 2 === 0 ? "fails after" : "fails before";
      const breaker = new Breaker({ call, fault });
      try {
        await runCron(breaker.database(env.DB));
        if (breaker.calls.length <= call) break;
      } catch {
        deaths += 1;
      }
    }
    expect(deaths).toBeGreaterThan(0);
    await runCron();
    await expectNothingOld();
    await expectModel(modelOf(events, judged));
  });

  it("puts right what a late event has overwritten, as 0.2 lets it", async () => {
    const events = [
      event("order.confirmed", "09:00", { order_number: "A", grand_total: 90, currency: "INR" }),
      event("order.confirmed", "12:00", { order_number: "A", status: "shipped", grand_total: 120 }),
      event("order.confirmed", "10:00", {
        order_number: "A",
        status: "awaiting_shipment",
        grand_total: 100,
      }),
    ];
    await tell(events.slice(0, 2), "now");
    await tell(events.slice(2), "0.2");
    expect(await row("SELECT status FROM orders")).toEqual({ status: "awaiting_shipment" });
    await runCron();
    expect(await row("SELECT status, grand_total_micros FROM orders")).toEqual({
      status: "shipped",
      grand_total_micros: 120_000_000,
    });
    await expectModel(modelOf(events, judged));
  });

  it("redoes what follows for an order that a payment has left", async () => {
    const events = [
      event("payment.success", "08:00", { request_number: "Q", order_number: "A", amount: 10 }),
      event("payment.success", "09:00", { request_number: "P", order_number: "A", amount: 20 }),
      event("payment.success", "10:00", { request_number: "P", order_number: "B", amount: 20 }),
    ];
    await tell(events.slice(0, 2), "now");
    await tell(events.slice(2), "0.2");
    // For 0.2, a current precedence looks as if one event had set snapshot and payment.
    await env.DB.prepare("UPDATE orders SET payment_status = NULL").run();
    await runCron();
    await expectModel(modelOf(events, judged));
  });

  it("lets today's events through that what 0.2 wrote overrides", async () => {
    const events = [
      event("shipment.created", "09:00", { reference_number: "S", status: "packed" }),
      event("shipment.updated", "10:00", { reference_number: "S", status: "in_transit" }),
    ];
    await tell(events.slice(0, 1), "0.2");
    await tell(events.slice(1), "now");
    expect(await row("SELECT status FROM shipments")).toEqual({ status: "packed" });
    // It did not win, which is not an error as long as the other one is still to be read again.
    expect(await rows("SELECT * FROM state_audit")).toEqual([]);
    await renew({ db: env.DB, now });
    expect(await rows("SELECT * FROM state_audit")).toEqual([]);
    await reread({ db: env.DB, now, defaults });
    expect(await row("SELECT status FROM shipments")).toEqual({ status: "in_transit" });
    await env.DB.prepare("UPDATE shipments SET status_precedence = ''").run();
    expect(await rows("SELECT subject_id FROM state_audit")).toHaveLength(2);
  });

  it("says of each event what it is today, and which type its URL gave", async () => {
    const body = { order_number: "B", status: "confirmed", order_items: [] };
    const bare = {
      id: "bare",
      typeHint: "order.confirmed",
      receivedAt: NOW,
      payload: JSON.stringify(body),
    };
    const odd = event("coupon.created", "09:00", { order_number: "B" }, "odd");
    await tell([bare, odd], "0.2");
    await runCron();
    expect(
      await rows(
        "SELECT id, form, event_type, type_hint, subject_id, status FROM webhook_events ORDER BY id",
      ),
    ).toEqual([
      {
        id: "bare",
        form: "bare",
        event_type: "order.confirmed",
        type_hint: "order.confirmed",
        subject_id: "B",
        status: "processed",
      },
      {
        id: "odd",
        form: "envelope",
        event_type: "coupon.created",
        type_hint: null,
        subject_id: null,
        status: "ignored",
      },
    ]);
  });

  it("finds what today's code received and 0.2 applied", async () => {
    const events = [event("order.confirmed", "09:00", { order_number: "C", status: "shipped" })];
    await receive(events, "now");
    await tell(events, "0.2");
    expect(await row("SELECT form FROM webhook_events")).toEqual({ form: "envelope" });
    await runCron();
    await expectNothingOld();
    await expectModel(modelOf(events, judged));
  });

  it("finds what comes back from an archive that 0.2 wrote", async () => {
    const events = [
      event("order.confirmed", "09:00", { order_number: "D", grand_total: 90, currency: "INR" }),
      event("order.confirmed", "10:00", { order_number: "D", status: "shipped" }),
    ];
    await tell(events, "0.2");
    const columns = archivedColumns.filter((name) => name !== "form" && name !== "type_hint");
    const line = await env.DB.prepare(
      `SELECT rowid AS place, ${columns.join(", ")}, payload FROM webhook_events WHERE id = ?1`,
    )
      .bind(events[0]?.id)
      .first<ArchivedEvent>();
    expect(line).not.toBeNull();
    await runCron();
    await env.DB.prepare("DELETE FROM webhook_events WHERE id = ?1").bind(events[0]?.id).run();
    await restoreEvents(env.DB, line === null ? [] : [line], NOW, 0);
    expect(await rows(`SELECT id FROM webhook_events WHERE ${isToReread}`)).toEqual([
      { id: events[0]?.id },
    ]);
    await runCron();
    await expectNothingOld();
    await expectModel(modelOf(events, judged));
  });

  it("leaves an event alone that waits, and one that fails holds up no other", async () => {
    await tell(day(2, 300), "0.2");
    const [first, waiting] = await rows(
      "SELECT id FROM webhook_events WHERE status = 'processed' ORDER BY id LIMIT 2",
    );
    await env.DB.prepare(
      "UPDATE webhook_events SET status = 'received', status_precedence = NULL WHERE id = ?1",
    )
      .bind(waiting?.["id"] ?? "")
      .run();
    await env.DB.prepare(
      `CREATE TRIGGER refusal BEFORE UPDATE OF form ON webhook_events WHEN old.id = '${String(first?.["id"])}'
       BEGIN SELECT RAISE(ABORT, 'refused'); END`,
    ).run();
    try {
      await runCron();
    } finally {
      await env.DB.prepare("DROP TRIGGER refusal").run();
    }
    const left = await rows(`SELECT id FROM webhook_events WHERE ${isToReread} ORDER BY id`);
    expect(left).toEqual([first, waiting]);
  });
});

describe("an order whose bodies are purged", () => {
  const columns =
    "order_number, status, payment_status, grand_total_micros, paid_micros, customer_email, items";
  const parts = "SELECT payment_id, status, amount_micros, order_number FROM payments ORDER BY 1";
  const parcels = "SELECT shipment_id, status, awb_no, order_number FROM shipments ORDER BY 1";

  async function values(): Promise<unknown> {
    return [
      await rows(`SELECT ${columns} FROM orders ORDER BY 1`),
      await rows(parts),
      await rows(parcels),
    ];
  }

  const purge = "UPDATE webhook_events SET payload = NULL, outbox = NULL";

  it("keeps what they said through the migration and the cron", async () => {
    await migrateUpTo("0012");
    // The migration of the forms recreates its table.
    const forms = ["form", "type_hint"].map((name) => ({
      add: `ALTER TABLE webhook_events ADD ${name} text`,
      drop: `ALTER TABLE webhook_events DROP ${name}`,
    }));
    // Tables that current code reads when it writes a message; 0.2 had neither.
    const looked = ["message_switches", "channels", "archived_keys", "reported_facts"].map(
      (table) => ({
        add: `CREATE TABLE ${table} (template text, channel text, key text, fact text)`,
        drop: `DROP TABLE ${table}`,
      }),
    );
    const added = [...forms, ...columnsAddedFrom("0012"), ...looked];
    await env.DB.batch(added.map(({ add }) => env.DB.prepare(add)));
    await tell(day(10, 400), "0.2");
    const before = await values();
    await env.DB.prepare(purge).run();
    await env.DB.batch(added.toReversed().map(({ drop }) => env.DB.prepare(drop)));
    await migrateOn();
    expect(await values()).toEqual(before);
    await runCron();
    expect(await values()).toEqual(before);
    await expectNothingOld();
    expect(await rows("SELECT DISTINCT form FROM webhook_events")).toEqual([{ form: "envelope" }]);
    expect(await rows("SELECT * FROM state_audit")).toEqual([]);
  });

  it("keeps what a Worker of 0.2 applied after the migration", async () => {
    await tell(day(10, 500), "0.2");
    const before = await values();
    await env.DB.prepare(purge).run();
    await runCron();
    expect(await values()).toEqual(before);
    await expectNothingOld();
    expect(await rows("SELECT * FROM state_audit")).toEqual([]);
  });

  it("fills the columns that came later from the bodies that are left", async () => {
    const address = {
      first_name: "Asha",
      city: "Pune",
      tax_identification_number: "27AAPFU0939F1ZV",
    };
    const events = [
      event("order.confirmed", "09:00", {
        order_number: "P",
        grand_total: 90,
        promotion_discount_amount: 10,
        billing_address: address,
        shipping_address: { ...address, city: "Goa" },
        customer_note: "Ring twice",
        currency: { code: "INR" },
      }),
      event("order.completed", "11:00", { order_number: "P", status: "complete" }),
    ];
    await tell(events, "0.2");
    expect(await row("SELECT discount_micros, billing_address FROM orders")).toEqual({
      discount_micros: null,
      billing_address: null,
    });
    await env.DB.prepare(`${purge} WHERE id = ?1`).bind(events[1]?.id).run();
    await runCron();
    expect(
      await row(
        `SELECT status, grand_total_micros, discount_micros, payable_micros, customer_note,
          billing_address->>'tax_identification_number' AS gstin FROM orders`,
      ),
    ).toEqual({
      status: "complete",
      grand_total_micros: 90_000_000,
      discount_micros: 10_000_000,
      payable_micros: 90_000_000,
      customer_note: "Ring twice",
      gstin: "27AAPFU0939F1ZV",
    });
    await expectNothingOld();
  });

  it("takes on what is new, and keeps the rest", async () => {
    const events = [
      event("order.confirmed", "09:00", {
        order_number: "P",
        grand_total: 90,
        customer_email: "a@example.com",
      }),
      event("order.confirmed", "10:00", { order_number: "P", status: "shipped" }),
      event("order.confirmed", "09:30", {
        order_number: "P",
        status: "awaiting_shipment",
        grand_total: 95,
      }),
    ];
    await tell(events.slice(0, 1), "0.2");
    await env.DB.prepare(purge).run();
    await tell(events.slice(1), "0.2");
    await runCron();
    expect(await row("SELECT status, grand_total_micros, customer_email FROM orders")).toEqual({
      status: "shipped",
      grand_total_micros: 95_000_000,
      customer_email: "a@example.com",
    });
    await expectNothingOld();
  });
});

/**
 * Retention at its limits: which data is removed when, that no repeat of a removed event counts as new, and that
 * interrupted runs continue.
 */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import { countStretch } from "../../src/store/inbox/counts";
import { auditSlice } from "../../src/store/state/audit";
import { deleteTestEvent } from "../../src/store/inbox/inspection";
import { loadSystemStatus } from "../../src/store/overview";
import { markStuck } from "../../src/store/inbox/waiting";
import { purgeWhenDue } from "../../src/upkeep/retention";
import { hand } from "../faults/drive";
import { row, rows } from "../support/receiver";
import {
  clearAll,
  days,
  messageOf,
  plainEnv,
  purgeAt,
  RECEIVED_AT,
  settle,
  stored,
  told,
} from "./aged";

beforeEach(clearAll);

describe("a round that has found all there was", () => {
  const due = async (now: string): Promise<void> => {
    const of = { db: env.DB, archive: null, days: 90, dedupeDays: 400, maxBytes: 10e9 };
    await purgeWhenDue({ ...of, now: () => new Date(now) });
  };
  const bodies = "SELECT count(payload) AS bodies FROM webhook_events";

  it("is followed by an hour of rest, in which nothing is looked at", async () => {
    await due(RECEIVED_AT);
    await settle([told(), days(RECEIVED_AT, -100)]);
    await due(addMs(RECEIVED_AT, 3_599_999));
    expect(await rows(bodies)).toEqual([{ bodies: 1 }]);
    await due(addMs(RECEIVED_AT, 3_600_000));
    expect(await rows(bodies)).toEqual([{ bodies: 0 }]);
  });
});

describe("a row whose time is up before its body's", () => {
  it("waits for it", async () => {
    const event = told({ created_at: days(RECEIVED_AT, -1) });
    await settle([event, RECEIVED_AT]);
    await purgeAt(days(RECEIVED_AT, 89), { dedupeDays: 7 });
    expect(await stored(event.id)).toMatchObject({ payload: expect.any(String) as unknown });
    await purgeAt(days(RECEIVED_AT, 92), { dedupeDays: 7 });
    expect(await stored(event.id)).toBe(null);
  });
});

describe("the body of a settled event", () => {
  it("goes RETENTION_DAYS after receipt, to the millisecond; all that tells a repeat stays", async () => {
    const event = told();
    await settle([event, RECEIVED_AT]);
    const before = await stored(event.id);
    expect(await purgeAt(addMs(days(RECEIVED_AT, 90), -1))).toMatchObject({ bodies: 0, rows: 0 });
    expect(await stored(event.id)).toEqual(before);
    expect(await purgeAt(days(RECEIVED_AT, 90))).toMatchObject({ bodies: 1, rows: 0 });
    expect(await stored(event.id)).toEqual({ ...before, payload: null });
    await hand(plainEnv, "ce-events", [messageOf(event, days(RECEIVED_AT, 91))]);
    expect(await stored(event.id)).toEqual({ ...before, payload: null });
    expect(await rows("SELECT status FROM orders")).toEqual([{ status: "confirmed" }]);
  });

  it("stays while it may yet be applied: received, failed and quarantined events keep theirs", async () => {
    const events = ["received", "failed", "quarantined", "ignored", "processed"].map((status) => ({
      status,
      event: told(),
    }));
    await settle(...events.map(({ event }) => [event, RECEIVED_AT] as const));
    await env.DB.batch(
      events.map(({ event, status }) =>
        env.DB.prepare("UPDATE webhook_events SET status = ?2 WHERE id = ?1").bind(
          event.id,
          status,
        ),
      ),
    );
    await purgeAt(days(RECEIVED_AT, 300));
    const kept = await rows(
      "SELECT status FROM webhook_events WHERE payload IS NOT NULL ORDER BY 1",
    );
    expect(kept.map(({ status }) => status)).toEqual(["failed", "quarantined", "received"]);
    // Events that settle late are purged too.
    await env.DB.prepare("UPDATE webhook_events SET status = 'processed'").run();
    expect((await purgeAt(days(RECEIVED_AT, 300))).bodies).toBe(3);
  });
});

describe("the row", () => {
  const gone = days(RECEIVED_AT, 402);

  it("goes two days after DEDUPE_DAYS, from the later of receipt and its own time", async () => {
    const late = told({ created_at: days(RECEIVED_AT, -30) });
    const ahead = told({ created_at: addMs(RECEIVED_AT, 72_000_000) });
    await settle([late, RECEIVED_AT], [ahead, RECEIVED_AT]);
    await purgeAt(addMs(gone, -1));
    expect(await stored(late.id)).toMatchObject({ payload: null });
    expect(await purgeAt(gone)).toMatchObject({ rows: 1 });
    expect(await stored(late.id)).toBeNull();
    await purgeAt(addMs(gone, 71_999_999));
    expect(await stored(ahead.id)).not.toBeNull();
    await purgeAt(addMs(gone, 72_000_000));
    expect(await stored(ahead.id)).toBeNull();
  });

  it("of what was never applied goes then too, with its body; not while it still waits", async () => {
    const events = ["received", "failed", "quarantined"].map((status) => ({
      status,
      event: told(),
    }));
    await settle(...events.map(({ event }) => [event, RECEIVED_AT] as const));
    for (const { event, status } of events) {
      await env.DB.prepare("UPDATE webhook_events SET status = ?2 WHERE id = ?1")
        .bind(event.id, status)
        .run();
    }
    await purgeAt(gone);
    expect(await rows("SELECT status, payload IS NULL AS bare FROM webhook_events")).toEqual([
      { status: "received", bare: 0 },
    ]);
  });

  it("of an event that states no time is known for DEDUPE_DAYS from its receipt", async () => {
    const undated = told({ created_at: undefined });
    const odd = told({ created_at: undefined, data: "none" });
    await settle([undated, RECEIVED_AT], [odd, RECEIVED_AT]);
    await purgeAt(days(RECEIVED_AT, 399));
    expect(await stored(undated.id)).not.toBeNull();
    expect(await stored(odd.id)).not.toBeNull();
    await purgeAt(days(RECEIVED_AT, 402));
    expect(await stored(undated.id)).toBeNull();
    expect(await stored(odd.id)).toBeNull();
  });

  it("stays where a time was not believed because it lay ahead: it will be believed one day", async () => {
    const event = told({ created_at: days(RECEIVED_AT, 500), timestamp: RECEIVED_AT });
    await settle([event, RECEIVED_AT]);
    expect(await stored(event.id)).toMatchObject({ occurred_at: RECEIVED_AT });
    await purgeAt(days(RECEIVED_AT, 95));
    await purgeAt(days(RECEIVED_AT, 600));
    expect(await stored(event.id)).not.toBeNull();
  });
});

describe("a repeat", () => {
  it(
    "of whatever was purged, whenever it comes, is known or refused",
    { timeout: 30_000 },
    async () => {
      const span = (most: number) => fc.integer({ min: 0, max: most }).map((ms) => ms * 1_000);
      const year = 400 * 86_400;
      await fc.assert(
        fc.asyncProperty(
          // Its own time before receipt, or up to a day ahead of it; then purges, then the repeat.
          fc.oneof(
            span(10 * 86_400).map((ms) => -ms),
            span(86_400),
            fc.constantFrom(86_400_000, 0, -1),
          ),
          fc.oneof(
            span(2 * year),
            fc.constantFrom(402, 403, 400).map((d) => d * 86_400_000),
          ),
          fc.oneof(fc.constantFrom(0, 1), span(86_400)),
          async (own, purged, wait) => {
            await env.DB.prepare("DELETE FROM webhook_events").run();
            const event = told({ created_at: addMs(RECEIVED_AT, own) });
            await settle([event, RECEIVED_AT]);
            const first = await stored(event.id);
            const purgedAt = addMs(RECEIVED_AT, purged);
            await purgeAt(purgedAt);
            const isGone = (await stored(event.id)) === null;
            await hand(plainEnv, "ce-events", [messageOf(event, addMs(purgedAt, wait))]);
            const again = await stored(event.id);
            expect({
              status: again?.["status"],
              isTooOld: String(again?.["error"]).startsWith("too old"),
              received_at: again?.["received_at"],
            }).toEqual({
              status: isGone ? "ignored" : "processed",
              isTooOld: isGone,
              received_at: isGone ? addMs(purgedAt, wait) : first?.["received_at"],
            });
          },
        ),
        { numRuns: 60, seed: Number(env.TEST_SEED) },
      );
    },
  );
});

describe("walks over the inbox", () => {
  it("see the event that takes the place of a row that is gone", async () => {
    await settle([told(), RECEIVED_AT], [told(), RECEIVED_AT]);
    const later = days(RECEIVED_AT, 402);
    await markStuck(env.DB, later, later, 100);
    await countStretch(env.DB, later, later);
    await auditSlice(env.DB, 100);
    expect(await purgeAt(later)).toMatchObject({ rows: 2 });
    const fresh = told();
    await settle([fresh, later]);
    expect((await stored(fresh.id))?.["place"]).toBe(1);
    await env.DB.prepare("UPDATE webhook_events SET status = 'received'").run();
    await markStuck(env.DB, days(later, 1), later, 100);
    expect(await row("SELECT push_at FROM webhook_events")).toEqual({ push_at: days(later, 1) });
    expect((await loadSystemStatus(env.DB, RECEIVED_AT)).totals?.events).toBe(3);
    await env.DB.prepare("UPDATE webhook_events SET status = 'processed'").run();
    await countStretch(env.DB, days(later, 1), later);
    expect((await loadSystemStatus(env.DB, RECEIVED_AT)).totals?.events).toBe(3);
  });

  it("step back behind a test event that is taken out again", async () => {
    const test = told({ event_type: "receiver.test" });
    await settle([test, RECEIVED_AT]);
    await markStuck(env.DB, RECEIVED_AT, RECEIVED_AT, 100);
    expect(await deleteTestEvent(env.DB, test.id, "receiver.test")).toBe(true);
    expect(await deleteTestEvent(env.DB, test.id, "receiver.test")).toBe(false);
    expect(await rows("SELECT position FROM cursors WHERE name = 'sweep'")).toEqual([
      { position: 0 },
    ]);
  });

  it("span the gap that purged rows leave", async () => {
    const events = Array.from({ length: 6 }, () => told());
    await settle(...events.map((event) => [event, RECEIVED_AT] as const));
    await env.DB.prepare("UPDATE webhook_events SET rowid = rowid + 900000 WHERE rowid > 2").run();
    await auditSlice(env.DB, 4);
    expect(await rows("SELECT position FROM cursors WHERE name = 'audit'")).toEqual([
      { position: 900_004 },
    ]);
  });

  it("purge what lies before as well as behind where they were left", async () => {
    const events = Array.from({ length: 4 }, () => told());
    await settle(...events.map((event) => [event, RECEIVED_AT] as const));
    await env.DB.prepare("INSERT INTO cursors (name, position) VALUES ('retention', 2)").run();
    expect((await purgeAt(days(RECEIVED_AT, 90))).bodies).toBe(4);
  });

  it("are cut into slices, and remove all in one run", async () => {
    const events = Array.from({ length: 2_300 }, (_, n) => ({
      ...told(),
      id: `many-${String(n)}`,
      event_type: "unknown.type",
    }));
    await settle(...events.map((event) => [event, RECEIVED_AT] as const));
    expect((await purgeAt(days(RECEIVED_AT, 90))).bodies).toBe(2_300);
    expect((await purgeAt(days(RECEIVED_AT, 402))).rows).toBe(2_300);
  });
});

describe("a page of the database", () => {
  it("holds more than one event that has lost its body", async () => {
    const body = "x".repeat(2_500);
    const events = Array.from({ length: 400 }, () => told({ event_type: "unknown", note: body }));
    await settle(...events.map((event) => [event, RECEIVED_AT] as const));
    const size = async (): Promise<number> =>
      (await env.DB.prepare("SELECT 1").run()).meta.size_after;
    const full = await size();
    await purgeAt(days(RECEIVED_AT, 90));
    // The file keeps its size; its free pages are used again, which would fail if each page held only one such row.
    const again = events.map((event) => ({ ...event, id: `again-${event.id}` }));
    await settle(...again.map((event) => [event, days(RECEIVED_AT, 90)] as const));
    expect(await size()).toBeLessThan(full * 1.35);
  });
});

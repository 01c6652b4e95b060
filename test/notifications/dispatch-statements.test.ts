/**
 * How many statements the dispatch asks of D1, which runs one at a time: receipts wait in the same line. A statement
 * that finds nothing to do takes as long as others, so it is not sent.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { counting } from "../../bench/workers/counting";
import { dispatchIds } from "../../src/notifications/dispatch";
import { outboxRules } from "../../src/notifications/templates";
import { createDay } from "../../testbed/stories";
import { consumeAll, consumer, options, queued } from "../support/queue";
import { clearTables, NOW, readNotifications, seedEvent, seedNotification } from "../support/rows";
import { stage } from "./providers";

const EVENTS = 1_000;
const BATCH = 100;

/** The first events of a shop's day, in the order in which they happen; orders overlap. */
function events() {
  const told = createDay({ seed: 7, orders: 150, endsAtMs: Date.parse(NOW) })
    .flatMap((story) => story.events.map((event, place) => ({ event, place })))
    .toSorted((a, b) => a.place - b.place)
    .map(({ event }) => event);
  return told.slice(0, EVENTS);
}

/** Applies a batch; returns the ids in its wake-up call. */
async function apply(batch: ReturnType<typeof events>): Promise<readonly string[]> {
  const woken: string[] = [];
  const received = batch.map((event) => {
    const payload = JSON.stringify(event);
    return queued(event.id ?? "", payload, { eventType: event.event_type, receivedAt: NOW });
  });
  const interpreted = { ...options, rules: outboxRules, reviewDelayMs: 86_400_000 };
  const wake = (ids: readonly string[]) => Promise.resolve(void woken.push(...ids));
  await consumeAll(received, consumer({ options: interpreted, wake }, NOW));
  return woken;
}

/** `SELECT`, or `UPDATE` with the first column that it sets. */
function kindOf(sql: string): string {
  const [, verb = ""] = /^\s*(\w+)/.exec(sql) ?? [];
  return verb === "UPDATE" ? `${verb} ${/SET (\w+)/.exec(sql)?.[1] ?? ""}` : verb;
}

async function kindsOf(ids: readonly string[], set = stage()): Promise<readonly string[]> {
  const { db, statements } = counting(env.DB);
  await dispatchIds(ids, { ...set.deps, db });
  return statements.map(({ sql }) => kindOf(sql));
}

beforeEach(clearTables);

describe("the dispatch", () => {
  it("of the messages of 1,000 events takes about 50 statements", { timeout: 60_000 }, async () => {
    const all = events();
    const set = stage();
    const kinds: string[] = [];
    for (let start = 0; start < EVENTS; start += BATCH) {
      const ids = await apply(all.slice(start, start + BATCH));
      kinds.push(...(await kindsOf(ids, set)));
    }
    expect(set.provider.asked.length).toBeGreaterThan(EVENTS / 2);
    expect(await readNotifications("status = 'sent'")).toHaveLength(set.provider.asked.length);
    // Two reads, a claim and a write of outcomes for each slice. On a busy machine, a channel may end later than others.
    expect(kinds.length).toBeLessThanOrEqual(60);
    expect(kinds.filter((kind) => kind !== "UPDATE status").length).toBeLessThanOrEqual(36);
  });

  it("asks only what a message needs", async () => {
    await seedNotification({ id: "alert/dead_letter/2026-11-24T10/team" }, { kind: "alert" });
    expect(await kindsOf(["alert/dead_letter/2026-11-24T10/team"])).toEqual([
      "SELECT",
      "SELECT",
      "UPDATE next_attempt_at",
      "UPDATE status",
    ]);
    expect(await kindsOf(["alert/dead_letter/2026-11-24T10/team"])).toEqual(["SELECT", "SELECT"]);
  });

  it("of forwards reads no rules of messages, and writes its outcomes together", async () => {
    const ids = ["evt-1", "evt-2", "evt-3"].map((id) => `forward/${id}/forward`);
    for (const id of ["evt-1", "evt-2", "evt-3"]) {
      await seedEvent({ id });
      await seedNotification({ id: `forward/${id}/forward`, event_id: id });
    }
    expect(await kindsOf(ids)).toEqual([
      // The forwards, their events, the endpoints, the first that waits.
      "SELECT",
      "SELECT",
      "SELECT",
      "SELECT",
      "UPDATE next_attempt_at",
      "UPDATE status",
    ]);
    expect(await readNotifications("status = 'sent'")).toHaveLength(3);
  });
});

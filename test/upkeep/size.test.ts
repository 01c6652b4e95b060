/**
 * The size of the database: it is known and reported in time, and near the limit some data, and only that, is removed
 * sooner.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Alert } from "../../src/store/outbox/alerts";
import { keepSize, loadSize, sizeFrom } from "../../src/store/retention/database-size";
import { watchSize } from "../../src/upkeep/watch/size";
import { rows } from "../support/receiver";
import { seedNotification } from "../support/rows";
import { bucket, clearAll, days, purgeAt, RECEIVED_AT, settle, stored, told } from "./aged";

beforeEach(async () => {
  await clearAll();
  await env.DB.exec("DELETE FROM database_sizes");
});

const NOW = "2026-11-27T10:00:00.000Z";
const GB = 1e9;

/** `kept`: bytes by day. */
function sizeWith(bytes: number, kept: Readonly<Record<string, number>>) {
  const sizes = Object.entries(kept).map(([day, size]) => ({ day, bytes: size }));
  return sizeFrom(sizes, bytes, 10 * GB, NOW);
}

describe("the day on which the database is full", () => {
  it("follows from the growth of the last days", () => {
    const kept = { "2026-11-17": 6 * GB, "2026-11-26": 6.9 * GB };
    expect(sizeWith(7 * GB, kept)).toMatchObject({ growth: GB / 10, fullOn: "2026-12-27" });
  });

  it("looks back thirty days", async () => {
    await keepSize(env.DB, 1e15, "2026-10-27T00:00:00.000Z");
    await keepSize(env.DB, 0, "2026-10-28T00:00:00.000Z");
    const { bytes, growth } = await loadSize(env.DB, 10 * GB, NOW);
    expect(growth).toBe(Math.round(bytes / 30));
  });

  it("is known up to a year before", () => {
    const kept = { "2026-11-26": 6 * GB };
    expect(sizeWith(6 * GB + 1.1e7, kept).fullOn).toBe("2027-11-24");
  });

  it("is today where it is full already", () => {
    expect(sizeWith(11 * GB, { "2026-11-26": 10 * GB }).fullOn).toBe("2026-11-27");
  });

  it.each([
    ["before the second day", 7 * GB, { "2026-11-27": 7 * GB }, null],
    ["before the first", 7 * GB, {}, null],
    ["where it does not grow", 7 * GB, { "2026-11-26": 7 * GB }, 0],
    ["where it shrinks", 6 * GB, { "2026-11-26": 7 * GB }, -GB],
    ["where it would take centuries", GB + 1, { "2026-11-26": GB }, 1],
    ["where it would take eleven years", 6 * GB + 1e6, { "2026-11-26": 6 * GB }, 1e6],
    ["where it would take thirteen months", 6 * GB + 1e7, { "2026-11-26": 6 * GB }, 1e7],
  ])("is not known %s", (_, bytes, kept, growth) => {
    expect(sizeWith(bytes, kept)).toMatchObject({ growth, fullOn: null });
  });
});

/** The value of `maxBytes` of which the database now uses this share. */
async function filling(share: number): Promise<number> {
  const { bytes } = await loadSize(env.DB, 1, NOW);
  expect(bytes).toBeGreaterThan(100_000);
  return bytes / share;
}

async function alertsAt(share: number, now = NOW): Promise<readonly Alert[]> {
  const alerts: Alert[] = [];
  await watchSize({
    db: env.DB,
    now: () => new Date(now),
    maxBytes: await filling(share),
    raiseAlert: (alert) => {
      alerts.push(alert);
      return Promise.resolve();
    },
  });
  return alerts;
}

describe("the cron", () => {
  it("keeps one size a day, for 400 days", async () => {
    await keepSize(env.DB, 1, "2025-10-22T00:00:00.000Z");
    await keepSize(env.DB, 2, "2025-10-23T00:00:00.000Z");
    await alertsAt(0.5);
    await alertsAt(0.5, "2026-11-27T23:59:00.000Z");
    const kept = await rows("SELECT day, bytes > 2 AS is_size FROM database_sizes ORDER BY day");
    expect(kept).toEqual([
      { day: "2025-10-23", is_size: 0 },
      { day: "2026-11-27", is_size: 1 },
    ]);
  });

  it("alerts the team once a day from 70 % on, with the day", async () => {
    expect(await alertsAt(0.69)).toEqual([]);
    const tomorrow = "2026-11-28T00:01:00.000Z";
    await env.DB.exec("UPDATE database_sizes SET bytes = bytes - 1000");
    const [alert, ...others] = await alertsAt(0.71, tomorrow);
    expect(others).toEqual([]);
    expect(alert?.kind).toBe("database_size");
    expect(alert?.text).toMatch(/^The database is 7[01] % full .*it is full on \d{4}-\d\d-\d\d/);
    expect(await alertsAt(0.99, "2026-11-28T12:00:00.000Z")).toEqual([]);
  });

  it("alerts nobody where as much leaves as comes, but from 85 % on", async () => {
    const { bytes } = await loadSize(env.DB, 1, NOW);
    await keepSize(env.DB, bytes, "2026-11-26T10:00:00.000Z");
    expect(await alertsAt(0.84)).toEqual([]);
    await env.DB.exec("DELETE FROM database_sizes WHERE day = '2026-11-27'");
    const [alert] = await alertsAt(0.86);
    expect(alert?.text).toMatch(/^The database is 8[56] % full \(DATABASE_MAX_MB\)\. See /);
  });
});

describe("bodies in a database that fills up", () => {
  const age = async (atDay: number, share: number, archive: R2Bucket | null) => {
    const event = told();
    await settle([event, RECEIVED_AT]);
    const maxBytes = await filling(share);
    await purgeAt(days(RECEIVED_AT, atDay), { archive, maxBytes });
    return (await stored(event.id))?.["payload"] === null ? "left" : "kept";
  };

  it.each([
    [0.84, 89, "kept"],
    [0.86, 29, "kept"],
    [0.86, 31, "left"],
    [0.91, 13, "kept"],
    [0.91, 15, "left"],
    [0.96, 6, "kept"],
    [0.96, 8, "left"],
  ])("at %f of it, after %i days, are %s", async (share, atDay, what) => {
    expect(await age(atDay, share, bucket())).toBe(what);
  });

  it("stay as long as ever where no archive has them", async () => {
    expect(await age(89, 0.99, null)).toBe("kept");
  });

  it("never stay longer than RETENTION_DAYS says", async () => {
    const event = told();
    await settle([event, RECEIVED_AT]);
    const maxBytes = await filling(0.86);
    await purgeAt(days(RECEIVED_AT, 6), { archive: bucket(), days: 5, maxBytes });
    expect(await stored(event.id)).toMatchObject({ payload: null });
  });

  it("leave alone: what no archive has stays", async () => {
    const event = told({ event_type: "order.confirmed" });
    await settle([event, RECEIVED_AT]);
    await env.DB.exec("UPDATE notifications SET status = 'sent', recipient = 'a@example.com'");
    const maxBytes = await filling(0.99);
    await purgeAt(days(RECEIVED_AT, 60), { archive: bucket(), maxBytes });
    expect(await stored(event.id)).toMatchObject({ payload: null });
    const [message] = await rows("SELECT recipient FROM notifications LIMIT 1");
    expect(message).toEqual({ recipient: "a@example.com" });
  });

  it("take no forward along that still has its body, since it was restored", async () => {
    const event = told();
    await settle([event, RECEIVED_AT]);
    await env.DB.prepare("UPDATE webhook_events SET keep_until = ?1")
      .bind(days(RECEIVED_AT, 15))
      .run();
    const forward = { template: "forward", channel: "forward", endpoint: "default" };
    const state = { status: "pending", event_id: event.id, created_at: RECEIVED_AT };
    await seedNotification({ id: `forward/${event.id}/forward`, ...forward, ...state });
    const maxBytes = await filling(0.96);
    const status = "SELECT status FROM notifications WHERE template = 'forward'";
    await purgeAt(days(RECEIVED_AT, 8), { archive: bucket(), maxBytes });
    expect(await rows(status)).toEqual([{ status: "pending" }]);
    await purgeAt(days(RECEIVED_AT, 16), { archive: bucket(), maxBytes });
    await purgeAt(days(RECEIVED_AT, 17), { archive: bucket(), maxBytes });
    expect(await rows(status)).toEqual([{ status: "failed" }]);
  });
});

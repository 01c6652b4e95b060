/** The stored counts of refused deliveries: they add up, cover the last hour, and are removed. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs, DAY_MS } from "../../src/events/field-formats/time";
import { loadSystemStatus } from "../../src/store/overview";
import { loadRefusedHours, loadRefusedTotals, saveRefusals } from "../../src/store/inbox/refusals";
import { purgeOld } from "../../src/upkeep/retention";
import { row, rows } from "../support/receiver";

const NOW = "2026-11-24T10:30:00.000Z";
const MINUTE_MS = 60_000;

beforeEach(async () => {
  await env.DB.exec("DELETE FROM refused_deliveries");
  await env.DB.exec("DELETE FROM refused_totals");
});

/** Stores this number of refusals, the last of them `minutesAgo` before `now`. */
async function refuse(reason: string, deliveries: number, minutesAgo: number, now = NOW) {
  const at = addMs(now, -minutesAgo * MINUTE_MS);
  await saveRefusals(env.DB, [{ hour: at.slice(0, 13), reason, deliveries, last_at: at }]);
}

async function refusedAt(now: string): Promise<Record<string, number>> {
  const { refused } = await loadSystemStatus(env.DB, now);
  return Object.fromEntries(refused.map(({ reason, deliveries }) => [reason, deliveries]));
}

describe("the counts of refused deliveries", () => {
  it("add up by hour and reason, and keep the time of the last", async () => {
    const hour = "2026-11-24T10";
    const of = (reason: string, deliveries: number, minute: string) => ({
      hour,
      reason,
      deliveries,
      last_at: `${hour}:${minute}:00.000Z`,
    });
    await saveRefusals(env.DB, [of("wrong signature", 3, "20"), of("too large", 1, "05")]);
    // Another isolate, with a later write but an earlier last refusal.
    await saveRefusals(env.DB, [of("wrong signature", 4, "10")]);
    await saveRefusals(env.DB, [
      of("wrong signature", 1, "59"),
      { ...of("wrong signature", 2, "00"), hour: "2026-11-24T11" },
    ]);
    expect(await rows("SELECT * FROM refused_deliveries ORDER BY hour, reason")).toEqual([
      of("too large", 1, "05"),
      of("wrong signature", 8, "59"),
      { ...of("wrong signature", 2, "00"), hour: "2026-11-24T11" },
    ]);
    expect(await loadRefusedTotals(env.DB)).toEqual([
      { reason: "too large", deliveries: 1 },
      { reason: "wrong signature", deliveries: 10 },
    ]);
  });

  it("of the last hour are those of clock hours whose last one is less than an hour old", async () => {
    await refuse("wrong signature", 300, 10);
    await refuse("wrong signature", 12, 45);
    await refuse("no signature", 5, 59);
    await refuse("too large", 7, 61);
    await refuse("cut off", 9, 26 * 60);
    expect(await refusedAt(NOW)).toEqual({ "wrong signature": 312, "no signature": 5 });
    // The previous clock hour counts as a whole until an hour after its last refusal, and then not at all.
    expect(await refusedAt(addMs(NOW, 14 * MINUTE_MS))).toEqual({ "wrong signature": 312 });
    expect(await refusedAt(addMs(NOW, 15 * MINUTE_MS))).toEqual({ "wrong signature": 300 });
    expect(await refusedAt(addMs(NOW, 50 * MINUTE_MS))).toEqual({});
  });

  it("of a day are read hour by hour, newest first", async () => {
    await refuse("cut off", 9, 25 * 60);
    await refuse("too large", 7, 23 * 60);
    await refuse("wrong signature", 3, 1);
    const hours = await loadRefusedHours(env.DB, NOW);
    expect(hours.map(({ hour, deliveries }) => [hour, deliveries])).toEqual([
      ["2026-11-24T10", 3],
      ["2026-11-23T11", 7],
    ]);
  });

  it("refuse what is no count", async () => {
    const odd = { hour: "2026-11-24T10", reason: "cut off", last_at: NOW };
    await expect(saveRefusals(env.DB, [{ ...odd, deliveries: 0.5 }])).rejects.toThrow(/INTEGER/);
    expect(await rows("SELECT * FROM refused_totals")).toEqual([]);
  });
});

describe("webhook_health.refused_last_hour", () => {
  it("says the same, by the clock of the database", async () => {
    const now = new Date().toISOString();
    expect(await row("SELECT refused_last_hour AS n FROM webhook_health")).toEqual({ n: 0 });
    await refuse("wrong signature", 300, 0, now);
    await refuse("no signature", 5, 58, now);
    await refuse("too large", 7, 62, now);
    expect(await row("SELECT refused_last_hour AS n FROM webhook_health")).toEqual({ n: 305 });
    const columns = await rows("SELECT name FROM pragma_table_info('webhook_health')");
    expect(columns.at(-1)).toEqual({ name: "refused_last_hour" });
  });
});

describe("retention", () => {
  const purgeAt = async (now: string) =>
    await purgeOld({
      db: env.DB,
      archive: null,
      days: 90,
      dedupeDays: 400,
      maxBytes: 10e9,
      now: () => new Date(now),
    });

  it("removes hours with RETENTION_DAYS, and leaves the totals", async () => {
    await refuse("wrong signature", 3, 0);
    await purgeAt(addMs(NOW, 90 * DAY_MS));
    expect(await rows("SELECT deliveries FROM refused_deliveries")).toHaveLength(1);
    await purgeAt(addMs(NOW, 91 * DAY_MS));
    expect(await rows("SELECT deliveries FROM refused_deliveries")).toEqual([]);
    expect(await loadRefusedTotals(env.DB)).toEqual([{ reason: "wrong signature", deliveries: 3 }]);
  });

  it("removes a bounded number of rows in one run", async () => {
    await env.DB.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO refused_deliveries SELECT strftime('%Y-%m-%dT%H', '2025-01-01', i || ' hours'), 'cut off', 1, '2025' FROM n",
    );
    await purgeAt(NOW);
    expect(await row("SELECT count(*) AS n FROM refused_deliveries")).toEqual({ n: 3_000 });
    await purgeAt(NOW);
    await purgeAt(NOW);
    expect(await row("SELECT count(*) AS n FROM refused_deliveries")).toEqual({ n: 0 });
  });
});

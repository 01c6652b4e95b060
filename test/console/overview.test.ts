/** The first page of the console: its ranges, figures and chart, and the items that need a person. */
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ticksOf } from "../../src/console/pages/overview/chart";
import { lasting } from "../../src/console/pages/overview/figures";
import { barsOf, rangeOf } from "../../src/console/pages/overview/range";
import { saveRefusals } from "../../src/store/inbox/refusals";
import { signIn } from "../support/console";
import { fetchWith, ORIGIN, type Vars } from "../support/receiver";
import { clearTables, seedEvent, seedNotification, seedOrder, seedShipment } from "../support/rows";

const TOKEN = "let-me-in";
let cookie = "";

async function read(path: string, vars: Vars = {}, status = 200): Promise<string> {
  const request = new Request(ORIGIN + path, { headers: { cookie } });
  const response = await fetchWith({ ADMIN_TOKEN: TOKEN, ...vars }, request);
  expect(response.status, path).toBe(status);
  return await response.text();
}

/** The text of a page that a person reads. */
async function wordsOf(path: string, vars: Vars = {}, status = 200): Promise<string> {
  const text = await read(path, vars, status);
  return text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString();

beforeAll(async () => {
  cookie = await signIn(TOKEN);
});

beforeEach(async () => {
  await clearTables();
  await env.DB.exec("DELETE FROM refused_deliveries");
});

describe("a range", () => {
  const now = "2026-11-24T20:47:10.000Z";

  it("of today and of days begins at midnight in the shop's zone", () => {
    const today = rangeOf("today", now, "Asia/Kolkata");
    expect(today.from).toBe("2026-11-24T18:30:00.000Z");
    expect(today.starts).toEqual([18, 19, 20].map((hour) => `2026-11-24T${hour}:00:00.000Z`));
    expect(rangeOf("today", now, null).from).toBe("2026-11-24T00:00:00.000Z");
    expect(rangeOf("today", now, null).starts).toHaveLength(21);
    const week = rangeOf("7d", now, "Asia/Kolkata");
    expect(week.from).toBe("2026-11-18T18:30:00.000Z");
    expect(week.starts).toHaveLength(7);
    expect(week.starts.at(-1)).toBe("2026-11-24T18:00:00.000Z");
    expect(rangeOf("30d", now, null).starts.slice(0, 2)).toEqual([
      "2026-10-26T00:00:00.000Z",
      "2026-10-27T00:00:00.000Z",
    ]);
  });

  it("has a bar for each day, also where one has 23 or 25 hours", () => {
    const { starts } = rangeOf("7d", "2026-11-03T12:00:00.000Z", "America/New_York");
    expect(starts.slice(3, 6)).toEqual([
      "2026-10-31T04:00:00.000Z",
      "2026-11-01T04:00:00.000Z",
      "2026-11-02T05:00:00.000Z",
    ]);
    const long = rangeOf("today", "2026-11-02T04:59:00.000Z", "America/New_York");
    expect(long.starts).toHaveLength(25);
  });

  it("of hours covers all of them", () => {
    expect(rangeOf("24h", now, "Asia/Kolkata").from).toBe("2026-11-23T20:00:00.000Z");
    const hour = rangeOf("1h", now, null);
    expect(hour.from).toBe("2026-11-24T19:40:00.000Z");
    expect(hour.starts).toHaveLength(7);
  });

  it("puts each count into the bar in which it begins, and none before the first", () => {
    const range = rangeOf("7d", now, "Asia/Kolkata");
    const count = (start: string) => ({ start, status: "failed" as const, events: 2 });
    const bars = barsOf(range, ["2026-11-18T17", "2026-11-18T18", "2026-11-24T20"].map(count));
    expect(bars.map(({ failed, all }) => [failed, all])).toEqual([
      [2, 2],
      ...Array.from({ length: 5 }, () => [0, 0]),
      [2, 2],
    ]);
  });

  it("is chosen by links, and a wrong one is named", async () => {
    const text = await read("/console?range=7d");
    expect(text).toContain('<a href="/console?range=7d" aria-current="page">Last 7 days</a>');
    expect(text).toContain('<a href="/console?range=1h">Last hour</a>');
    // The live part keeps its range.
    expect(text).toContain('hx-get="/console?range=7d"');
    expect(await read("/console")).toContain('hx-get="/console?range=24h"');
    expect(await wordsOf("/console?range=year", {}, 400)).toMatch(/range: .*“year”/);
  });
});

describe("the scale of the chart", () => {
  it.each([
    [0, [0, 1]],
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [7, [0, 2, 4, 6, 8]],
    [37, [0, 10, 20, 30, 40]],
    [172, [0, 50, 100, 150, 200]],
    [4_001, [0, 2_000, 4_000, 6_000]],
  ])("up to %i has few ticks, all round", (most, ticks) => {
    expect(ticksOf(most)).toEqual(ticks);
  });
});

describe("how long events take", () => {
  it("is said in the unit that fits", () => {
    expect([0.4, 34, 100, 940, 61_000].map(lasting)).toEqual([
      "0 ms",
      "34 ms",
      "0.1 s",
      "0.9 s",
      "1 min 1 s",
    ]);
  });
});

describe("an empty shop", () => {
  it("is told what to do, and shown no figures", async () => {
    const text = await read("/console");
    expect(text).toContain("No authentic delivery yet.");
    for (const part of ["figures", "<svg", 'id="channels"']) expect(text).not.toContain(part);
  });

  it("with nothing in the range has words instead of zeros", async () => {
    await seedEvent({ received_at: minutesAgo(3 * 24 * 60) });
    const text = await wordsOf("/console?range=1h");
    expect(text).toContain("In the last hour, no event has come.");
    expect(text).toMatch(/Orders placed None Events None Messages None/);
    expect(text).not.toContain("As a table");
  });
});

describe("the answer at the top", () => {
  it("is that nothing went wrong, or what did", async () => {
    await seedEvent({ received_at: minutesAgo(5) });
    expect(await wordsOf("/console?range=1h")).toContain("In the last hour, nothing went wrong.");
    await seedEvent({ id: "evt-2", received_at: minutesAgo(4), status: "failed" });
    const id = "order_confirmed/ORD-1/email";
    await seedNotification({ id, status: "failed", created_at: minutesAgo(3) });
    await seedEvent({ id: "evt-3", received_at: minutesAgo(3), outbox: JSON.stringify([id]) });
    const last_at = minutesAgo(90);
    const refusal = { hour: last_at.slice(0, 13), reason: "too large", deliveries: 2, last_at };
    await saveRefusals(env.DB, [refusal]);
    expect(await wordsOf("/console?range=1h")).toContain(
      "In the last hour, 1 event could not be applied, 1 message could not be sent.",
    );
    expect(await wordsOf("/console?range=24h")).toContain("sent, 2 deliveries were refused.");
  });
});

describe("the figures", () => {
  it("are of the range, each with the list behind it", async () => {
    for (const [number, minutes] of [
      ["OLD", 3 * 24 * 60],
      ["NEW", 10],
    ] as const) {
      await seedOrder({ order_number: number, order_date: minutesAgo(minutes), paid_micros: 1e9 });
      await seedEvent({
        id: number,
        received_at: minutesAgo(minutes),
        processed_at: new Date(Date.now() - minutes * 60_000 + 800).toISOString(),
        outbox: JSON.stringify([`order_confirmed/${number}/email`]),
      });
      await seedNotification({ id: `order_confirmed/${number}/email`, status: "sent" });
    }
    const text = await wordsOf("/console?range=1h");
    expect(text).toContain("Orders placed 1 ₹4,998.00 ₹1,000.00 paid Events 1 1 applied");
    expect(text).toContain("Applied within 0.8 s half of the latest 1 event 95 % within 0.8 s");
    expect(text).toContain("Messages 100 % sent 1 sent");
    expect(await wordsOf("/console?range=7d")).toContain("Orders placed 2 ₹9,996.00");
    const html = await read("/console?range=1h");
    for (const to of [
      /class="figure" href="\/console\/orders\?from=20/,
      /class="figure" href="\/console\/events\?from=20/,
      /href="\/console\/messages\?channel=email&amp;status=sent"/,
      /href="\/console\/orders\?list=refunds_due"/,
      /<a href="\/console\/events\?from=20[^"]+" tabindex="-1"/,
    ]) {
      expect(html).toMatch(to);
    }
  });

  it("have the share of a channel's messages that failed", async () => {
    const ids = ["A", "B", "C", "D"].map((order) => `order_confirmed/${order}/email`);
    for (const [index, id] of ids.entries()) {
      await seedNotification({ id, status: index === 0 ? "failed" : "sent" });
    }
    await seedEvent({ received_at: minutesAgo(1), outbox: JSON.stringify(ids) });
    expect(await wordsOf("/console")).toMatch(/E-mail[^S]* 3 sent 1 failed \(25 %\)/);
  });
});

describe("what needs attention", () => {
  it("has since when or when last, the latest error, and what to do", async () => {
    const error = "data.grand_total: expected number";
    await seedEvent({ received_at: minutesAgo(200), status: "failed", error: "D1 was down" });
    await seedEvent({ id: "q", received_at: minutesAgo(30), status: "quarantined", error });
    const cancelled = { status: "cancelled", paid_micros: 5, cancelled_at: minutesAgo(130) };
    await seedOrder({ order_number: "DUE", ...cancelled });
    await seedOrder({ order_number: "LOST" });
    await seedShipment({ order_number: "LOST", status: "lost", updated_at: minutesAgo(70) });
    const text = await wordsOf("/console");
    for (const line of [
      "1 event failed after all retries Last error: D1 was down latest 3 h ago Read and replay",
      `data not understood Last error: ${error} latest 30 min ago Read and replay`,
      "1 refund due. since 2 h ago See the orders",
      "1 order with a parcel that did not arrive. latest 1 h ago See the orders",
    ]) {
      expect(text).toContain(line);
    }
  });

  it("has the channels that are off while messages ask for them, with how many", async () => {
    const reason = "channel not configured";
    const unsent = { status: "suppressed", reason, created_at: minutesAgo(5) };
    await seedNotification({ id: "order_confirmed/A/email", ...unsent });
    await seedNotification({ id: "order_confirmed/B/email", ...unsent });
    await seedNotification({ id: "alert/x/team", ...unsent, created_at: minutesAgo(600) });
    const off = { RESEND_API_KEY: undefined, EMAIL_FROM: undefined, SLACK_WEBHOOK_URL: undefined };
    const text = await read("/console?range=1h", off);
    expect(text).toContain("E-mail is not set up: 2 messages were not sent for that reason");
    expect(text).toContain('<a class="action" href="/console/settings#channels">Set it up</a>');
    expect(text).toMatch(/unsent\?reason=channel\+not\+configured&amp;channel=email&amp;from=20/);
    expect(text).not.toContain("Slack is not set up:");
    expect(await wordsOf("/console", off)).toContain("Slack is not set up: 1 message was not sent");
  });
});

describe("events in quarantine", () => {
  it("are led to as a list, and a single one at once", async () => {
    const one = {
      received_at: minutesAgo(30),
      status: "quarantined",
      error: "data.amount",
    } as const;
    await seedEvent({ id: "q1", ...one });
    expect(await read("/console")).toContain('<a href="/console/events/q1">1 event quarantined');
    await seedEvent({ id: "q2", ...one });
    const both = '<a href="/console/troubled?status=quarantined">2 events quarantined';
    expect(await read("/console")).toContain(both);
  });
});

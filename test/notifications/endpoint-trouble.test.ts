/** Endpoints with problems: the order of waiting forwards, requested pauses, and the alerts to people. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { resumeEndpoint } from "../../src/console/forwarding/endpoints";
import { answerStart } from "../../src/notifications/channels/forward/answer-start";
import { dispatchDue, dispatchIds } from "../../src/notifications/dispatch";
import {
  deleteEndpoint,
  type EndpointSettings,
  insertEndpoint,
  loadEndpoint,
  saveState,
  updateEndpoint,
} from "../../src/store/outbox/endpoints";
import { replayForwards } from "../../src/store/outbox/forward-replay";
import { eraseRows } from "../../src/store/privacy/erasure-rows";
import { erase } from "../../src/upkeep/erasure";
import { exportPage } from "../../src/upkeep/export";
import { defaults } from "../support/defaults";
import { event } from "../support/events";
import {
  clearTables,
  NOW,
  readNotifications,
  seedOrder,
  type StoredNotification,
} from "../support/rows";
import { arrive, sweepMessages } from "./arrivals";
import { accepts, channelsConfig, hangs, noChannels, type Stage, stage } from "./providers";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The time-out while the endpoint hangs, of real time; those that answer have longer. */
const HUNG_MS = 20;
const URL_A = "https://ep-a.test/hook";

beforeEach(clearTables);

const settings: EndpointSettings = {
  url: URL_A,
  description: "",
  event_types: ["*"],
  include_order: false,
  rate_limit: null,
};

async function addEndpoint(over: Partial<EndpointSettings> = {}, id = "ep_a"): Promise<void> {
  expect(await insertEndpoint(env.DB, id, { ...settings, ...over }, NOW)).not.toBeNull();
}

async function arriveFrom(first: number, count: number, endpoints = ["ep_a"]): Promise<void> {
  const events = Array.from({ length: count }, (_, index) =>
    event(
      "order.created",
      { order_number: `ORD-${String(first + index)}` },
      { id: `evt-${String(first + index)}` },
    ),
  );
  const forwardTo = endpoints.map((endpoint) => ({ endpoint, eventTypes: ["*"] }));
  await arrive(events, { forwardTo });
}

const received = (set: Stage): readonly string[] =>
  set.provider.asked
    .filter(({ url }) => url === URL_A)
    .map(({ headers }) => headers.get("webhook-id") ?? "");

const evt = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `evt-${String(from + index)}`);

const state = (status: "active" | "paused") =>
  ({ status, status_reason: null, failing_since: null, retry_at: null }) as const;
const pause = () => saveState(env.DB, { id: "ep_a", url: URL_A }, state("paused"), NOW);

describe("what waits for an endpoint", () => {
  it("goes out in the order of receipt once it answers again, what was tried first included", async () => {
    await addEndpoint();
    await arriveFrom(1, 12);
    let isDown = true;
    const set = stage((asked, request) => (isDown ? hangs(asked, request) : accepts(asked)));
    let draws = 0;
    const random = (): number => ((draws += 1) * 0.37) % 1;
    const deps = { ...set.deps, random };
    for (let run = 0; run < 300; run += 1) {
      await sweepMessages({ ...deps, timeoutMs: HUNG_MS });
      set.advance(MINUTE_MS);
    }
    isDown = false;
    const before = received(set).length;
    for (let run = 0; run < 120; run += 1) {
      await sweepMessages(deps);
      set.advance(MINUTE_MS);
    }
    expect(received(set).slice(before)).toEqual(evt(1, 12));
  });

  it("is not held up by a retry that is due behind it", async () => {
    await addEndpoint();
    await arriveFrom(1, 2);
    await env.DB.prepare(
      "UPDATE notifications SET awaits_sweep = 1, next_attempt_at = iif(id LIKE '%evt-1%', NULL, ?1)",
    )
      .bind(NOW)
      .run();
    const set = stage();
    await dispatchDue(set.deps);
    expect(received(set)).toEqual(evt(1, 2));
  });

  it("goes out in the order of receipt once a person resumes it, what has a time of its own included", async () => {
    await addEndpoint();
    await arriveFrom(1, 3);
    let isDown = true;
    const set = stage((asked) => (isDown ? new Response("", { status: 503 }) : accepts(asked)));
    for (let run = 0; run < 240; run += 1) {
      await sweepMessages(set.deps);
      set.advance(MINUTE_MS);
    }
    isDown = false;
    await pause();
    await arriveFrom(4, 3);
    await dispatchIds(
      evt(4, 6).map((id) => `forward/${id}/ep_a`),
      set.deps,
    );
    const before = received(set).length;
    const io = { fetch: set.provider.fetch, now: set.deps.now };
    await resumeEndpoint({ db: env.DB, channels: channelsConfig, io }, "ep_a");
    for (let run = 0; run < 120; run += 1) {
      await sweepMessages(set.deps);
      set.advance(MINUTE_MS);
    }
    expect(received(set).slice(before)).toEqual(evt(1, 6));
  });

  it("goes out once, however many runs take it", async () => {
    const twenty = Array.from({ length: 20 }, (_, index) => `ep_${String(index)}`);
    for (const id of twenty)
      await addEndpoint({ url: `https://${id.replace("_", "-")}.test/` }, id);
    await arriveFrom(1, 100, twenty);
    const set = stage();
    set.advance(2 * MINUTE_MS);
    await Promise.all([sweepMessages(set.deps), sweepMessages(set.deps), sweepMessages(set.deps)]);
    for (let run = 0; run < 4; run += 1) {
      set.advance(MINUTE_MS);
      await sweepMessages(set.deps);
    }
    expect(await readNotifications("status <> 'sent'")).toEqual([]);
    const all = set.provider.asked.map(({ url, headers }) => `${url} ${headers.get("webhook-id")}`);
    expect([all.length, new Set(all).size]).toEqual([2_000, 2_000]);
  }, 120_000);
});

describe("an endpoint", () => {
  it("that asks for a pause gets one, though it has taken some before", async () => {
    await addEndpoint();
    await arriveFrom(1, 40);
    let left = 5;
    const set = stage((asked) => {
      left -= 1;
      return left < 0
        ? new Response("", { status: 429, headers: { "retry-after": "1800" } })
        : accepts(asked);
    });
    set.advance(2 * MINUTE_MS);
    await sweepMessages(set.deps);
    const asked = received(set).length;
    for (let run = 0; run < 5; run += 1) {
      set.advance(MINUTE_MS);
      await sweepMessages(set.deps);
    }
    expect(received(set)).toHaveLength(asked);
  });

  it("that asks for a pause of years gets a day", async () => {
    await addEndpoint();
    await arriveFrom(1, 8);
    let isDown = true;
    const set = stage((asked) =>
      isDown
        ? new Response("", { status: 503, headers: { "retry-after": "999999999" } })
        : accepts(asked),
    );
    set.advance(2 * MINUTE_MS);
    await sweepMessages(set.deps);
    isDown = false;
    for (let hour = 0; hour < 30; hour += 1) {
      set.advance(HOUR_MS);
      await sweepMessages(set.deps);
    }
    expect(await readNotifications("channel = 'forward' AND status <> 'sent'")).toEqual([]);
  });

  it("that has answered since it failed begins its five days anew", async () => {
    await addEndpoint();
    await arriveFrom(1, 1);
    let status = 503;
    const set = stage(() => new Response("", { status }));
    await dispatchIds(["forward/evt-1/ep_a"], set.deps);
    status = 422;
    set.advance(MINUTE_MS);
    await sweepMessages(set.deps);
    set.advance(6 * DAY_MS);
    status = 503;
    await arriveFrom(2, 1);
    await dispatchIds(["forward/evt-2/ep_a"], set.deps);
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject({ status: "active" });
  });

  it("that falls silent after an error is told of once", async () => {
    await addEndpoint();
    await arriveFrom(1, 8);
    let isSilent = false;
    const set = stage((asked, request) =>
      asked.url !== URL_A
        ? accepts(asked)
        : isSilent
          ? hangs(asked, request)
          : new Response("", { status: 500 }),
    );
    await dispatchIds(["forward/evt-1/ep_a"], set.deps);
    isSilent = true;
    for (let run = 0; run < 200; run += 1) {
      set.advance(MINUTE_MS);
      await sweepMessages({ ...set.deps, timeoutMs: HUNG_MS });
    }
    expect(await readNotifications("id LIKE 'alert/channel_down:forward:ep_a%'")).toHaveLength(1);
  });

  it("with another URL gets events again after a 410", async () => {
    await addEndpoint();
    await arriveFrom(1, 1);
    const set = stage(() => new Response("", { status: 410 }));
    await dispatchIds(["forward/evt-1/ep_a"], set.deps);
    await updateEndpoint(env.DB, "ep_a", { ...settings, description: "old" });
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject({ status: "disabled" });
    await updateEndpoint(env.DB, "ep_a", { ...settings, url: "https://new.test/" });
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject({
      status: "active",
      status_reason: null,
    });
  });

  it("keeps the URL that somebody sets while another person pauses it", async () => {
    await addEndpoint();
    const read = await loadEndpoint(env.DB, "ep_a");
    await updateEndpoint(env.DB, "ep_a", { ...settings, url: "https://new.test/" });
    if (read !== null) await saveState(env.DB, read, state("paused"), NOW);
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject({
      status: "paused",
      url: "https://new.test/",
    });
  });

  it("that fails and is resumed while a run is under way begins anew, whatever the run has met", async () => {
    await addEndpoint();
    await arriveFrom(1, 1);
    const failing = { ...state("active"), failing_since: "2026-11-01T00:00:00.000Z" };
    await saveState(env.DB, { id: "ep_a", url: URL_A }, failing, NOW);
    const set = stage(async () => {
      await saveState(env.DB, { id: "ep_a", url: URL_A }, state("active"), NOW);
      return new Response("", { status: 503 });
    });
    await dispatchIds(["forward/evt-1/ep_a"], set.deps);
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject(state("active"));
    expect(await readNotifications("template = 'alert'")).toEqual([]);
  });

  it("that a person resumes while a run pauses it stays resumed, and nobody hears otherwise", async () => {
    await addEndpoint();
    await arriveFrom(1, 1);
    const failing = { ...state("active"), failing_since: "2026-11-01T00:00:00.000Z" };
    await saveState(env.DB, { id: "ep_a", url: URL_A }, failing, NOW);
    const set = stage(async () => {
      await updateEndpoint(env.DB, "ep_a", { ...settings, url: "https://new.test/" });
      return new Response("", { status: 503 });
    });
    await dispatchIds(["forward/evt-1/ep_a"], set.deps);
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject({ status: "active" });
    expect(await readNotifications("template = 'alert'")).toEqual([]);
  });
});

describe("an order that is forwarded with a payment", () => {
  it("is erased with its customer, though the event names no order", async () => {
    await addEndpoint({ include_order: true });
    await seedOrder({ order_number: "ORD-1" });
    const paid = event(
      "payment.success",
      { request_number: "PAY-1", amount: 10, payment_status: "success" },
      { id: "evt-1" },
    );
    const forwardTo = [{ endpoint: "ep_a", eventTypes: ["*"] }];
    await arrive([paid], { forwardTo });
    await env.DB.prepare("UPDATE payments SET order_number = 'ORD-1'").run();
    const set = stage((asked) => new Response(asked.body, { status: 200 }));
    await dispatchIds(["forward/evt-1/ep_a"], set.deps);
    const [before] = await readNotifications("channel = 'forward'");
    expect(before?.rendered).toContain("Asha Rao");
    expect(before?.attempt_log).not.toMatch(/Asha|Rao/);
    await eraseRows(env.DB, { erasureId: 1, orders: ["ORD-1"] }, [], 0);
    const [after] = await readNotifications("channel = 'forward'");
    expect(after).toMatchObject({ rendered: null, attempt_log: null });
  });
});

describe("an order that is forwarded with a payment of another order by now", () => {
  const contacts = ["asha@customer.example"];
  const holds = async (): Promise<StoredNotification | undefined> =>
    (await readNotifications("channel = 'forward'"))[0];

  it("is in the export of its customer, and erased with them", async () => {
    await addEndpoint({ include_order: true });
    await seedOrder({ order_number: "ORD-1" });
    await seedOrder({
      order_number: "ORD-2",
      customer_name: "Tom",
      customer_email: "tom@x.example",
    });
    await env.DB.prepare("INSERT INTO order_contacts (contact, order_number) VALUES (?1, 'ORD-1')")
      .bind(contacts[0])
      .run();
    const paid = event(
      "payment.success",
      { request_number: "PAY-1", amount: 10, payment_status: "success" },
      { id: "evt-1" },
    );
    await arrive([paid], { forwardTo: [{ endpoint: "ep_a", eventTypes: ["*"] }] });
    const link = (order: string) =>
      env.DB.prepare("UPDATE payments SET order_number = ?1").bind(order);
    await link("ORD-1").run();
    await dispatchIds(["forward/evt-1/ep_a"], stage().deps);
    const deps = { db: env.DB, archive: null, defaults, now: () => new Date(NOW) };
    const own = await exportPage(deps, contacts);
    expect(own?.orders[0]?.notifications).toMatchObject([
      { id: "forward/evt-1/ep_a", attempt_log: expect.stringContaining('"status":200') as unknown },
    ]);
    expect(own?.other_notifications).toEqual([]);

    await link("ORD-2").run();
    expect((await holds())?.rendered).toContain("Asha Rao");
    const moved = await exportPage(deps, contacts);
    expect(moved?.orders[0]?.notifications).toEqual([]);
    expect(moved?.other_notifications).toMatchObject([
      { id: "forward/evt-1/ep_a", rendered: expect.stringContaining("Asha Rao") as unknown },
    ]);
    expect(await erase(deps, contacts)).toMatchObject({ stage: "done" });
    expect(await holds()).toMatchObject({ status: "sent", rendered: null, attempt_log: null });
  });
});

describe("while a run is under way", () => {
  const eight = evt(1, 8).map((id) => `forward/${id}/ep_a`);
  const reasons = async (): Promise<readonly string[]> => {
    const rows = await readNotifications("channel = 'forward'");
    return [...new Set(rows.map(({ status, reason }) => `${status} ${reason ?? ""}`.trim()))];
  };

  it("pausing lets it end, and nothing more goes out until a person resumes it", async () => {
    await addEndpoint();
    await arriveFrom(1, 8);
    const set = stage(async (asked) => {
      await pause();
      return asked.headers.get("webhook-id") === "evt-3"
        ? new Response("", { status: 503 })
        : accepts(asked);
    });
    await dispatchIds(eight, set.deps);
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject({ status: "paused" });
    await arriveFrom(9, 1);
    await dispatchIds(["forward/evt-9/ep_a"], set.deps);
    set.advance(DAY_MS);
    await sweepMessages(set.deps);
    expect(received(set)).toHaveLength(8);
    const io = { fetch: set.provider.fetch, now: set.deps.now };
    const deps = { db: env.DB, channels: channelsConfig, io };
    await Promise.all([resumeEndpoint(deps, "ep_a"), resumeEndpoint(deps, "ep_a")]);
    const after = stage();
    after.advance(DAY_MS);
    await Promise.all([sweepMessages(after.deps), sweepMessages(after.deps)]);
    expect(received(after)).toEqual(["evt-3", "evt-9"]);
  });

  it("deleting it makes no new endpoint of what the run has learned", async () => {
    await addEndpoint();
    await arriveFrom(1, 8);
    const set = stage(async () => {
      await deleteEndpoint(env.DB, "ep_a");
      return new Response("", { status: 503 });
    });
    await dispatchIds(eight, set.deps);
    expect(await loadEndpoint(env.DB, "ep_a")).toBeNull();
    set.advance(HOUR_MS);
    await sweepMessages(set.deps);
    expect(await reasons()).toEqual(["suppressed endpoint deleted"]);
    expect(await readNotifications("template = 'alert'")).toEqual([]);
  });

  it("another URL gets what the one before has refused with 410", async () => {
    await addEndpoint();
    await arriveFrom(1, 12);
    const url = "https://new.test/";
    const set = stage(async (asked) => {
      if (asked.url !== URL_A) return accepts(asked);
      await updateEndpoint(env.DB, "ep_a", { ...settings, url });
      return new Response("", { status: 410 });
    });
    set.advance(2 * MINUTE_MS);
    await sweepMessages(set.deps);
    set.advance(MINUTE_MS);
    await sweepMessages(set.deps);
    const old = received(set);
    const others = set.provider.asked.flatMap(({ url: to, headers }) =>
      to === url ? [headers.get("webhook-id")] : [],
    );
    expect([...old, ...others]).toEqual(evt(1, 12));
    expect(await reasons()).toEqual(["failed endpoint gone", "sent"]);
    expect(await readNotifications("template = 'alert'")).toEqual([]);
  });

  it("two that find it failing for five days tell a person once", async () => {
    await addEndpoint();
    await arriveFrom(1, 8);
    const failing = { ...state("active"), failing_since: "2026-11-01T00:00:00.000Z" };
    await saveState(env.DB, { id: "ep_a", url: URL_A }, failing, NOW);
    const set = stage(() => new Response("", { status: 503 }));
    const later = stage(() => new Response("", { status: 503 }));
    later.advance(HOUR_MS);
    await Promise.all([
      dispatchIds(eight.slice(0, 4), set.deps),
      dispatchIds(eight.slice(4), later.deps),
    ]);
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject({ status: "paused" });
    expect(await readNotifications("template = 'alert'")).toHaveLength(1);
  });

  it("what a run has claimed and never recorded is repeated with the same id and the same bytes", async () => {
    await addEndpoint({ include_order: true });
    await seedOrder({ order_number: "ORD-1" });
    await arriveFrom(1, 1);
    const set = stage((asked) =>
      asked.url === URL_A ? Promise.reject(new Error("the Worker died")) : accepts(asked),
    );
    await dispatchIds(["forward/evt-1/ep_a"], set.deps);
    await env.DB.prepare(
      "UPDATE notifications SET in_flight = 1, next_attempt_at = ?1, attempt_log = NULL WHERE channel = 'forward'",
    )
      .bind(NOW)
      .run();
    await env.DB.prepare("UPDATE orders SET customer_name = 'Changed'").run();
    const again = stage();
    again.advance(2 * MINUTE_MS);
    await Promise.all([sweepMessages(again.deps), sweepMessages(again.deps)]);
    expect(received(again)).toEqual(["evt-1"]);
    expect(again.provider.asked[0]?.body).toBe(set.provider.asked[0]?.body);
  });

  it("a replay goes behind what is new, in the order of receipt", async () => {
    await addEndpoint({ rate_limit: 60 });
    await arriveFrom(1, 60);
    const set = stage();
    set.advance(2 * MINUTE_MS);
    for (let run = 0; run < 6; run += 1) {
      await sweepMessages(set.deps);
      set.advance(MINUTE_MS);
    }
    expect(received(set)).toEqual(evt(1, 60));
    const replay = { endpoint: "ep_a", types: ["order.created"] };
    expect((await replayForwards(env.DB, replay, 0, set.deps.now().toISOString())).forwards).toBe(
      60,
    );
    expect((await replayForwards(env.DB, replay, 0, set.deps.now().toISOString())).forwards).toBe(
      0,
    );
    await arriveFrom(61, 1);
    await dispatchIds(["forward/evt-61/ep_a"], set.deps);
    for (let run = 0; run < 6; run += 1) {
      set.advance(MINUTE_MS);
      await Promise.all([sweepMessages(set.deps), sweepMessages(set.deps)]);
    }
    expect(received(set).slice(60)).toEqual(["evt-61", ...evt(1, 60)]);
  });

  it("nothing is lost where FORWARD_SECRET goes and comes back", async () => {
    await addEndpoint();
    await arriveFrom(1, 12);
    const lost = stage(accepts, noChannels);
    lost.advance(2 * MINUTE_MS);
    await sweepMessages(lost.deps);
    expect(await reasons()).toEqual(["pending channel settings missing"]);
    const set = stage();
    set.advance(DAY_MS);
    await sweepMessages(set.deps);
    expect(received(set)).toEqual(evt(1, 12));
  });
});

describe("what is kept of an answer", () => {
  const sent = (name: string): string =>
    JSON.stringify({
      type: "order.created",
      data: { shipping_address: { name, phone: "9812345678" } },
    });

  it.each([
    ["a name that its end cuts", "Quillonia", `${"no room ".repeat(24)}for Quillonia`],
    ["a number that its end cuts", "Quillonia", `${"no room ".repeat(24)}+91 98123 45678`],
    ["a name in escapes", "आशा", String.raw`{"error":"\u0906\u0936\u093e is unknown"}`],
    ["a name with accents apart", "José", "unknown: Jose\u0301"],
  ])("has no part of %s", (_what, name, answer) => {
    const kept = answerStart(answer, sent(name));
    expect(kept).not.toMatch(/Qu|98|0906|0936|आ|Jos/);
    expect(kept).toMatch(/room|unknown/);
  });
});

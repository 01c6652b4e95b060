/** Forwarding to several endpoints: the rows that are written, their lanes, and their results. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { Webhook } from "standardwebhooks";
import { ENDPOINT_FAILS_MS, ROTATION_MS } from "../../src/limits";
import { deriveSecret } from "../../src/notifications/channels/forward/secrets";
import { dispatchDue, dispatchIds } from "../../src/notifications/dispatch";
import type { ForwardTarget } from "../../src/projection/event-filter";
import {
  deleteEndpoint,
  type EndpointSettings,
  insertEndpoint,
  loadEndpoint,
  recallForwardTargets,
  rotateSecret,
  saveState,
} from "../../src/store/outbox/endpoints";
import { eraseRows } from "../../src/store/privacy/erasure-rows";
import { event } from "../support/events";
import {
  clearTables,
  NOW,
  readNotification,
  readNotifications,
  seedOrder,
  seedNotification,
} from "../support/rows";
import { arrive, sweepMessages } from "./arrivals";
import {
  accepts,
  type Asked,
  channelsConfig,
  hangs,
  noChannels,
  type Stage,
  stage,
  impatientStage,
} from "./providers";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

beforeEach(clearTables);

async function addEndpoint(id: string, over: Partial<EndpointSettings> = {}): Promise<void> {
  const settings = {
    url: `https://${id.replace("_", "-")}.test/hook`,
    description: "",
    event_types: ["*"],
    include_order: false,
    rate_limit: null,
    ...over,
  };
  expect(await insertEndpoint(env.DB, id, settings, NOW)).not.toBeNull();
}

const wanting = (endpoint: string, ...eventTypes: readonly string[]): ForwardTarget => ({
  endpoint,
  eventTypes: eventTypes.length === 0 ? ["*"] : eventTypes,
});

const created = (number: number) =>
  event(
    "order.created",
    { order_number: `ORD-${String(number)}` },
    { id: `evt-${String(number)}` },
  );

/** Events from number `first`, each applied and with a row for the endpoint. */
async function arriveFor(endpoint: string, count: number, first = 1): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => created(first + index));
  await arrive(events, { forwardTo: [wanting(endpoint)] });
}

const idsAt = (set: Stage, host: string): readonly string[] =>
  set.provider.asked
    .filter(({ url }) => url.includes(host))
    .map(({ headers }) => headers.get("webhook-id") ?? "");

async function resume(id: string, url: string): Promise<void> {
  const active = { status: "active", status_reason: null, failing_since: null, retry_at: null };
  await saveState(env.DB, { id, url }, { ...active, status: "active" }, NOW);
}

describe("an event that is applied", () => {
  it("makes one row for each endpoint that wants its type, in the batch that applies it", async () => {
    const forwardTo = [
      wanting("default"),
      wanting("ep_pay", "payment.*"),
      wanting("ep_order", "order.created", "shipment.*"),
      wanting("ep_refund", "payment.refund.*"),
    ];
    const paid = event("payment.refund.success", { request_number: "R-1" }, { id: "evt/2" });
    await arrive([created(1), paid], { forwardTo });
    const forwards = await readNotifications("channel = 'forward'");
    expect(forwards.map(({ id }) => id)).toEqual([
      "forward/evt%2F2/ep_pay",
      "forward/evt%2F2/ep_refund",
      "forward/evt%2F2/forward",
      "forward/evt-1/ep_order",
      "forward/evt-1/forward",
    ]);
    const { results } = await env.DB.prepare(
      "SELECT n.endpoint FROM notifications n JOIN webhook_events e ON e.rowid = n.lane_place AND e.id = n.event_id WHERE n.channel = 'forward'",
    ).all();
    expect(results).toHaveLength(5);
  });

  it("makes none again when it is repeated, whatever endpoints there are by then", async () => {
    await arriveFor("ep_a", 1);
    await arrive([created(1)], { forwardTo: [wanting("ep_a")] });
    expect(await readNotifications("channel = 'forward'")).toHaveLength(1);
  });

  it("is forwarded by default where FORWARD_URL is stated, or was: not for FORWARD_SECRET alone", async () => {
    expect(await recallForwardTargets(env.DB, true, 0)).toMatchObject([{ endpoint: "default" }]);
    expect(await recallForwardTargets(env.DB, false, 10_000)).toEqual([]);
    await env.DB.prepare(
      "INSERT INTO channels (channel, first_configured_at) VALUES ('forward', ?1)",
    )
      .bind(NOW)
      .run();
    await addEndpoint("ep_a", { event_types: ["order.*"] });
    // For some seconds it uses the last result.
    expect(await recallForwardTargets(env.DB, false, 11_000)).toEqual([]);
    expect(await recallForwardTargets(env.DB, false, 20_000)).toEqual([
      { endpoint: "default", eventTypes: ["*"] },
      { endpoint: "ep_a", eventTypes: ["order.*"] },
    ]);
  });
});

describe("a forward", () => {
  it("that version 0.2 wrote goes to FORWARD_URL, with the id and the secret that it had", async () => {
    await arriveFor("default", 1);
    // Version 0.2 had no endpoints, lanes or kinds of facts.
    await env.DB.exec(
      "UPDATE notifications SET endpoint = NULL, lane_place = NULL, about = NULL, happened_at = NULL WHERE channel = 'forward'",
    );
    const set = stage(accepts);
    await sweepMessages(set.deps);
    const [asked] = set.provider.asked;
    if (asked === undefined) throw new Error("nothing was sent");
    expect(asked.url).toBe(channelsConfig.forward?.url);
    expect(asked.headers.get("webhook-id")).toBe("evt-1");
    const webhook = new Webhook(channelsConfig.forward?.secret ?? "");
    const at = new Date(Number(asked.headers.get("webhook-timestamp")) * 1_000);
    expect(asked.headers.get("webhook-signature")).toBe(webhook.sign("evt-1", at, asked.body));
    const row = await readNotification("forward/evt-1/forward");
    expect(row).toMatchObject({ status: "sent", endpoint: "default" });
  });

  it("carries the event's id and a signature of its own endpoint, which the public library accepts", async () => {
    await addEndpoint("ep_a");
    await addEndpoint("ep_b");
    await arrive([created(1)], { forwardTo: [wanting("ep_a"), wanting("ep_b")] });
    const set = stage(accepts, { ...channelsConfig, forward: null });
    await sweepMessages(set.deps);
    const master = channelsConfig.forwardSecret ?? "";
    const [secretA, secretB] = [
      await deriveSecret(master, "ep_a", 1),
      await deriveSecret(master, "ep_b", 1),
    ];
    expect(secretA).not.toBe(secretB);
    expect(set.provider.asked).toHaveLength(2);
    for (const { url, headers, body } of set.provider.asked) {
      expect(headers.get("webhook-id")).toBe("evt-1");
      const own = url.includes("ep-a") ? secretA : secretB;
      const expected = new Webhook(own).sign("evt-1", set.deps.now(), body);
      expect(headers.get("webhook-signature")).toBe(expected);
    }
  });

  it("is signed with both secrets for a day after a rotation", async () => {
    await addEndpoint("ep_a");
    const set = stage();
    await rotateSecret(env.DB, "ep_a", NOW);
    await arriveFor("ep_a", 1);
    await sweepMessages(set.deps);
    set.advance(ROTATION_MS);
    await arriveFor("ep_a", 1, 2);
    await dispatchIds(["forward/evt-2/ep_a"], set.deps);
    const signatures = set.provider.asked.map(({ headers }) =>
      headers.get("webhook-signature")?.split(" "),
    );
    const [asked] = set.provider.asked;
    const old = new Webhook(await deriveSecret(channelsConfig.forwardSecret ?? "", "ep_a", 1));
    expect(signatures.map((all) => all?.length)).toEqual([2, 1]);
    expect(signatures[0]?.[1]).toBe(old.sign("evt-1", new Date(NOW), asked?.body ?? ""));
  });

  it("carries the order as it stood at the first attempt where its endpoint wants it", async () => {
    await addEndpoint("ep_a", { include_order: true });
    await addEndpoint("ep_b");
    await seedOrder({ order_number: "ORD-1" });
    await arrive([created(1)], { forwardTo: [wanting("ep_a"), wanting("ep_b")] });
    let isDown = true;
    const set = stage((asked) =>
      isDown && asked.url.includes("ep-a") ? new Response("", { status: 500 }) : accepts(asked),
    );
    await sweepMessages(set.deps);
    await env.DB.prepare("UPDATE orders SET customer_name = 'Changed'").run();
    isDown = false;
    set.advance(MINUTE_MS);
    await sweepMessages(set.deps);
    const bodies = set.provider.asked
      .filter(({ url }) => url.includes("ep-a"))
      .map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    expect(new Set(bodies).size).toBe(1);
    const sent: unknown = JSON.parse(bodies[0] ?? "");
    expect(sent).toMatchObject({
      type: "order.created",
      order: { order_number: "ORD-1", customer_name: "Asha Rao", grand_total: 4998 },
    });
    const other = set.provider.asked.find(({ url }) => url.includes("ep-b"));
    expect(JSON.parse(other?.body ?? "")).not.toHaveProperty("order");
  });

  it("keeps its last ten attempts, without what is a person's", async () => {
    await addEndpoint("ep_a");
    const body = event(
      "order.created",
      {
        order_number: "ORD-1",
        customer_email: "asha@example.com",
        shipping_address: { name: "Asha Rao" },
      },
      { id: "evt-1" },
    );
    await arrive([body], { forwardTo: [wanting("ep_a")] });
    const said = "no room for Asha Rao <asha@example.com>, +91 98123 45678";
    const set = stage(() => new Response(said, { status: 500 }));
    for (let run = 0; run < 12; run += 1) {
      await dispatchIds(["forward/evt-1/ep_a"], set.deps);
      set.advance(3_600_000);
    }
    const row = await readNotification("forward/evt-1/ep_a");
    const log: unknown[] = JSON.parse(row.attempt_log ?? "[]");
    expect(log).toHaveLength(10);
    expect(log.at(-1)).toEqual({
      at: "2026-11-24T21:00:00.000Z",
      ms: 0,
      status: 500,
      answer: "no room for … … <…>, …",
    });
  });

  it("keeps no order and no answer of a person who was erased, and a run under way stores none again", async () => {
    await addEndpoint("ep_a", { include_order: true });
    await seedOrder({ order_number: "ORD-1" });
    await arrive([created(1), created(2)], { forwardTo: [wanting("ep_a")] });
    await dispatchIds(["forward/evt-1/ep_a"], stage().deps);
    const before = await readNotification("forward/evt-1/ep_a");
    expect(before.rendered).toContain("Asha Rao");
    await eraseRows(env.DB, { erasureId: 1, orders: ["ORD-1", "ORD-2"] }, [], 0);
    expect(await readNotification("forward/evt-1/ep_a")).toMatchObject({
      status: "sent",
      rendered: null,
      attempt_log: null,
    });
    // The fence against runs that have read the row before.
    const { status, attempts } = await readNotification("forward/evt-2/ep_a");
    expect(status).toBe("pending");
    expect(attempts).toBeGreaterThan(0);
  });

  it("of an endpoint that was deleted is suppressed", async () => {
    await addEndpoint("ep_a");
    await arriveFor("ep_a", 2);
    await deleteEndpoint(env.DB, "ep_a");
    const set = stage();
    await sweepMessages(set.deps);
    set.advance(2 * MINUTE_MS);
    await sweepMessages(set.deps);
    const rows = await readNotifications("channel = 'forward'");
    expect(rows.map(({ status, reason }) => `${status} ${reason ?? ""}`)).toEqual([
      "suppressed endpoint deleted",
      "suppressed endpoint deleted",
    ]);
    expect(set.provider.asked).toEqual([]);
  });

  it("waits while FORWARD_SECRET is missing, and a person is told", async () => {
    await addEndpoint("ep_a");
    await arriveFor("ep_a", 1);
    const lost = stage(accepts, noChannels);
    await dispatchIds(["forward/evt-1/ep_a"], lost.deps);
    expect(await readNotification("forward/evt-1/ep_a")).toMatchObject({
      status: "pending",
      reason: "channel settings missing",
      next_attempt_at: null,
    });
    expect(await readNotifications("template = 'alert'")).toHaveLength(1);
    await dispatchDue(stage().deps);
    expect(await readNotification("forward/evt-1/ep_a")).toMatchObject({ status: "sent" });
  });
});

describe("an endpoint", () => {
  it("that answers 410 is disabled with one alert, until it is resumed", async () => {
    await addEndpoint("ep_a");
    await arriveFor("ep_a", 8);
    let isGone = true;
    const set = stage((asked) => (isGone ? new Response("", { status: 410 }) : accepts(asked)));
    set.advance(2 * MINUTE_MS);
    await sweepMessages(set.deps);
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject({
      status: "disabled",
      status_reason: "it answered 410",
    });
    expect(await recallForwardTargets(env.DB, false, 1e9)).toEqual([]);
    expect(await readNotifications("id LIKE 'alert/endpoint_gone%'")).toHaveLength(1);
    expect(await readNotifications("channel = 'forward' AND status = 'pending'")).toEqual([]);
    isGone = false;
    await resume("ep_a", "https://ep-a.test/hook");
    await arriveFor("ep_a", 1, 20);
    await dispatchIds(["forward/evt-20/ep_a"], set.deps);
    expect(await readNotification("forward/evt-20/ep_a")).toMatchObject({ status: "sent" });
  });

  it("that is paused keeps its forwards, and gets them in the order of receipt once resumed", async () => {
    await addEndpoint("ep_a");
    const paused = {
      status: "paused",
      status_reason: "asked for",
      failing_since: null,
      retry_at: null,
    } as const;
    const key = { id: "ep_a", url: "https://ep-a.test/hook" };
    await saveState(env.DB, key, paused, NOW);
    for (const first of [31, 1, 61]) await arriveFor("ep_a", 30, first);
    const set = stage();
    const all = await readNotifications("channel = 'forward'");
    await dispatchIds(all.map(({ id }) => id).toSorted(), set.deps);
    set.advance(3 * DAY_MS);
    await sweepMessages(set.deps);
    expect(set.provider.asked).toEqual([]);
    expect(await readNotifications("channel = 'forward' AND next_attempt_at IS NOT NULL")).toEqual(
      [],
    );

    await resume("ep_a", key.url);
    // New forwards go behind the waiting ones.
    await arriveFor("ep_a", 1, 100);
    await dispatchIds(["forward/evt-100/ep_a"], set.deps);
    await sweepMessages(set.deps);
    const order = [...range(31, 60), ...range(1, 30), ...range(61, 90), 100];
    expect(idsAt(set, "ep-a")).toEqual(order.map((number) => `evt-${String(number)}`));
    expect(await readNotifications("channel = 'forward' AND status <> 'sent'")).toEqual([]);
  });

  it("that hangs is left alone after a few requests, and delays nothing else", async () => {
    await addEndpoint("ep_slow");
    await addEndpoint("ep_well");
    await seedOrder();
    await seedNotification({ id: "order_confirmed/ORD-1/email", order_number: "ORD-1" });
    const events = Array.from({ length: 60 }, (_, index) => created(index + 1));
    await arrive(events, { forwardTo: [wanting("ep_slow"), wanting("ep_well")] });
    const set = impatientStage((asked, request) =>
      asked.url.includes("ep-slow") ? hangs(asked, request) : accepts(asked),
    );
    const all = await readNotifications("template <> 'alert'");
    await dispatchIds(
      all.map(({ id }) => id),
      set.deps,
    );
    expect(idsAt(set, "ep-well")).toHaveLength(60);
    expect(await readNotification("order_confirmed/ORD-1/email")).toMatchObject({ status: "sent" });
    expect(idsAt(set, "ep-slow").length).toBeLessThanOrEqual(6);
    expect(await readNotifications("endpoint = 'ep_slow' AND status <> 'pending'")).toEqual([]);
    const askedBefore = idsAt(set, "ep-slow").length;
    await sweepMessages(set.deps);
    expect(idsAt(set, "ep-slow")).toHaveLength(askedBefore);
    expect(await readNotifications("id LIKE 'alert/channel_down:forward:ep_slow%'")).toHaveLength(
      1,
    );
  });

  it("that has failed for five days is paused with one alert, and nothing of it ends", async () => {
    await addEndpoint("ep_a");
    await arriveFor("ep_a", 6);
    let isDown = true;
    const set = stage((asked) =>
      isDown && asked.url.includes("ep-a") ? new Response("down", { status: 503 }) : accepts(asked),
    );
    for (let ms = 0; ms <= ENDPOINT_FAILS_MS + DAY_MS; ms += 3_600_000) {
      await sweepMessages(set.deps);
      set.advance(3_600_000);
    }
    expect(await loadEndpoint(env.DB, "ep_a")).toMatchObject({
      status: "paused",
      status_reason: "it has failed for five days",
    });
    expect(await readNotifications("id LIKE 'alert/endpoint_paused:%'")).toHaveLength(1);
    expect(await readNotifications("channel = 'forward' AND status = 'pending'")).toHaveLength(6);
    isDown = false;
    await resume("ep_a", "https://ep-a.test/hook");
    await sweepMessages(set.deps);
    expect(await readNotifications("channel = 'forward' AND status = 'sent'")).toHaveLength(6);
  });

  it("gets no more requests a minute than its rate limit, in the order of receipt", async () => {
    await addEndpoint("ep_a", { rate_limit: 30 });
    await arriveFor("ep_a", 40);
    const set = stage();
    const all = await readNotifications("channel = 'forward'");
    await dispatchIds(
      all.map(({ id }) => id),
      set.deps,
    );
    for (let run = 0; run < 6 && idsAt(set, "ep-a").length < 40; run += 1) {
      await sweepMessages(set.deps);
      set.advance(MINUTE_MS);
    }
    expect(idsAt(set, "ep-a")).toEqual(range(1, 40).map((number) => `evt-${String(number)}`));
    const times = set.provider.asked.map(timeOf);
    // Two seconds apart, except between its runs.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(70);
  });

  it("is remembered for its URL: another FORWARD_URL is another endpoint", async () => {
    await seedNotification({ id: "forward/evt-1/forward", endpoint: "default" });
    await arrive([created(1)], { forwardTo: [wanting("default")] });
    await dispatchIds(
      ["forward/evt-1/forward"],
      stage(() => new Response("", { status: 410 })).deps,
    );
    expect(await loadEndpoint(env.DB, "default")).toMatchObject({ status: "disabled" });
    await arrive([created(2)], { forwardTo: [wanting("default")] });
    const forward = {
      url: "https://other.test/hook",
      secret: channelsConfig.forward?.secret ?? "",
    };
    await dispatchIds(
      ["forward/evt-2/forward"],
      stage(accepts, { ...channelsConfig, forward }).deps,
    );
    expect(await readNotification("forward/evt-2/forward")).toMatchObject({ status: "sent" });
  });
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** The signed time, in seconds. */
function timeOf({ headers }: Asked): number {
  return Number(headers.get("webhook-timestamp"));
}

/** A channel that lost a setting loses no message: messages are held back, and sent later if they are still allowed. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import type { ChannelsConfig } from "../../src/config";
import { dispatchDue } from "../../src/notifications/dispatch";
import { HELD_BACK } from "../../src/notifications/channels/reasons";
import { insertAlerts, silenceAlert } from "../../src/store/outbox/alerts";
import { countHeld, forgetChannel, loadChannelRows } from "../../src/store/outbox/channels";
import { resendMessage } from "../../src/store/outbox/message-list";
import { countUnsent, sendUnsent } from "../../src/store/outbox/unsent";
import { watchChannels } from "../../src/upkeep/watch/channels";
import {
  accepts,
  type Answering,
  channelsConfig,
  hangs,
  noChannels,
  stage,
  impatientStage,
} from "./providers";
import {
  clearTables,
  NOW,
  readNotification,
  readNotifications,
  seedEvent,
  seedNotification,
  seedOrder,
  seedShipment,
} from "../support/rows";

const EMAIL = "order_confirmed/ORD-1/email";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const withoutEmail: ChannelsConfig = { ...channelsConfig, email: null };
/** The secret is set and EMAIL_FROM is not. */
const halfEmail = ["RESEND_API_KEY", "TWILIO_ACCOUNT_SID", "SLACK_WEBHOOK_URL"];

beforeEach(clearTables);

interface Shop {
  readonly lose: (stated?: readonly string[]) => void;
  readonly restore: () => void;
  readonly answer: (answer: Answering) => void;
  /** Runs the cron once. */
  readonly minute: () => Promise<void>;
  readonly advance: (ms: number) => void;
  readonly asked: () => number;
  readonly alerts: string[];
  readonly keys: () => (string | null)[];
  readonly bodies: () => string[];
}

/** A dispatch and the check of channels on one clock, with settings that change. */
function shop(): Shop {
  let answering: Answering = accepts;
  const answer: Answering = (asked, request) => answering(asked, request);
  const whole = impatientStage(answer);
  const { deps, provider, advance } = whole;
  let { channels, setups } = deps;
  const alerts: string[] = [];
  return {
    alerts,
    advance,
    answer: (next) => {
      answering = next;
    },
    lose: (stated = halfEmail) => {
      ({ channels, setups } = stage(answer, withoutEmail, stated).deps);
    },
    restore: () => {
      ({ channels, setups } = deps);
    },
    minute: async () => {
      const raiseAlert = ({ kind }: { readonly kind: string }): Promise<void> =>
        Promise.resolve(void alerts.push(kind));
      await watchChannels({ db: env.DB, now: deps.now, channelSetups: setups, raiseAlert });
      await dispatchDue({ ...deps, channels, setups });
    },
    asked: () => provider.asked.length,
    keys: () => provider.asked.map(({ headers }) => headers.get("idempotency-key")),
    bodies: () => provider.asked.map(({ body }) => body),
  };
}

describe("a channel of which some settings are there", () => {
  it("holds its messages back, whether or not it ever was set up", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { lose, minute, asked, alerts } = shop();
    lose();
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "pending",
      reason: HELD_BACK,
      attempts: 0,
    });
    expect(asked()).toBe(0);
    expect(alerts).toEqual(["channel_held_back:email"]);
    expect(await countHeld(env.DB)).toEqual(new Map([["email", 1]]));
  });

  it("sends them within a minute once it is set up", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { lose, restore, minute, advance, asked } = shop();
    lose();
    await minute();
    advance(20 * HOUR_MS);
    await minute();
    advance(25 * 60_000);
    restore();
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent", reason: null });
    expect(asked()).toBe(1);
    expect(await loadChannelRows(env.DB)).toMatchObject([
      { channel: "email", held_since: null },
      { channel: "forward" },
      { channel: "sms" },
      { channel: "team" },
      { channel: "whatsapp" },
    ]);
  });
});

describe("a channel that was set up before", () => {
  it("holds its messages back where no setting is left", async () => {
    await seedOrder();
    const { lose, restore, minute, asked } = shop();
    await minute();
    await seedNotification({ id: EMAIL });
    lose([]);
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", reason: HELD_BACK });
    restore();
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent" });
    expect(asked()).toBe(1);
  });

  it("is off once a person has switched it off for good", async () => {
    await seedOrder();
    const { lose, minute, alerts, advance } = shop();
    await minute();
    await seedNotification({ id: EMAIL });
    lose([]);
    await minute();
    await env.DB.prepare("DELETE FROM channels WHERE channel = 'email'").run();
    advance(DAY_MS);
    await minute();
    expect(alerts).toEqual(["channel_held_back:email"]);
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "suppressed",
      reason: "channel not configured",
    });
  });

  it("writes nothing as long as nothing changes", async () => {
    const { minute, advance } = shop();
    await minute();
    const first = await loadChannelRows(env.DB);
    advance(59 * 60_000);
    await minute();
    expect(await loadChannelRows(env.DB)).toEqual(first);
    advance(60_000);
    await minute();
    const [email] = await loadChannelRows(env.DB);
    expect(email).toMatchObject({
      first_configured_at: NOW,
      last_configured_at: addMs(NOW, HOUR_MS),
    });
  });
});

describe("a channel that is on", () => {
  it("sends at once what was held back before a person forgot it", async () => {
    await seedOrder();
    const { lose, restore, minute, advance } = shop();
    await minute();
    await seedNotification({ id: EMAIL });
    lose([]);
    await minute();
    await forgetChannel(env.DB, "email");
    advance(60_000);
    restore();
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent" });
  });
});

describe("a channel that never was set up", () => {
  it("records its messages as suppressed", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { lose, minute, alerts } = shop();
    lose([]);
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "suppressed",
      reason: "channel not configured",
      recipient: "asha@example.com",
    });
    expect(alerts).toEqual([]);
  });
});

describe("a message that was held back", () => {
  it("is dropped where it is no longer true, or is too old by then", async () => {
    await seedOrder();
    await seedOrder({ order_number: "ORD-2" });
    await seedNotification({ id: EMAIL });
    await seedNotification({ id: "order_confirmed/ORD-2/email", order_number: "ORD-2" });
    const { lose, restore, minute, advance, asked } = shop();
    lose();
    await minute();
    await env.DB.prepare(
      "UPDATE orders SET status = 'cancelled' WHERE order_number = 'ORD-2'",
    ).run();
    restore();
    advance(72 * HOUR_MS + 1);
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "suppressed",
      reason: "too old",
    });
    expect(await readNotification("order_confirmed/ORD-2/email")).toMatchObject({
      status: "suppressed",
      reason: "the order is cancelled",
    });
    expect(asked()).toBe(0);
  });

  it("is not used up by the time for retries, and goes out with the same bytes and key", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { lose, restore, minute, advance, answer, keys, bodies } = shop();
    answer(() => new Response("", { status: 503 }));
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", error: "503" });
    lose();
    advance(60_000);
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ reason: HELD_BACK, error: "503" });
    advance(60 * HOUR_MS);
    restore();
    // The provider is still down: the period for retries begins now, not sixty hours ago.
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", error: "503" });
    answer(accepts);
    advance(HOUR_MS);
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent" });
    expect(new Set(keys())).toEqual(new Set([EMAIL]));
    expect(new Set(bodies()).size).toBe(1);
  });

  it("is tried for 23 hours from then on, and not for ever", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL, due_at: NOW });
    const { lose, restore, minute, advance, answer } = shop();
    answer(() => new Response("", { status: 503 }));
    await minute();
    lose();
    advance(60_000);
    await minute();
    advance(30 * HOUR_MS);
    restore();
    for (let hours = 0; hours < 22; hours += 1) {
      await minute();
      advance(HOUR_MS);
    }
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending" });
    for (let hours = 0; hours < 3; hours += 1) {
      await minute();
      advance(HOUR_MS);
    }
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "failed",
      reason: "retries exhausted",
    });
  });

  it("is not repeated where it may have been taken and the provider has forgotten its key", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { lose, restore, minute, advance, answer, asked } = shop();
    answer(hangs);
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ error: "no answer in time" });
    // A later known answer does not change that.
    answer(() => new Response("", { status: 503 }));
    advance(30_000);
    await minute();
    answer(accepts);
    lose();
    advance(60_000);
    await minute();
    restore();
    advance(24 * HOUR_MS);
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "failed",
      reason: "outcome unknown",
    });
    expect(asked()).toBe(2);
  });

  it("is free of what an earlier key met once a person has resent it", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { lose, restore, minute, advance, answer } = shop();
    answer(hangs);
    await minute();
    await env.DB.prepare("UPDATE notifications SET status = 'failed'").run();
    await resendMessage(env.DB, EMAIL, NOW);
    answer(() => new Response("", { status: 503 }));
    await minute();
    lose();
    advance(60_000);
    await minute();
    restore();
    answer(accepts);
    advance(30 * HOUR_MS);
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent", unanswered: 0 });
  });

  it("is repeated where the provider still knows its key", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { lose, restore, minute, advance, answer } = shop();
    answer(hangs);
    await minute();
    answer(accepts);
    lose();
    advance(60_000);
    await minute();
    restore();
    advance(20 * HOUR_MS);
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent" });
  });

  it("is not too old for what it has waited for before", async () => {
    const id = "review_request/ORD-1/email";
    await seedOrder();
    await seedShipment({ status: "in_transit" });
    await seedShipment({ shipment_id: "SHP-2", status: "delivered" });
    await seedNotification({ id, subject_id: "SHP-2" });
    const { lose, restore, minute, advance } = shop();
    await minute();
    expect(await readNotification(id)).toMatchObject({
      reason: "a parcel is still to be delivered",
    });
    advance(6 * DAY_MS);
    await env.DB.prepare("UPDATE shipments SET status = 'delivered'").run();
    await env.DB.prepare("UPDATE notifications SET next_attempt_at = ?1")
      .bind(addMs(NOW, 6 * DAY_MS))
      .run();
    lose();
    await minute();
    expect(await readNotification(id)).toMatchObject({ reason: HELD_BACK });
    restore();
    advance(HOUR_MS);
    await minute();
    expect(await readNotification(id)).toMatchObject({ status: "sent" });
  });

  it("does not keep other channels waiting, however many there are", async () => {
    await seedOrder();
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
       INSERT INTO notifications (id, template, channel, about, order_number, subject_id, status,
         next_attempt_at, due_at, created_at, context)
       SELECT 'order_confirmed/X-' || i || '/email', 'order_confirmed', 'email', 'order', 'ORD-1', 'ORD-1',
         'pending', ?1, ?1, ?1, '{"kind":"none"}' FROM n`,
    )
      .bind(NOW)
      .run();
    const { lose, restore, minute, advance } = shop();
    lose();
    for (let minutes = 0; minutes < 3; minutes += 1) await minute();
    expect(await countHeld(env.DB)).toEqual(new Map([["email", 1200]]));
    await seedNotification({ id: "order_cancelled/ORD-1/sms" });
    await env.DB.prepare(
      "UPDATE notifications SET template = 'shipment_cancelled', channel = 'team' WHERE channel = 'sms'",
    ).run();
    advance(60_000);
    await minute();
    const { status } = await readNotification("order_cancelled/ORD-1/sms");
    expect(status).not.toBe("pending");
    restore();
    await minute();
    // One run releases only as many as it can take.
    const row = (await loadChannelRows(env.DB)).find(({ channel }) => channel === "email");
    expect(row?.held_since).not.toBeNull();
  });

  it("is not taken from the run that has claimed it", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { lose, restore, minute } = shop();
    lose();
    await minute();
    await env.DB.prepare("UPDATE notifications SET in_flight = 1, next_attempt_at = ?1")
      .bind(addMs(NOW, 60_000))
      .run();
    restore();
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ in_flight: 1, status: "pending" });
  });
});

describe("the alert", () => {
  it("that is raised again each hour is not sent a hundred times once Slack is back", async () => {
    const whole = stage(accepts);
    const without = stage(accepts, { ...channelsConfig, team: null }, ["FORWARD_URL"]);
    const { now } = whole.deps;
    const raiseAlert = () => Promise.resolve();
    const watch = { db: env.DB, now, raiseAlert };
    await watchChannels({ ...watch, channelSetups: whole.deps.setups });
    for (let hour = 0; hour < 100; hour += 1) {
      const dead = { kind: "dead_letter", text: `evt-${String(hour)} failed` };
      const alerts = [silenceAlert(NOW, 6), ...(hour % 50 === 0 ? [dead] : [])];
      await insertAlerts(env.DB, alerts, now().toISOString());
      await watchChannels({ ...watch, channelSetups: without.deps.setups });
      await dispatchDue({ ...without.deps, now });
      whole.advance(HOUR_MS);
    }
    await watchChannels({ ...watch, channelSetups: whole.deps.setups });
    await dispatchDue(whole.deps);
    // The last hour's alert, and both of the other kind: each is about another event.
    expect(whole.provider.asked).toHaveLength(3);
    const [first] = await readNotifications("id LIKE 'alert/silence/%'");
    expect(first).toMatchObject({ status: "suppressed", reason: "raised again while it is true" });
  });

  it("is raised for no channel but those that hold messages back", async () => {
    const { minute, alerts } = shop();
    await minute();
    expect(alerts).toEqual([]);
  });

  it("is not raised through a channel of the team that is lost itself", async () => {
    const set = stage(accepts, noChannels, ["SLACK_WEBHOOK_URL", "RESEND_API_KEY"]);
    const alerts: string[] = [];
    await watchChannels({
      db: env.DB,
      now: set.deps.now,
      channelSetups: set.deps.setups,
      raiseAlert: ({ kind }) => Promise.resolve(void alerts.push(kind)),
    });
    expect(alerts).toEqual([]);
    expect(await loadChannelRows(env.DB)).toMatchObject([
      { channel: "email", first_configured_at: null, held_since: NOW },
      { channel: "team", first_configured_at: null, held_since: NOW },
    ]);
  });
});

describe("what was suppressed because its channel was not set up", () => {
  const horizon = addMs(NOW, -72 * HOUR_MS);
  const filter = { reason: "channel not configured" } as const;

  async function seedSuppressed(id: string, over: Record<string, string | null> = {}) {
    await seedNotification({ id, status: "suppressed", reason: "channel not configured", ...over });
  }

  it("is counted and sent by channel, reason and time, and only where it is not too old", async () => {
    await seedOrder();
    await seedEvent();
    await seedSuppressed(EMAIL);
    await seedSuppressed("order_cancelled/ORD-1/email", { due_at: addMs(horizon, -1) });
    await seedSuppressed("refund_failed/REF-1/team", { due_at: addMs(horizon, -1) });
    await seedSuppressed("order_confirmed/ORD-9/email", { created_at: addMs(NOW, -DAY_MS) });
    await seedSuppressed("order_confirmed/ORD-8/email", { reason: "too old" });
    expect(await countUnsent(env.DB, filter, horizon, 100)).toEqual({ messages: 4, too_old: 1 });
    expect(await countUnsent(env.DB, { ...filter, channel: "sms" }, horizon, 100)).toEqual({
      messages: 0,
      too_old: 0,
    });
    const today = { ...filter, channel: "email", from: NOW } as const;
    expect(await countUnsent(env.DB, today, horizon, 100)).toEqual({ messages: 2, too_old: 1 });
    expect(await sendUnsent(env.DB, today, horizon, 100, NOW)).toEqual([EMAIL]);
    const { minute, keys } = shop();
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent", resends: 0 });
    expect(keys()).toEqual([EMAIL]);
  });

  it("goes out only where it is still true", async () => {
    await seedOrder({ status: "cancelled" });
    await seedSuppressed(EMAIL);
    await sendUnsent(env.DB, filter, horizon, 100, NOW);
    const { minute } = shop();
    await minute();
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "suppressed",
      reason: "the order is cancelled",
    });
  });

  it("does not ask twice where its twin was sent in the meantime", async () => {
    await seedOrder();
    await seedEvent();
    await seedShipment({ status: "delivered", delivered_at: NOW });
    const [first, second] = ["review_request/ORD-1/email", "review_request/shipment:SHP-1/email"];
    await seedNotification({ id: first });
    const { minute, advance, answer, keys } = shop();
    answer(() => new Response("", { status: 500 }));
    await minute();
    advance(23 * HOUR_MS);
    await minute();
    expect(await readNotification(first)).toMatchObject({ reason: "retries exhausted" });
    answer(accepts);
    await seedNotification({ id: second, subject_id: "SHP-1" });
    await minute();
    const now = addMs(NOW, 23 * HOUR_MS);
    expect(await sendUnsent(env.DB, { reason: "retries exhausted" }, "", 9, now)).toEqual([first]);
    await minute();
    expect(await readNotification(first)).toMatchObject({ reason: "already asked" });
    expect(keys().filter((key) => key !== null)).toEqual([first, first, second]);
  });

  it("is taken in slices, the oldest first, and what retention has emptied stays", async () => {
    await seedOrder();
    for (const number of [3, 1, 2]) {
      const created_at = addMs(NOW, number);
      await seedSuppressed(`order_confirmed/ORD-${String(number)}/email`, { created_at });
    }
    await seedSuppressed("order_confirmed/ORD-0/email");
    await env.DB.prepare(
      "UPDATE notifications SET context = NULL, due_at = '' WHERE id = 'order_confirmed/ORD-0/email'",
    ).run();
    expect(await countUnsent(env.DB, filter, "", 100)).toMatchObject({ messages: 3 });
    expect(await sendUnsent(env.DB, filter, "", 2, NOW)).toHaveLength(2);
    expect(await countUnsent(env.DB, filter, "", 100)).toMatchObject({ messages: 1 });
    const left = await readNotification("order_confirmed/ORD-3/email");
    expect(left.status).toBe("suppressed");
  });
});

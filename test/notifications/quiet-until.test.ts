/**
 * Going back in time notifies nobody twice: events are applied and their messages sent, the database goes back, and the
 * same events are delivered again. Without `quiet-until` the messages repeat; with it they do not, and events after
 * that moment are reported.
 */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { addMs } from "../../src/events/field-formats/time";
import { encodePrecedence, hashId } from "../../src/projection/precedence";
import { happenedAt } from "../../src/store/state/happened";
import {
  countQuieted,
  isTooFarAhead,
  loadQuietUntil,
  saveQuietUntil,
} from "../../src/store/outbox/quiet-until";
import { resendMessage } from "../../src/store/outbox/message-list";
import { sendUnsent } from "../../src/store/outbox/unsent";
import type { EventBody } from "../support/events";
import { clearTables, NOW, readNotification, readNotifications, seedOrder } from "../support/rows";
import { arrive, endings, sweepMessages, tellAll } from "./arrivals";
import { type Stage, stage } from "./providers";

const HOUR_MS = 3_600_000;
const at = (hours: number): string => addMs(NOW, hours * HOUR_MS);
/** The end of normal sending: then somebody paused the queue and went back in time. */
const PAUSED = at(0);

const customer = { first_name: "Asha", email: "asha@example.com", phone: "9812345678" };
const address = {
  ...customer,
  country_code: "+91",
  address_line1: "14 MG Road",
  city: "Bengaluru",
};

function event(type: string, hours: number | null, data: object, id = ""): EventBody {
  const created = hours === null ? {} : { created_at: at(hours) };
  const name = `evt-${type}-${id}${String(hours)}`;
  return { id: name, event_type: type, order_number: "ORD-1", ...created, data };
}

const confirmed = (hours: number | null, number = "ORD-1"): EventBody => ({
  ...event("order.confirmed", hours, { order_number: number, billing_address: address }, number),
  order_number: number,
});
const failed = event("payment.failed", -3, { request_number: "PAY-1", amount: 500 });
const paid = event("payment.success", -2.9, { request_number: "PAY-2", amount: 500 });
const parcel = (type: string, hours: number, status: string, awb = "A1"): EventBody =>
  event(type, hours, {
    reference_number: "SHP-1",
    status,
    awb_no: awb,
    courier_company_name: "UPS",
  });
const shipped = parcel("shipment.updated", -2, "shipped");
const moved = parcel("shipment.updated", -1.5, "in_transit", "B2");
const delivered = parcel("shipment.delivered", -1, "delivered", "B2");
const cancelledParcel = event("shipment.cancelled", -2.5, { reference_number: "SHP-0" });
const refundFailed = event("payment.refund.failed", -0.5, { request_number: "REF-1" });

const past = [confirmed(-4), failed, cancelledParcel, shipped, moved, refundFailed];

/** The state after a restore to a moment before all events, some minutes later. */
async function goBack(set: Stage): Promise<void> {
  await clearTables();
  set.advance(0.1 * HOUR_MS);
}

/** Applies the events in the order in which they happened, and sends the messages of each before the next. */
async function live(set: Stage, events: readonly EventBody[], now: string): Promise<void> {
  for (const one of events) {
    await arrive([one], { now, forwardTo: [{ endpoint: "default", eventTypes: ["*"] }] });
    await sweepMessages(set.deps);
  }
}

const asked = (set: Stage, host: string): number =>
  set.provider.asked.filter(({ url }) => url.includes(host)).length;

const people = (set: Stage): number =>
  asked(set, "resend.test") + asked(set, "twilio.test") + asked(set, "slack.test");

beforeEach(clearTables);

describe("events that come again after the database has gone back", () => {
  it("notify everybody once more without quiet-until", async () => {
    const set = stage();
    await live(set, past, NOW);
    const once = people(set);
    expect(once).toBeGreaterThanOrEqual(7);
    await goBack(set);
    await live(set, past, at(0.1));
    expect(people(set)).toBe(2 * once);
  });

  it("notify nobody with it; forwards go again, and the state is the same", async () => {
    const set = stage();
    await live(set, past, NOW);
    const state = async (): Promise<unknown> =>
      (await env.DB.prepare("SELECT order_number, status, payment_status FROM orders").all())
        .results;
    const [before, once, forwarded] = [await state(), people(set), asked(set, "forward.test")];
    await goBack(set);
    await saveQuietUntil(env.DB, PAUSED, new Date(at(0.1)));
    await live(set, past, at(0.1));
    await tellAll(set);
    expect(people(set)).toBe(once);
    expect(asked(set, "forward.test")).toBe(2 * forwarded);
    expect(await state()).toEqual(before);
    const reasons = await readNotifications(
      "template <> 'forward' AND reason IS NOT 'before quiet-until'",
    );
    // If a message was no longer true, that reason comes first.
    for (const { status, reason } of reasons) {
      expect([status, reason]).toEqual(["suppressed", expect.stringMatching(/moved on/)]);
    }
  });

  it("do so in one batch as well, with everything delivered twice and newest first", async () => {
    const set = stage();
    await live(set, past, NOW);
    const once = people(set);
    await goBack(set);
    await saveQuietUntil(env.DB, PAUSED, new Date(at(0.1)));
    await arrive([...past, ...past].toReversed(), { now: at(0.1) });
    await tellAll(set);
    expect(people(set)).toBe(once);
  });

  it("go together with what is new, which is reported", async () => {
    const set = stage();
    await live(set, past, NOW);
    const once = people(set);
    await goBack(set);
    await saveQuietUntil(env.DB, PAUSED, new Date(at(0.1)));
    const fresh = parcel("shipment.updated", 0.2, "out_for_delivery", "B2");
    await arrive([...past, fresh, confirmed(0.2, "ORD-2")], { now: at(0.3) });
    set.advance(0.3 * HOUR_MS);
    await sweepMessages(set.deps);
    expect(people(set)).toBe(once + 3);
    expect(await endings()).toMatchObject({
      "shipment_update/SHP-1/out_for_delivery/2026-11-24/email": "sent",
      "shipment_update/SHP-1/out_for_delivery/2026-11-24/sms": "sent",
      "order_confirmed/ORD-2/email": "sent",
      "order_confirmed/ORD-1/email": "suppressed: before quiet-until",
    });
  });

  it("include what the restored copy holds as pending", async () => {
    const set = stage(() => new Response("busy", { status: 500 }));
    await live(set, [confirmed(-4)], NOW);
    expect(await endings()).toMatchObject({ "order_confirmed/ORD-1/email": "pending" });
    const again = stage();
    again.advance(HOUR_MS);
    await env.DB.prepare("UPDATE notifications SET awaits_sweep = 1").run();
    expect(await countQuieted(env.DB, PAUSED)).toBe(1);
    await saveQuietUntil(env.DB, PAUSED, new Date(NOW));
    await sweepMessages(again.deps);
    expect(people(again)).toBe(0);
  });
});

describe("what happened", () => {
  const quiet = async (until: string): Promise<void> =>
    await saveQuietUntil(env.DB, until, new Date(NOW));

  it("is judged by its own time, not by when its message is due: a review request", async () => {
    await seedOrder();
    await quiet(PAUSED);
    await arrive([delivered], { now: at(0.1) });
    const set = stage();
    await tellAll(set);
    expect(await endings()).toEqual({
      "review_request/ORD-1/email": "suppressed: before quiet-until",
    });
  });

  it("of a review request is the last delivery", async () => {
    await seedOrder();
    await quiet(PAUSED);
    const second = event("shipment.delivered", 2, { reference_number: "SHP-2" });
    await arrive([delivered], { now: at(0.1) });
    await arrive([second], { now: at(2) });
    const set = stage();
    await tellAll(set);
    expect(await endings()).toEqual({ "review_request/ORD-1/email": "sent" });
  });

  it("is the date in the body where the event states no time", async () => {
    const refund = (id: string, refund_date: string): EventBody =>
      event("payment.refund.success", null, { request_number: id, refund_date }, id);
    await seedOrder();
    await quiet(PAUSED);
    await arrive([refund("REF-1", at(-1)), refund("REF-2", at(1))], { now: at(1.5) });
    const set = stage();
    set.advance(2 * HOUR_MS);
    await sweepMessages(set.deps);
    expect(await endings()).toEqual({
      "refund_succeeded/REF-1/email": "suppressed: before quiet-until",
      "refund_succeeded/REF-2/email": "sent",
    });
  });

  it("is the receipt where nothing states a time: a moment ahead covers a re-send", async () => {
    await seedOrder();
    await quiet(PAUSED);
    await arrive([confirmed(null)], { now: at(0.1) });
    const set = stage();
    set.advance(HOUR_MS);
    await sweepMessages(set.deps);
    expect(await endings()).toEqual({ "order_confirmed/ORD-1/email": "sent" });

    await goBack(set);
    await quiet(at(2));
    await arrive([confirmed(null)], { now: at(1) });
    await sweepMessages(set.deps);
    await arrive([confirmed(null, "ORD-2")], { now: at(2.1) });
    set.advance(2 * HOUR_MS);
    await sweepMessages(set.deps);
    expect(await endings()).toEqual({
      "order_confirmed/ORD-1/email": "suppressed: before quiet-until",
      "order_confirmed/ORD-2/email": "sent",
    });
  });

  it("of refund_due is the cancellation, or a payment after it", async () => {
    const cancelled = event("order.cancelled", -1, {
      order_number: "ORD-1",
      billing_address: address,
    });
    const late = event("payment.success", 1, { request_number: "PAY-3", amount: 10 });
    await quiet(PAUSED);
    await arrive([confirmed(-4), paid, cancelled], { now: at(0.1) });
    const set = stage();
    await tellAll(set);
    expect(await endings()).toMatchObject({
      "refund_due/ORD-1/team": "suppressed: before quiet-until",
    });

    await clearTables();
    await quiet(PAUSED);
    await arrive([confirmed(-4), cancelled], { now: at(0.1) });
    await arrive([late], { now: at(1) });
    await tellAll(stage());
    expect(await endings()).toMatchObject({ "refund_due/ORD-1/team": "sent" });
  });

  it("of tracking_changed is the event that changed it", async () => {
    const change = (hours: number, awb: string): EventBody =>
      event(
        "shipment.updated",
        hours,
        { reference_number: "SHP-1", awb_no: awb, status: "shipped" },
        awb,
      );
    await seedOrder();
    const set = stage();
    await live(set, [change(-3, "A1")], NOW);
    await quiet(PAUSED);
    await live(set, [change(-2, "B2")], NOW);
    set.advance(HOUR_MS);
    await live(set, [change(0.5, "C3")], at(1));
    expect(await endings()).toMatchObject({
      "tracking_changed/SHP-1/B2/email": "suppressed: before quiet-until",
      "tracking_changed/SHP-1/C3/email": "sent",
      "tracking_changed/SHP-1/C3/sms": "sent",
    });
  });

  it("does not matter for alerts", async () => {
    await quiet(at(2));
    await env.DB.prepare(
      `INSERT INTO notifications (id, template, channel, about, status, next_attempt_at, due_at, created_at, context)
       VALUES ('alert/x/2026-11-24T10/team', 'alert', 'team', 'alert', 'pending', ?1, ?1, ?1, ?2)`,
    )
      .bind(NOW, JSON.stringify({ kind: "alert", alert: "x", text: "y" }))
      .run();
    await sweepMessages(stage().deps);
    expect(await endings()).toEqual({ "alert/x/2026-11-24T10/team": "sent" });
  });

  it("is when the row was written where a version before has written it", async () => {
    await seedOrder();
    await arrive([confirmed(-4)], { now: at(1) });
    await env.DB.prepare("UPDATE notifications SET happened_at = NULL").run();
    expect(await countQuieted(env.DB, PAUSED)).toBe(0);
    await quiet(PAUSED);
    const set = stage();
    set.advance(2 * HOUR_MS);
    await sweepMessages(set.deps);
    expect(await endings()).toEqual({ "order_confirmed/ORD-1/email": "sent" });
  });
});

describe("what was suppressed", () => {
  const EMAIL = "order_confirmed/ORD-1/email";
  beforeEach(async () => {
    await seedOrder();
    await saveQuietUntil(env.DB, PAUSED, new Date(NOW));
    await arrive([confirmed(-4)]);
    await sweepMessages(stage().deps);
  });

  it("is final, and was never rendered", async () => {
    await saveQuietUntil(env.DB, null, new Date(NOW));
    await sweepMessages(stage().deps);
    expect(await endings()).toEqual({ [EMAIL]: "suppressed: before quiet-until" });
    expect((await readNotification(EMAIL)).rendered).toBeNull();
  });

  it("is sent where a person resends it alone", async () => {
    expect(await resendMessage(env.DB, EMAIL, NOW)).toBe(true);
    await sweepMessages(stage().deps);
    expect(await endings()).toEqual({ [EMAIL]: "sent" });
  });

  it("is sent together with others once it is taken back, and not before", async () => {
    const filter = { reason: "before quiet-until" } as const;
    expect(await sendUnsent(env.DB, filter, "", 10, NOW)).toEqual([EMAIL]);
    await sweepMessages(stage().deps);
    expect(await endings()).toEqual({ [EMAIL]: "suppressed: before quiet-until" });
    await saveQuietUntil(env.DB, null, new Date(NOW));
    expect(await loadQuietUntil(env.DB)).toEqual({ until: null, setAt: NOW });
    await sendUnsent(env.DB, filter, "", 10, NOW);
    await sweepMessages(stage().deps);
    expect(await endings()).toEqual({ [EMAIL]: "sent" });
  });
});

describe("the moment", () => {
  it("lies at most a day ahead", () => {
    expect(isTooFarAhead(at(24), new Date(NOW))).toBe(false);
    expect(isTooFarAhead(addMs(at(24), 1), new Date(NOW))).toBe(true);
    expect(isTooFarAhead("2001-01-01T00:00:00.000Z", new Date(NOW))).toBe(false);
  });

  it("is read from a precedence as it was written", async () => {
    const read = async (precedence: string): Promise<string | null> =>
      await env.DB.prepare(`SELECT ${happenedAt("p")} AS time FROM (SELECT ?1 AS p)`)
        .bind(precedence)
        .first<string>("time");
    const idHash = hashId("evt-1");
    for (let step = 0; step < 300; step += 1) {
      const time = new Date(Date.UTC(2000, 0, 1) + step * 3_141_592_653 + step).toISOString();
      expect(await read(encodePrecedence({ time, stage: step % 60, tie: null, idHash }))).toBe(
        time,
      );
      expect(await read(encodePrecedence({ time: null, stage: 3, tie: time, idHash }))).toBe(time);
      expect(await read(encodePrecedence({ time, stage: 3, tie: NOW, idHash }))).toBe(time);
    }
    expect(await read("")).toBeNull();
    expect(await read("2026-11-24T10:00:00.000Z 30 evt-1")).toBeNull();
  });
});

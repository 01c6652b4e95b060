/** The data that messages lose and keep, and when; old counts and reports. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { resendMessage } from "../../src/store/outbox/message-list";
import { addMs } from "../../src/events/field-formats/time";
import { seedNotification } from "../support/rows";
import { row, rows } from "../support/receiver";
import { clearAll, days, purgeAt, RECEIVED_AT, settle, told } from "./aged";

beforeEach(clearAll);

const rendered = JSON.stringify({ firstAttemptAt: RECEIVED_AT, message: { channel: "sms" } });

async function sent(id: string, over: Record<string, string | number | null> = {}): Promise<void> {
  await seedNotification({
    id,
    status: "sent",
    recipient: "asha@example.com",
    rendered,
    error: "450 asha@example.com is busy",
    provider_message_id: "mail-1",
    context: '{"kind":"none"}',
    next_attempt_at: null,
    created_at: RECEIVED_AT,
    sent_at: RECEIVED_AT,
    ...over,
  });
}

describe("a settled message", () => {
  it("loses what was sent after two weeks, and whom it went to after RETENTION_DAYS", async () => {
    await sent("order_confirmed/ORD-1/email");
    const before = await row("SELECT * FROM notifications");
    await purgeAt(addMs(days(RECEIVED_AT, 14), -1));
    expect(await row("SELECT * FROM notifications")).toEqual(before);
    await purgeAt(days(RECEIVED_AT, 14));
    expect(await row("SELECT * FROM notifications")).toEqual({ ...before, rendered: null });
    await purgeAt(addMs(days(RECEIVED_AT, 90), -1));
    expect(await row("SELECT * FROM notifications")).toEqual({ ...before, rendered: null });
    await purgeAt(days(RECEIVED_AT, 90));
    const gone = { rendered: null, recipient: null, error: null, provider_message_id: null };
    expect(await row("SELECT * FROM notifications")).toEqual({
      ...before,
      ...gone,
      context: null,
      event_id: null,
    });
    expect((await purgeAt(addMs(days(RECEIVED_AT, 402), -1))).messages).toBe(0);
    expect((await purgeAt(days(RECEIVED_AT, 402))).messages).toBe(1);
    expect(await rows("SELECT * FROM notifications")).toEqual([]);
    expect(await rows("SELECT * FROM reported_facts")).toHaveLength(1);
  });

  it("leaves its id where statements look for it by its id, and a hash otherwise", async () => {
    const review = { template: "review_request" };
    await sent("review_request/A/email", review);
    await sent("review_request/B/email", {
      ...review,
      status: "failed",
      reason: "outcome unknown",
    });
    await sent("refund_due/A/team", { template: "refund_due", status: "suppressed" });
    await sent("shipment_update/S/shipped/email", { template: "shipment_update" });
    await sent("shipment_update/S/shipped/sms", { template: "shipment_update" });
    await purgeAt(days(RECEIVED_AT, 90));
    expect(await resendMessage(env.DB, "review_request/A/email", days(RECEIVED_AT, 91))).toBe(
      false,
    );
    expect((await purgeAt(days(RECEIVED_AT, 402))).messages).toBe(5);
    const facts = await rows("SELECT fact FROM reported_facts ORDER BY 1");
    const hash = expect.stringMatching(/^[^/]{8}$/) as unknown;
    expect(
      facts.map(({ fact }) => fact).toSorted((a, b) => String(a).length - String(b).length),
    ).toEqual([hash, "refund_due/A/team", "review_request/A/email", "review_request/B/email"]);
  });

  it("is not written again after it has left, whether or not the event states its time", async () => {
    const confirm = { event_type: "order.confirmed", data: { order_number: "ORD-9" } };
    await settle([told(confirm), RECEIVED_AT]);
    await env.DB.prepare(
      "UPDATE notifications SET status = 'suppressed', next_attempt_at = NULL, created_at = ?1",
    )
      .bind(RECEIVED_AT)
      .run();
    await purgeAt(days(RECEIVED_AT, 402));
    expect(await rows("SELECT id FROM notifications")).toEqual([]);
    const now = days(RECEIVED_AT, 403);
    await settle(
      [told({ ...confirm, created_at: undefined }), now],
      [told({ ...confirm, created_at: now }), now],
      [
        told({ event_type: "order.confirmed", data: { order_number: "ORD-8" }, created_at: now }),
        now,
      ],
    );
    expect(await rows("SELECT id FROM notifications")).toEqual([
      { id: "order_confirmed/ORD-8/email" },
    ]);
  });

  it("stays while it waits, whatever its age", async () => {
    await sent("order_confirmed/B/email", { status: "pending", sent_at: null });
    await purgeAt(days(RECEIVED_AT, 900));
    expect(await rows("SELECT * FROM notifications")).toHaveLength(1);
    expect(await rows("SELECT * FROM reported_facts")).toEqual([]);
  });

  it("is as old as its last sending; one that waits is not touched, whatever its age", async () => {
    await sent("order_confirmed/A/email", { sent_at: days(RECEIVED_AT, 50) });
    await sent("order_confirmed/B/email", { status: "pending", sent_at: null });
    await sent("order_confirmed/C/email", { status: "failed", sent_at: null });
    await purgeAt(days(RECEIVED_AT, 100));
    const kept = await rows("SELECT id FROM notifications WHERE recipient IS NOT NULL ORDER BY id");
    expect(kept.map(({ id }) => id)).toEqual([
      "order_confirmed/A/email",
      "order_confirmed/B/email",
    ]);
  });

  it("is given up where it waits for an endpoint for as long as its body is kept", async () => {
    const waits = { status: "pending", sent_at: null, endpoint: "ep_1", channel: "forward" };
    await sent("forward/e/ep_1", waits);
    await purgeAt(addMs(days(RECEIVED_AT, 90), -1));
    expect(await row("SELECT status FROM notifications")).toEqual({ status: "pending" });
    await purgeAt(days(RECEIVED_AT, 90));
    expect(await row("SELECT status, reason FROM notifications")).toEqual({
      status: "failed",
      reason: "not sent within RETENTION_DAYS",
    });
  });

  it("is found among many, a stretch after the other", async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
       INSERT INTO notifications (id, template, channel, status, due_at, created_at, recipient)
       SELECT 'order_confirmed/' || i || '/email', 'order_confirmed', 'email', 'sent', ?1, ?1, 'a'
       FROM n`,
    )
      .bind(RECEIVED_AT)
      .run();
    expect((await purgeAt(days(RECEIVED_AT, 90))).messages).toBe(12_000);
  });
});

describe("records of upkeep", () => {
  it("go with RETENTION_DAYS: counts by the hour, and what rebuilds changed; totals stay", async () => {
    const hour = RECEIVED_AT.slice(0, 13);
    await env.DB.batch([
      env.DB.prepare("INSERT INTO event_counts VALUES (?1, 't', 'processed', 3)").bind(hour),
      env.DB.prepare("INSERT INTO event_counts VALUES ('total', 't', 'processed', 3)"),
      env.DB.prepare(
        `INSERT INTO rebuilds (id, filter, dry_run, last_event, started_at, finished_at)
         VALUES (1, '{}', 0, 1, ?1, ?1), (2, '{}', 0, 1, ?1, NULL)`,
      ).bind(RECEIVED_AT),
      env.DB.prepare(
        `INSERT INTO rebuild_changes VALUES (1, 'orders', 'A', 'status', 'a', 'b'),
         (2, 'orders', 'A', 'status', 'a', 'b')`,
      ),
    ]);
    await purgeAt(days(RECEIVED_AT, 90));
    expect(await rows("SELECT period FROM event_counts ORDER BY 1")).toHaveLength(2);
    await purgeAt(days(RECEIVED_AT, 91));
    expect(await rows("SELECT period FROM event_counts")).toEqual([{ period: "total" }]);
    expect(await rows("SELECT rebuild_id FROM rebuild_changes")).toEqual([{ rebuild_id: 2 }]);
  });
});

/** The dispatch of due messages, on the real D1 with a fake provider. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { dispatchDue, dispatchIds } from "../../src/notifications/dispatch";
import { accepts, cutsConnection, hangs, noChannels, stage, impatientStage } from "./providers";
import { eraseRows } from "../../src/store/privacy/erasure-rows";
import {
  clearTables,
  FAILURE_PRECEDENCE,
  readNotification,
  readNotifications,
  seedEvent,
  seedNotification,
  seedOrder,
  seedPayment,
  seedRefund,
  seedShipment,
} from "../support/rows";

const EMAIL = "order_confirmed/ORD-1/email";
const HOUR_MS = 3_600_000;

beforeEach(clearTables);

describe("a message that is due", () => {
  it("is sent once, and what it said, to whom and under which id is recorded", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { deps, provider } = stage();
    const report = await dispatchIds([EMAIL, EMAIL], deps);
    expect(report).toEqual({ claimed: 1, sent: 1, suppressed: 0, failed: 0, later: 0 });
    expect(provider.asked).toHaveLength(1);
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "sent",
      recipient: "asha@example.com",
      provider_message_id: "re_1",
      attempts: 1,
      in_flight: 0,
      next_attempt_at: null,
      sent_at: "2026-11-24T10:00:00.000Z",
    });
    await dispatchIds([EMAIL], deps);
    expect(provider.asked).toHaveLength(1);
  });

  it("goes out once when two runs race for it", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { deps, provider } = stage();
    await Promise.all([dispatchIds([EMAIL], deps), dispatchIds([EMAIL], deps), dispatchDue(deps)]);
    expect(provider.asked).toHaveLength(1);
  });

  it("waits for its time", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL, next_attempt_at: "2026-11-24T10:00:00.001Z" });
    const { deps, provider, advance } = stage();
    await dispatchIds([EMAIL], deps);
    expect(provider.asked).toHaveLength(0);
    advance(1);
    await dispatchDue(deps);
    expect(provider.asked).toHaveLength(1);
  });

  it("tells every template through its channel", async () => {
    await seedOrder();
    await seedPayment();
    await seedRefund();
    await seedShipment();
    await seedEvent();
    const failure = {
      kind: "payment_failure",
      precedence: FAILURE_PRECEDENCE,
      paymentDate: null,
    } as const;
    const status = { kind: "shipment_status", status: "out_for_delivery" } as const;
    await seedNotification({ id: EMAIL });
    for (const channel of ["email", "sms"]) {
      await seedNotification(
        { id: `payment_failed/PAY-1/1/${channel}`, subject_id: "PAY-1" },
        failure,
      );
      await seedNotification(
        { id: `shipment_update/SHP-1/out_for_delivery/${channel}`, subject_id: "SHP-1" },
        status,
      );
      await seedNotification(
        { id: `tracking_changed/SHP-1/1234567890/${channel}`, subject_id: "SHP-1" },
        { kind: "tracking", tracking: "1234567890" },
      );
    }
    await seedNotification({ id: "order_cancelled/ORD-1/email" });
    await seedNotification({ id: "refund_succeeded/REF-1/email", subject_id: "REF-1" });
    await seedNotification({ id: "refund_failed/REF-1/team", subject_id: "REF-1" });
    await seedNotification({ id: "shipment_cancelled/SHP-1/team", subject_id: "SHP-1" });
    await seedNotification({ id: "forward/evt-1/forward" });
    await seedNotification(
      { id: "alert/dead_letter/2026-11-24T10/team", subject_id: null },
      { kind: "alert", alert: "dead_letter", text: "evt-9 failed" },
    );
    const { deps } = stage();
    await dispatchDue(deps);
    const rows = await readNotifications();
    expect(rows.map((row) => [row.id, row.status, row.reason])).toEqual(
      rows.map((row) => [row.id, "sent", null]),
    );
    expect(rows).toHaveLength(13);
  });
});

describe("the attempts of a message", () => {
  it("are kept with what was answered and how long it took, the last five", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    let attempt = 0;
    const { deps, advance } = stage(() => {
      attempt += 1;
      advance(250);
      return attempt <= 6
        ? Response.json({ name: "application_error" }, { status: 503 })
        : Response.json({ id: "re_1" });
    });
    for (let tries = 0; tries < 7; tries += 1) {
      await dispatchIds([EMAIL], deps);
      advance(6 * HOUR_MS);
      if (tries < 6)
        await env.DB.exec(
          "UPDATE notifications SET rendered = json_set(rendered, '$.firstAttemptAt', '2099-01-01T00:00:00.000Z'), next_attempt_at = '2026' WHERE status = 'pending'",
        );
    }
    const row = await readNotification(EMAIL);
    expect(row).toMatchObject({ status: "sent", attempts: 7 });
    const log: unknown[] = JSON.parse(row.attempt_log ?? "[]");
    const refused = { ms: 250, status: 503, answer: "application_error" };
    expect(log).toMatchObject([refused, refused, refused, refused, { status: 200, answer: "" }]);
    expect(log[0]).toMatchObject({ at: "2026-11-24T22:00:00.500Z" });
  });

  it("say where no answer came", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { deps } = stage(cutsConnection);
    await dispatchIds([EMAIL], deps);
    const { attempt_log: log } = await readNotification(EMAIL);
    expect(JSON.parse(log ?? "[]")).toMatchObject([{ status: null, answer: "connection cut" }]);
  });

  it("are erased with the customer of their order", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { deps } = stage();
    await dispatchIds([EMAIL], deps);
    expect((await readNotification(EMAIL)).attempt_log).toContain('"status":200');
    await env.DB.exec(
      "UPDATE notifications SET recipient = NULL, rendered = NULL, provider_message_id = NULL",
    );
    await eraseRows(env.DB, { erasureId: 1, orders: ["ORD-1"] }, [], 0);
    expect(await readNotification(EMAIL)).toMatchObject({ attempt_log: null, status: "sent" });
  });

  it("are none where nothing was asked", async () => {
    await seedNotification({ id: EMAIL });
    const { deps } = stage(accepts, noChannels);
    await dispatchIds([EMAIL], deps);
    expect(await readNotification(EMAIL)).toMatchObject({ attempt_log: null });
  });
});

describe("a channel without credentials", () => {
  it("suppresses with the reason, and sends nothing", async () => {
    await seedOrder();
    for (const id of [EMAIL, "x/ORD-1/sms", "refund_failed/REF-1/team", "forward/evt-1/forward"]) {
      await seedNotification({ id });
    }
    await env.DB.prepare(
      "UPDATE notifications SET template = 'order_cancelled' WHERE id LIKE 'x/%'",
    ).run();
    const { deps, provider } = stage(accepts, noChannels);
    await dispatchDue(deps);
    const rows = await readNotifications();
    expect(new Set(rows.map((row) => `${row.status}: ${row.reason}`))).toEqual(
      new Set(["suppressed: channel not configured"]),
    );
    expect(provider.asked).toHaveLength(0);
    expect(rows.map((row) => row.recipient)).toEqual([
      null,
      "asha@example.com",
      null,
      "+919812345678",
    ]);
  });
});

describe("a message that failed", () => {
  it("goes out again within 30 seconds, with the same bytes although the order has changed", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    let calls = 0;
    const { deps, provider, advance, woken } = stage((asked) => {
      calls += 1;
      return calls === 1 ? new Response("oops", { status: 503 }) : accepts(asked);
    });
    await dispatchIds([EMAIL], deps);
    const row = await readNotification(EMAIL);
    expect(row).toMatchObject({ status: "pending", error: "503", in_flight: 0 });
    expect(row.next_attempt_at).toBe("2026-11-24T10:00:30.000Z");
    expect(woken).toEqual([{ ids: [EMAIL], delaySeconds: 30 }]);
    await env.DB.prepare(
      "UPDATE orders SET customer_name = 'Another', customer_email = 'other@example.com'",
    ).run();
    advance(30_000);
    await dispatchIds([EMAIL], deps);
    expect(provider.asked[1]?.body).toBe(provider.asked[0]?.body);
    expect(provider.asked[1]?.headers.get("idempotency-key")).toBe(EMAIL);
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "sent",
      recipient: "asha@example.com",
      attempts: 2,
    });
  });

  it("fails 23 hours after the first attempt, and a person is told once", async () => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { deps, advance, provider } = stage((asked) =>
      asked.url.includes("/emails") ? new Response("", { status: 500 }) : accepts(asked),
    );
    for (let run = 0; run < 100; run += 1) {
      await dispatchDue(deps);
      const [next] = await readNotifications("status = 'pending'");
      if (next === undefined) break;
      advance(Date.parse(next.next_attempt_at ?? "") - deps.now().getTime());
    }
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "failed",
      reason: "retries exhausted",
      error: "500",
    });
    const alerts = await readNotifications("template = 'alert'");
    expect(alerts.map((row) => row.id)).toEqual([
      "alert/notification_failed:email/2026-11-25T09/team",
    ]);
    expect(alerts[0]?.status).toBe("sent");
    const attempts = provider.asked.filter((asked) => asked.url.includes("/emails")).length;
    expect(attempts).toBeGreaterThan(20);
    expect(attempts).toBeLessThan(60);
  });
});

describe("an unknown outcome", () => {
  it.each([
    ["no answer", hangs],
    ["a cut connection", cutsConnection],
  ])("by e-mail is sent again under the same key: %s", async (_name, answer) => {
    await seedOrder();
    await seedNotification({ id: EMAIL });
    const { deps } = impatientStage(answer);
    await dispatchIds([EMAIL], deps);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", in_flight: 0 });
  });

  it.each([
    ["no answer", hangs],
    ["a cut connection", cutsConnection],
  ])("by SMS or to the team is never repeated: %s", async (_name, answer) => {
    await seedOrder();
    await seedRefund();
    await seedShipment();
    const sms = "shipment_update/SHP-1/out_for_delivery/sms";
    const team = "refund_failed/REF-1/team";
    await seedNotification(
      { id: sms, subject_id: "SHP-1" },
      { kind: "shipment_status", status: "out_for_delivery" },
    );
    await seedNotification({ id: team, subject_id: "REF-1" });
    const { deps, advance, provider } = impatientStage(answer);
    await dispatchDue(deps);
    advance(HOUR_MS);
    await dispatchDue(deps);
    for (const id of [sms, team]) {
      expect(await readNotification(id)).toMatchObject({
        status: "failed",
        reason: "outcome unknown",
        next_attempt_at: null,
      });
    }
    expect(provider.asked).toHaveLength(2);
  });
});

import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import {
  claim,
  insertAlerts,
  listDue,
  type OutcomeRow,
  recordOutcomes,
  saveRendered,
} from "../../src/store/outbox";
import { loadFacts } from "../../src/store/outbox-facts";
import {
  clearTables,
  FAILURE_PRECEDENCE,
  NOW,
  readNotification,
  readNotifications,
  seedEvent,
  seedNotification,
  seedOrder,
  seedPayment,
  seedRefund,
  seedShipment,
} from "../notifications/rows";

const EMAIL = "order_confirmed/ORD-1/email";
const LEASE_ENDS = "2026-11-24T10:01:00.000Z";

beforeEach(clearTables);

function outcome(changes: Partial<OutcomeRow> = {}): OutcomeRow {
  return {
    id: EMAIL,
    attempts: 1,
    status: "sent",
    reason: null,
    error: null,
    nextAttemptAt: null,
    providerMessageId: "re_1",
    sentAt: NOW,
    recipient: null,
    orderNumber: null,
    ...changes,
  };
}

describe("the claim", () => {
  it("holds a row for a minute and counts", async () => {
    await seedNotification({ id: EMAIL });
    const first = await claim(env.DB, [EMAIL, EMAIL, "unknown"], NOW);
    expect(first.rows.map((row) => [row.id, row.attempts])).toEqual([[EMAIL, 1]]);
    expect(first.interrupted.size).toBe(0);
    expect(await readNotification(EMAIL)).toMatchObject({
      in_flight: 1,
      next_attempt_at: LEASE_ENDS,
    });
    expect((await claim(env.DB, [EMAIL], "2026-11-24T10:00:59.999Z")).rows).toEqual([]);
    const second = await claim(env.DB, [EMAIL], LEASE_ENDS);
    expect(second.rows.map((row) => row.attempts)).toEqual([2]);
    expect([...second.interrupted]).toEqual([EMAIL]);
  });

  it.each(["sent", "suppressed", "failed"])("leaves alone what is %s", async (status) => {
    await seedNotification({ id: EMAIL, status });
    expect((await claim(env.DB, [EMAIL], NOW)).rows).toEqual([]);
  });

  it("takes ids of any kind as data", async () => {
    const id = "order_confirmed/'; DROP TABLE notifications; --\u0000é%_/email";
    await seedNotification({ id });
    expect((await claim(env.DB, [id, "%", "a'b"], NOW)).rows.map((row) => row.id)).toEqual([id]);
  });
});

describe("what is due", () => {
  it("comes oldest first, bounded, and without what is not due or not pending", async () => {
    await seedNotification({ id: "a/1/email", next_attempt_at: "2026-11-24T09:00:00.000Z" });
    await seedNotification({ id: "a/2/email", next_attempt_at: "2026-11-24T08:00:00.000Z" });
    await seedNotification({ id: "a/3/email", next_attempt_at: "2026-11-24T10:00:00.001Z" });
    await seedNotification({ id: "a/4/email", status: "sent", next_attempt_at: null });
    expect(await listDue(env.DB, NOW, 10)).toEqual(["a/2/email", "a/1/email"]);
    expect(await listDue(env.DB, NOW, 1)).toEqual(["a/2/email"]);
  });

  it("is found through the index of pending rows", async () => {
    const { results } = await env.DB.prepare(
      "EXPLAIN QUERY PLAN SELECT id FROM notifications WHERE status = 'pending' AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2",
    )
      .bind(NOW, 10)
      .all<{ detail: string }>();
    expect(results.map((row) => row.detail).join()).toContain("notifications_due");
    expect(results.map((row) => row.detail).join()).not.toContain("TEMP B-TREE");
  });
});

describe("a run that has lost its lease", () => {
  it("stores no words and records no outcome", async () => {
    await seedNotification({ id: EMAIL });
    await claim(env.DB, [EMAIL], NOW);
    await claim(env.DB, [EMAIL], LEASE_ENDS);
    const letter = { id: EMAIL, recipient: "a@example.com", orderNumber: null, rendered: "{}" };
    expect([...(await saveRendered(env.DB, [{ ...letter, attempts: 1 }]))]).toEqual([]);
    await recordOutcomes(env.DB, [outcome()], [], NOW);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", rendered: null });
    expect([...(await saveRendered(env.DB, [{ ...letter, attempts: 2 }]))]).toEqual([EMAIL]);
    await recordOutcomes(env.DB, [outcome({ attempts: 2 })], [], NOW);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent", in_flight: 0 });
  });

  it("undoes nothing that was recorded", async () => {
    await seedNotification({ id: EMAIL });
    await claim(env.DB, [EMAIL], NOW);
    await recordOutcomes(env.DB, [outcome()], [], NOW);
    await recordOutcomes(env.DB, [outcome({ status: "failed", reason: "late" })], [], NOW);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent", reason: null });
  });
});

describe("many rows at once", () => {
  it("are stored and recorded although they are larger than one parameter", async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `order_confirmed/ORD-${index}/email`);
    for (const id of ids) await seedNotification({ id });
    await claim(env.DB, ids, NOW);
    const rendered = "é".repeat(60_000);
    const rows = ids.map((id) => ({
      id,
      attempts: 1,
      recipient: null,
      orderNumber: null,
      rendered,
    }));
    expect((await saveRendered(env.DB, rows)).size).toBe(30);
    await recordOutcomes(
      env.DB,
      ids.map((id) => outcome({ id })),
      [],
      NOW,
    );
    const stored = await readNotifications();
    expect(stored.every((row) => row.status === "sent" && row.rendered === rendered)).toBe(true);
  });
});

const raise = (now: string, ...kinds: readonly string[]): Promise<readonly string[]> =>
  insertAlerts(
    env.DB,
    kinds.map((kind) => ({ kind, text: "look" })),
    now,
  );

describe("alerts", () => {
  it("are one a kind and hour, and tell which are new", async () => {
    expect(await raise(NOW, "dead_letter", "dead_letter", "channel_down:email")).toEqual([
      "alert/dead_letter/2026-11-24T10/team",
      "alert/channel_down:email/2026-11-24T10/team",
    ]);
    expect(await raise("2026-11-24T10:59:59.999Z", "dead_letter")).toEqual([]);
    expect(await raise("2026-11-24T11:00:00.000Z", "dead_letter")).toEqual([
      "alert/dead_letter/2026-11-24T11/team",
    ]);
    expect(await insertAlerts(env.DB, [], NOW)).toEqual([]);
  });
});

const seedPaymentEvent = (
  id: string,
  event_type: string,
  occurred_at: string | null,
  status: string,
) => seedEvent({ id, event_type, occurred_at, status, subject: "payment", subject_id: "PAY-1" });

describe("facts", () => {
  it("find the order through the subject where the row names none", async () => {
    await seedOrder();
    await seedPayment();
    await seedRefund();
    await seedShipment({ order_number: null });
    const failure = {
      kind: "payment_failure",
      precedence: FAILURE_PRECEDENCE,
      paymentDate: null,
    } as const;
    const nameless = { order_number: null };
    const ids = [
      await seedNotification(
        { id: "payment_failed/PAY-1/1/email", subject_id: "PAY-1", ...nameless },
        failure,
      ),
      await seedNotification({ id: "refund_failed/REF-1/team", subject_id: "REF-1", ...nameless }),
      await seedNotification({
        id: "shipment_cancelled/SHP-1/team",
        subject_id: "SHP-1",
        ...nameless,
      }),
    ];
    const facts = await loadFacts(env.DB, ids);
    expect(ids.map((id) => facts.get(id)?.orderNumber)).toEqual(["ORD-1", "ORD-1", null]);
    expect(ids.map((id) => facts.get(id)?.order?.customer_email)).toEqual([
      "asha@example.com",
      "asha@example.com",
      undefined,
    ]);
    expect(facts.get(ids[0] ?? "")?.payment?.payment_id).toBe("PAY-1");
    expect(facts.get(ids[1] ?? "")?.refund?.refund_id).toBe("REF-1");
    expect(facts.get(ids[2] ?? "")?.shipment?.shipment_id).toBe("SHP-1");
  });

  it("hold the payment's own events that may outrank a failure, and no others", async () => {
    await seedPayment();
    await seedPaymentEvent("evt-fail", "payment.failed", "2026-11-24T09:30:00.000Z", "processed");
    await seedPaymentEvent("evt-later", "payment.retried", "2026-11-24T09:40:00.000Z", "processed");
    await seedPaymentEvent(
      "evt-earlier",
      "payment.retried",
      "2026-11-24T09:20:00.000Z",
      "processed",
    );
    await seedPaymentEvent(
      "evt-waiting",
      "payment.failed",
      "2026-11-24T09:50:00.000Z",
      "quarantined",
    );
    await seedPaymentEvent("evt-timeless", "payment.failed", null, "processed");
    const context = {
      kind: "payment_failure",
      precedence: FAILURE_PRECEDENCE,
      paymentDate: null,
    } as const;
    const id = await seedNotification(
      { id: "payment_failed/PAY-1/1/email", subject_id: "PAY-1" },
      context,
    );
    const facts = await loadFacts(env.DB, [id]);
    expect(facts.get(id)?.paymentEvents.map((event) => event.id)).toEqual([
      "evt-later",
      "evt-fail",
    ]);
  });
});

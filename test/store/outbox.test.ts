/** The statements of the outbox: the claim, due messages, and lost leases. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Facts } from "../../src/notifications/templates/facts";
import { insertAlerts } from "../../src/store/outbox/alerts";
import {
  claim,
  listDue,
  type OutcomeRow,
  recordOutcomes,
  type RenderedRow,
} from "../../src/store/outbox/outbox";
import { loadDue } from "../../src/store/outbox/outbox-facts";
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
} from "../support/rows";
import { precedence } from "../support/precedence";

const EMAIL = "order_confirmed/ORD-1/email";
const LEASE_ENDS = "2026-11-24T10:01:00.000Z";

beforeEach(clearTables);

function outcome(changes: Partial<OutcomeRow> = {}): OutcomeRow {
  return {
    id: EMAIL,
    attempts: 0,
    claimed: true,
    status: "sent",
    reason: null,
    error: null,
    nextAttemptAt: null,
    providerMessageId: "re_1",
    sentAt: NOW,
    recipient: null,
    orderNumber: null,
    dueAt: null,
    isUnanswered: false,
    isHeldBack: false,
    attemptLog: null,
    ...changes,
  };
}

const renderedRow = (
  id: string,
  attempts: number,
  over: Partial<RenderedRow> = {},
): RenderedRow => ({
  id,
  attempts,
  recipient: "a@example.com",
  orderNumber: null,
  rendered: "{}",
  tracking: null,
  ...over,
});

const dueIds = async (ids: readonly string[], now: string): Promise<readonly string[]> =>
  (await loadDue(env.DB, ids, now)).rows.map(({ row }) => row.id);

describe("the claim", () => {
  it("holds a row for a minute, counts, and stores what is to be sent", async () => {
    await seedNotification({ id: EMAIL });
    expect(await dueIds([EMAIL, EMAIL, "unknown"], NOW)).toEqual([EMAIL]);
    expect([
      ...(await claim(env.DB, [renderedRow(EMAIL, 0), renderedRow("unknown", 0)], NOW)).ids,
    ]).toEqual([EMAIL]);
    expect(await readNotification(EMAIL)).toMatchObject({
      in_flight: 1,
      attempts: 1,
      rendered: "{}",
      recipient: "a@example.com",
      next_attempt_at: LEASE_ENDS,
    });
    expect(await dueIds([EMAIL], "2026-11-24T10:00:59.999Z")).toEqual([]);
    const [again] = (await loadDue(env.DB, [EMAIL], LEASE_ENDS)).rows;
    expect(again?.row).toMatchObject({ attempts: 1, in_flight: 1 });
  });

  it("is one run's alone, and keeps the bytes that were rendered first", async () => {
    await seedNotification({ id: EMAIL });
    const runs = await Promise.all(
      ["one", "two", "three"].map((rendered) =>
        claim(env.DB, [renderedRow(EMAIL, 0, { rendered })], NOW),
      ),
    );
    expect(runs.reduce((sum, { ids }) => sum + ids.size, 0)).toBe(1);
    const first = await readNotification(EMAIL);
    const later = renderedRow(EMAIL, 1, { rendered: "other", recipient: "b@example.com" });
    expect((await claim(env.DB, [later], LEASE_ENDS)).ids.size).toBe(1);
    expect(await readNotification(EMAIL)).toMatchObject({
      attempts: 2,
      rendered: first.rendered,
      recipient: "a@example.com",
    });
  });

  it.each(["sent", "suppressed", "failed"])("leaves alone what is %s", async (status) => {
    await seedNotification({ id: EMAIL, status });
    expect(await dueIds([EMAIL], NOW)).toEqual([]);
    expect((await claim(env.DB, [renderedRow(EMAIL, 0)], NOW)).ids.size).toBe(0);
  });

  it("takes ids of any kind as data", async () => {
    const id = "order_confirmed/'; DROP TABLE notifications; --\u0000é%_/email";
    await seedNotification({ id });
    expect(await dueIds([id, "%", "a'b"], NOW)).toEqual([id]);
    expect([...(await claim(env.DB, [renderedRow(id, 0)], NOW)).ids]).toEqual([id]);
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
      "EXPLAIN QUERY PLAN SELECT id FROM notifications WHERE status = 'pending' AND awaits_sweep = 1 AND next_attempt_at <= ?1 ORDER BY next_attempt_at LIMIT ?2",
    )
      .bind(NOW, 10)
      .all<{ detail: string }>();
    expect(results.map((row) => row.detail).join()).toContain("notifications_due");
    expect(results.map((row) => row.detail).join()).not.toContain("TEMP B-TREE");
  });
});

describe("a run that has lost its lease", () => {
  it("claims nothing and records no outcome", async () => {
    await seedNotification({ id: EMAIL });
    await claim(env.DB, [renderedRow(EMAIL, 0)], NOW);
    await claim(env.DB, [renderedRow(EMAIL, 1)], LEASE_ENDS);
    expect((await claim(env.DB, [renderedRow(EMAIL, 0)], LEASE_ENDS)).ids.size).toBe(0);
    await recordOutcomes(env.DB, [outcome()], [], NOW);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", attempts: 2 });
    await recordOutcomes(env.DB, [outcome({ attempts: 1 })], [], NOW);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent", in_flight: 0 });
  });

  it("undoes nothing that was recorded", async () => {
    await seedNotification({ id: EMAIL });
    await claim(env.DB, [renderedRow(EMAIL, 0)], NOW);
    await recordOutcomes(env.DB, [outcome()], [], NOW);
    await recordOutcomes(env.DB, [outcome({ status: "failed", reason: "late" })], [], NOW);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "sent", reason: null });
  });
});

describe("what is decided without a request", () => {
  const dropped = outcome({
    claimed: false,
    status: "suppressed",
    reason: "too old",
    sentAt: null,
  });

  it("is written once, and counts no attempt", async () => {
    await seedNotification({ id: EMAIL });
    await recordOutcomes(env.DB, [dropped], [], NOW);
    await recordOutcomes(env.DB, [{ ...dropped, reason: "again" }], [], NOW);
    expect(await readNotification(EMAIL)).toMatchObject({
      status: "suppressed",
      reason: "too old",
      attempts: 0,
    });
  });

  it("changes nothing that another run has claimed or put off meanwhile", async () => {
    await seedNotification({ id: EMAIL });
    await claim(env.DB, [renderedRow(EMAIL, 0)], NOW);
    await recordOutcomes(env.DB, [dropped], [], NOW);
    expect(await readNotification(EMAIL)).toMatchObject({ status: "pending", in_flight: 1 });
    const later = "2026-11-24T10:30:00.000Z";
    await seedNotification({ id: "a/1/email" });
    const putOff = {
      ...dropped,
      id: "a/1/email",
      status: "pending" as const,
      nextAttemptAt: later,
    };
    await recordOutcomes(env.DB, [putOff], [], NOW);
    await recordOutcomes(env.DB, [{ ...dropped, id: "a/1/email" }], [], NOW);
    expect(await readNotification("a/1/email")).toMatchObject({
      status: "pending",
      next_attempt_at: later,
      awaits_sweep: 1,
    });
  });
});

describe("many rows at once", () => {
  it("are stored and recorded although they are larger than one parameter", async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `order_confirmed/ORD-${index}/email`);
    for (const id of ids) await seedNotification({ id });
    const rendered = "é".repeat(60_000);
    const rows = ids.map((id) => renderedRow(id, 0, { rendered }));
    expect((await claim(env.DB, rows, NOW)).ids.size).toBe(30);
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
) =>
  seedEvent({
    id,
    event_type,
    occurred_at,
    status,
    status_precedence: precedence(occurred_at, event_type.slice("payment.".length), id),
    subject: "payment",
    subject_id: "PAY-1",
  });

async function loadFacts(ids: readonly string[]): Promise<ReadonlyMap<string, Facts>> {
  const { rows: due } = await loadDue(env.DB, ids, NOW);
  return new Map(due.map(({ row, facts }) => [row.id, facts]));
}

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
    const facts = await loadFacts(ids);
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
    const facts = await loadFacts([id]);
    expect(facts.get(id)?.paymentEvents.map((event) => event.status_precedence)).toEqual([
      precedence("2026-11-24T09:40:00.000Z", "retried", "evt-later"),
      FAILURE_PRECEDENCE,
    ]);
  });

  it("say that a refund has succeeded under its own other name, and no other refund's", async () => {
    const other = { payment_reference: "pay_9", order_number: "ORD-2" };
    await seedRefund();
    await seedRefund({ refund_id: "REF-9", ...other });
    await seedRefund({
      refund_id: "pay_9",
      status: "success",
      status_precedence: precedence(NOW, "success", "evt-9"),
      ...other,
    });
    const ids = ["REF-1", "REF-9"].map((refund) => `refund_failed/${refund}/team`);
    await seedNotification({ id: ids[0] ?? "", subject_id: "REF-1" });
    await seedNotification({ id: ids[1] ?? "", subject_id: "REF-9", order_number: "ORD-2" });
    const facts = await loadFacts(ids);
    expect(ids.map((id) => facts.get(id)?.refund?.twin_succeeded)).toEqual([0, 1]);
  });

  it("hold the contents of the parcels of an order, up to a size", async () => {
    const [small, large] = [JSON.stringify(["x"]), JSON.stringify(["y".repeat(150_000)])];
    await seedShipment({ shipment_id: "A", status: "cancelled", items: small });
    await seedShipment({ shipment_id: "B", items: large });
    await seedShipment({ shipment_id: "C", items: small });
    await seedShipment({ shipment_id: "D", items: large });
    await seedShipment({ shipment_id: "E", order_number: "ORD-2", items: small });
    const id = "shipment_update/C/out_for_delivery/sms";
    await seedNotification({ id, subject_id: "C" });
    expect((await loadFacts([id])).get(id)?.contents).toEqual([
      { shipment_id: "B", items: large },
      { shipment_id: "C", items: small },
      { shipment_id: "D", items: null },
    ]);
  });
});

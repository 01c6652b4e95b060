/** The table of docs/notifications.md, line by line. */
import { describe, expect, it } from "vitest";
import { type Circumstances, judge, type Verdict } from "../../src/notifications/relevance";
import { precedence as precedenceOf } from "../support/precedence";
import type { Channel } from "../../src/notifications/channels";
import type { Template } from "../../src/notifications/templates";
import type { OutboxContext } from "../../src/projection/outbox-row";
import type { Facts } from "../../src/notifications/templates/facts";
import { facts, orderFacts, paymentFacts, refundFacts, shipmentFacts } from "./fixtures";

const NOW = "2026-11-24T10:00:00.000Z";
const HOUR_MS = 3_600_000;
const none: OutboxContext = { kind: "none" };

interface Asked {
  readonly template: Template;
  readonly channel: Channel;
  readonly context?: OutboxContext;
  readonly dueAt?: string;
  readonly createdAt?: string;
  readonly happenedAt?: string;
  readonly resends?: number;
  readonly nextAttemptAt?: string;
  readonly reason?: string;
  readonly recipient?: string | null;
  readonly rendered?: string | null;
}

function verdict(asked: Asked, given: Facts, changes: Partial<Circumstances> = {}): Verdict {
  const row = {
    template: asked.template,
    channel: asked.channel,
    context: asked.context ?? none,
    due_at: asked.dueAt ?? NOW,
    created_at: asked.createdAt ?? NOW,
    happened_at: asked.happenedAt ?? NOW,
    resends: asked.resends ?? 0,
    next_attempt_at: asked.nextAttemptAt ?? NOW,
    reason: asked.reason ?? null,
    recipient: asked.recipient ?? null,
    rendered: asked.rendered ?? null,
  };
  return judge(row, given, {
    now: NOW,
    maxAgeMs: 72 * HOUR_MS,
    quietUntil: null,
    channel: "on",
    allowlist: null,
    endpointEnd: null,
    isSwitchedOn: true,
    isOptedOut: false,
    quietHoursEnd: null,
    ...changes,
  });
}

const toAsha: Verdict = { kind: "send", recipient: "asha@example.com" };
const toTeam: Verdict = { kind: "send", recipient: null };
const drop = (reason: string): Verdict => ({ kind: "suppress", reason });
const cancelled = orderFacts({ status: "cancelled" });

describe("order_confirmed", () => {
  const row: Asked = { template: "order_confirmed", channel: "email" };
  it("is sent while the order stands, however far it has come", () => {
    expect(verdict(row, facts())).toEqual(toAsha);
    expect(verdict(row, facts({ order: orderFacts({ status: "complete" }) }))).toEqual(toAsha);
  });
  it("is dropped once the order is cancelled", () => {
    expect(verdict(row, facts({ order: cancelled }))).toEqual(drop("the order is cancelled"));
  });
});

describe("order_cancelled", () => {
  it("is always sent", () => {
    const row: Asked = { template: "order_cancelled", channel: "email" };
    expect(verdict(row, facts({ order: cancelled }))).toEqual(toAsha);
    expect(verdict(row, facts())).toEqual(toAsha);
  });
});

describe("refund_due", () => {
  const row: Asked = { template: "refund_due", channel: "team" };
  const due = (changes: Parameters<typeof orderFacts>[0]): Verdict =>
    verdict(row, facts({ order: orderFacts({ status: "cancelled", ...changes }) }));
  it("is sent while something is outstanding", () => {
    expect(due({ paid_micros: 100, refunded_micros: 99 })).toEqual(toTeam);
    expect(due({ paid_micros: 100, refundable_micros: 60, refunded_micros: 59 })).toEqual(toTeam);
    expect(due({ paid_micros: 100, refundable_micros: 500, refunded_micros: 99 })).toEqual(toTeam);
  });
  it("is dropped when nothing is outstanding, or the order is not cancelled any more", () => {
    const over = drop("no refund is outstanding");
    expect(due({ paid_micros: 100, refunded_micros: 100 })).toEqual(over);
    expect(due({ paid_micros: 100, refundable_micros: 60, refunded_micros: 60 })).toEqual(over);
    expect(due({ paid_micros: 100, refundable_micros: 500, refunded_micros: 100 })).toEqual(over);
    expect(due({ paid_micros: 0 })).toEqual(over);
    expect(due({ status: "confirmed", paid_micros: 100 })).toEqual(over);
  });
});

const own = (id: string, type: string, time: string | null) => ({
  status_precedence: precedenceOf(time, type === "payment.failed" ? "failed" : "pending", id),
});

describe("payment_failed", () => {
  const at = "2026-11-24T09:30:00.000Z";
  const failure = precedenceOf(at, "failed", "evt-fail");
  const context: OutboxContext = {
    kind: "payment_failure",
    precedence: failure,
    paymentDate: "2026-11-24T09:29:00.000Z",
  };
  const row: Asked = { template: "payment_failed", channel: "email", context };
  const order = orderFacts({ payment_status: "failed", paid_micros: 0 });
  const failEvent = own("evt-fail", "payment.failed", at);
  const given = (changes: Parameters<typeof paymentFacts>[0], more: Partial<Facts> = {}): Facts =>
    facts({
      order,
      payment: paymentFacts({ status_precedence: failure, ...changes }),
      paymentEvents: [failEvent],
      ...more,
    });

  it("is sent while the payment's status is the one that this failure set", () => {
    expect(verdict(row, given({}))).toEqual(toAsha);
  });
  it.each(["success", "pending", "refund_initiated", "partially_paid", null])(
    "is dropped when the payment is now %s",
    (status) => {
      expect(verdict(row, given({ status }))).toEqual(drop("the payment has moved on"));
    },
  );
  it("is dropped when a later failure of the same payment set the status", () => {
    const later = own("evt-again", "payment.failed", "2026-11-24T09:40:00.000Z");
    const precedence = precedenceOf("2026-11-24T09:40:00.000Z", "failed", "evt-again");
    expect(
      verdict(row, given({ status_precedence: precedence }, { paymentEvents: [later, failEvent] })),
    ).toEqual(drop("the payment has failed again since"));
  });
  describe("when an order event lists the payment as failed", () => {
    const listed = precedenceOf("2026-11-24T09:45:00.000Z", "failed", "evt-order");
    it("is sent if that is the same failure by its date", () => {
      const payment_date = "2026-11-24T09:29:00.000Z";
      expect(verdict(row, given({ status_precedence: listed, payment_date }))).toEqual(toAsha);
    });
    it("is dropped if the date is that of another failure", () => {
      const payment_date = "2026-11-24T09:44:00.000Z";
      expect(verdict(row, given({ status_precedence: listed, payment_date }))).toEqual(
        drop("the payment has failed again since"),
      );
    });
    it("is sent without dates if this failure is the last thing that the payment itself said", () => {
      expect(verdict(row, given({ status_precedence: listed }))).toEqual(toAsha);
    });
    it("is dropped without dates if the payment itself has said something later", () => {
      const paymentEvents = [
        failEvent,
        own("evt-try", "payment.retried", "2026-11-24T09:35:00.000Z"),
      ];
      expect(verdict(row, given({ status_precedence: listed }, { paymentEvents }))).toEqual(
        drop("the payment has failed again since"),
      );
    });
    it("knows an event whose id had to be escaped as the payment's own", () => {
      const odd = own("évt again", "payment.failed", "2026-11-24T09:50:00.000Z");
      const precedence = odd.status_precedence;
      const payment_date = "2026-11-24T09:29:00.000Z";
      expect(
        verdict(
          row,
          given(
            { status_precedence: precedence, payment_date },
            { paymentEvents: [odd, failEvent] },
          ),
        ),
      ).toEqual(drop("the payment has failed again since"));
    });
  });
  it("is dropped when the order is paid another way, or cancelled", () => {
    expect(verdict(row, given({}, { order: orderFacts() }))).toEqual(drop("the order is paid"));
    expect(
      verdict(row, given({}, { order: orderFacts({ ...order, status: "cancelled" }) })),
    ).toEqual(drop("the order is cancelled"));
  });
  it("is dropped when nothing is to be paid any more, and told while a part is", () => {
    const owing = (paid_micros: number) =>
      orderFacts({ ...order, payable_micros: 500, paid_micros });
    expect(verdict(row, given({}, { order: owing(500) }))).toEqual(
      drop("nothing is to be paid any more"),
    );
    const partly = { ...owing(300), payment_status: "partially_paid" };
    expect(verdict(row, given({}, { order: partly }))).toEqual(toAsha);
  });
});

describe("refund_succeeded and refund_failed", () => {
  it("tell of a success always, and of a failure until it has succeeded", () => {
    const succeeded = facts({ refund: refundFacts() });
    const failed = facts({ refund: refundFacts({ status: "failed" }) });
    expect(verdict({ template: "refund_succeeded", channel: "email" }, succeeded)).toEqual(toAsha);
    expect(verdict({ template: "refund_succeeded", channel: "email" }, failed)).toEqual(toAsha);
    expect(verdict({ template: "refund_failed", channel: "team" }, failed)).toEqual(toTeam);
    expect(verdict({ template: "refund_failed", channel: "team" }, succeeded)).toEqual(
      drop("the refund has succeeded"),
    );
  });
});

describe("shipment_update", () => {
  const row: Asked = {
    template: "shipment_update",
    channel: "sms",
    context: { kind: "shipment_status", status: "in_transit" },
  };
  it("is sent while the shipment is there", () => {
    expect(verdict(row, facts({ shipment: shipmentFacts() }))).toEqual({
      kind: "send",
      recipient: "+919812345678",
    });
  });
  it("is dropped when the shipment has moved on", () => {
    expect(verdict(row, facts({ shipment: shipmentFacts({ status: "delivered" }) }))).toEqual(
      drop("the shipment has moved on"),
    );
  });
});

describe("review_request", () => {
  const row: Asked = { template: "review_request", channel: "email" };
  const given = (
    delivered: number,
    open: number,
    failed: number,
    changes: Parameters<typeof orderFacts>[0] = {},
  ): Facts => facts({ order: orderFacts(changes), parcels: { delivered, open, failed } });
  const toCome: Verdict = {
    kind: "wait",
    reason: "a parcel is still to be delivered",
    pace: "slow",
  };

  it("is sent once every parcel of the order is delivered", () => {
    expect(verdict(row, given(1, 0, 0))).toEqual(toAsha);
    expect(verdict(row, given(3, 0, 0))).toEqual(toAsha);
    const partly = { paid_micros: 100, refunded_micros: 99 };
    expect(verdict(row, given(1, 0, 0, partly))).toEqual(toAsha);
    const unpaid = { paid_micros: 0, refunded_micros: 0 };
    expect(verdict(row, given(1, 0, 0, unpaid))).toEqual(toAsha);
  });
  it("is dropped when none is any more, or the order is cancelled or wholly refunded", () => {
    expect(verdict(row, given(0, 0, 0))).toEqual(drop("no shipment is delivered any more"));
    expect(verdict(row, given(0, 1, 1))).toEqual(drop("no shipment is delivered any more"));
    expect(verdict(row, given(1, 0, 0, { status: "cancelled" }))).toEqual(
      drop("the order is cancelled"),
    );
    const refunded = { paid_micros: 100, refunded_micros: 100 };
    expect(verdict(row, given(1, 0, 0, refunded))).toEqual(drop("the order is refunded"));
  });
  it("is dropped when a parcel is lost or returning, whatever is still to come", () => {
    const reason = "a parcel is lost or on its way back";
    expect(verdict(row, given(1, 0, 1))).toEqual(drop(reason));
    expect(verdict(row, given(1, 1, 1))).toEqual(drop(reason));
  });
  it("waits while a parcel is still to be delivered, for sixty days", () => {
    expect(verdict(row, given(1, 1, 0))).toEqual(toCome);
    const since = (dueAt: string): Asked => ({ ...row, dueAt, createdAt: dueAt });
    expect(verdict(since("2026-09-25T10:00:00.001Z"), given(1, 1, 0))).toEqual(toCome);
    expect(verdict(since("2026-09-25T10:00:00.000Z"), given(1, 1, 0))).toEqual(
      drop("a parcel was never delivered"),
    );
  });
  it("is not too old for having waited, but for having been forgotten since", () => {
    const waited = (nextAttemptAt: string): Asked => ({
      ...row,
      dueAt: "2026-11-01T10:00:00.000Z",
      reason: toCome.reason,
      nextAttemptAt,
    });
    expect(verdict(waited(NOW), given(2, 0, 0))).toEqual(toAsha);
    expect(verdict(waited("2026-11-21T09:59:59.999Z"), given(2, 0, 0))).toEqual(drop("too old"));
    const other = { ...waited(NOW), reason: "no e-mail address known" };
    expect(verdict(other, given(2, 0, 0))).toEqual(drop("too old"));
  });
  it("does not wait where nothing could be sent", () => {
    expect(verdict(row, given(1, 1, 0), { channel: "off" } as const)).toEqual(
      drop("channel not configured"),
    );
  });
  it("waits while the shipment's order is not known", () => {
    expect(verdict(row, facts({ order: null }))).toEqual({
      kind: "wait",
      reason: "no order known",
    });
  });
});

describe("shipment_cancelled, forward and alert", () => {
  it("are always sent", () => {
    const nothing = facts({ order: null });
    expect(verdict({ template: "shipment_cancelled", channel: "team" }, nothing)).toEqual(toTeam);
    expect(verdict({ template: "forward", channel: "forward" }, nothing)).toEqual(toTeam);
    expect(verdict({ template: "alert", channel: "team" }, nothing)).toEqual(toTeam);
  });
  it("forwards nothing to an endpoint that is gone", () => {
    const gone = verdict({ template: "forward", channel: "forward" }, facts(), {
      endpointEnd: "endpoint gone",
    });
    expect(gone).toEqual(drop("endpoint gone"));
  });
});

describe("age", () => {
  const dueAt = "2026-11-21T09:59:59.999Z";
  it("drops a customer's message that is past its time, and no other", () => {
    const given = facts({ shipment: shipmentFacts(), order: orderFacts() });
    expect(verdict({ template: "order_confirmed", channel: "email", dueAt }, given)).toEqual(
      drop("too old"),
    );
    expect(verdict({ template: "shipment_cancelled", channel: "team", dueAt }, given)).toEqual(
      toTeam,
    );
    expect(verdict({ template: "forward", channel: "forward", dueAt }, given)).toEqual(toTeam);
  });
  it("lets through what is exactly that old, and everything where there is no limit", () => {
    const exact = "2026-11-21T10:00:00.000Z";
    const row: Asked = { template: "order_confirmed", channel: "email" };
    expect(verdict({ ...row, dueAt: exact }, facts())).toEqual(toAsha);
    expect(
      verdict({ ...row, dueAt: "2001-01-01T00:00:00.000Z" }, facts(), { maxAgeMs: null }),
    ).toEqual(toAsha);
  });
});

describe("quiet-until", () => {
  const before: Asked = {
    template: "order_confirmed",
    channel: "email",
    happenedAt: "2026-11-24T08:59:59.999Z",
  };
  const quiet = { quietUntil: "2026-11-24T09:00:00.000Z" };
  const quieted = drop("before quiet-until");
  it("drops what happened before it, and nothing that happened then or later", () => {
    expect(verdict(before, facts(), quiet)).toEqual(quieted);
    expect(verdict(before, facts())).toEqual(toAsha);
    expect(verdict({ ...before, happenedAt: quiet.quietUntil }, facts(), quiet)).toEqual(toAsha);
  });
  it("drops what the team is told of events, but neither alerts nor forwards", () => {
    const team = { ...before, channel: "team" } as const;
    expect(verdict({ ...team, template: "shipment_cancelled" }, facts(), quiet)).toEqual(quieted);
    expect(verdict({ ...team, template: "alert" }, facts(), quiet)).toEqual(toTeam);
    const forward = { ...before, template: "forward", channel: "forward" } as const;
    expect(verdict(forward, facts(), quiet)).toEqual(toTeam);
  });
  it("lets through what a person has resent", () => {
    expect(verdict({ ...before, resends: 1 }, facts(), quiet)).toEqual(toAsha);
  });
  it("is asked after whether it is still true, and before the channel and the recipient", () => {
    const off = { ...quiet, channel: "off" } as const;
    const held = { ...quiet, channel: "held" } as const;
    const unreachable = facts({ order: orderFacts({ customer_email: null }) });
    expect(verdict(before, facts({ order: cancelled }), quiet)).toEqual(
      drop("the order is cancelled"),
    );
    expect(verdict(before, unreachable, off)).toEqual(quieted);
    expect(verdict(before, unreachable, held)).toEqual(quieted);
  });
});

describe("the order of the questions", () => {
  const row: Asked = {
    template: "order_confirmed",
    channel: "email",
    dueAt: "2026-01-01T00:00:00.000Z",
  };
  const off = { channel: "off" } as const;
  it("is: still so, recent, channel, recipient", () => {
    const unreachable = orderFacts({ customer_email: null });
    expect(verdict(row, facts({ order: { ...unreachable, status: "cancelled" } }), off)).toEqual(
      drop("the order is cancelled"),
    );
    expect(verdict(row, facts({ order: unreachable }), off)).toEqual(drop("too old"));
    expect(verdict({ ...row, dueAt: NOW }, facts({ order: unreachable }), off)).toEqual(
      drop("channel not configured"),
    );
    expect(verdict({ ...row, dueAt: NOW }, facts({ order: unreachable }))).toEqual({
      kind: "wait",
      reason: "no e-mail address known",
    });
  });
});

describe("the recipient", () => {
  const email: Asked = { template: "order_cancelled", channel: "email" };
  const sms: Asked = {
    template: "shipment_update",
    channel: "sms",
    context: { kind: "shipment_status", status: "in_transit" },
  };
  const shipment = shipmentFacts();

  it("is waited for a day from when the message could first be sent, then given up", () => {
    const order = orderFacts({ customer_email: null, customer_phone: " " });
    const given = facts({ order, shipment });
    const createdAt = "2026-11-23T10:00:00.001Z";
    const older = "2026-11-23T10:00:00.000Z";
    const dueAt = "2026-11-22T10:00:00.000Z";
    expect(verdict({ ...email, createdAt, dueAt }, given).kind).toBe("wait");
    expect(verdict({ ...email, createdAt: older, dueAt }, given)).toEqual(
      drop("no e-mail address known"),
    );
    expect(verdict({ ...email, createdAt: dueAt, dueAt: createdAt }, given).kind).toBe("wait");
    expect(verdict({ ...sms, createdAt: older, dueAt }, given)).toEqual(
      drop("no phone number known"),
    );
  });

  it.each([
    "asha@example.com\r\nBcc: everyone@example.com",
    "asha@example.com, other@example.com",
    "asha@example.com;other@example.com",
    "asha@@example.com",
    "asha",
    "asha@localhost",
    `${"a".repeat(300)}@example.com`,
  ])("is not usable as an address: %j", (customer_email) => {
    expect(verdict(email, facts({ order: orderFacts({ customer_email }) }))).toEqual({
      kind: "fail",
      reason: "recipient not usable",
    });
  });

  it.each([
    "98123 45678",
    "+91 98123 45678",
    "+0123456789",
    "+91981234567890123",
    "+91x",
    "call me",
    // In E.164, but not an existing number.
    "+9876543210",
    "+656591234567",
    "+910000000000",
    // From an order whose number could belong to two countries.
    "+91 +6591234567",
  ])("is not usable as a number: %j", (customer_phone) => {
    expect(verdict(sms, facts({ order: orderFacts({ customer_phone }), shipment }))).toEqual({
      kind: "fail",
      reason: "recipient not usable",
    });
  });

  it("is the plain address, where a name stands around it or its domain is in another script", () => {
    const customer_email = "Asha Rao <asha@bücher.example.>";
    expect(verdict(email, facts({ order: orderFacts({ customer_email }) }))).toEqual({
      kind: "send",
      recipient: "asha@xn--bcher-kva.example",
    });
  });

  it("stays the one that the message was first addressed to", () => {
    const moved = facts({ order: orderFacts({ customer_email: "new@example.com" }) });
    expect(verdict({ ...email, recipient: "asha@example.com", rendered: "{}" }, moved)).toEqual(
      toAsha,
    );
  });
});

/** The reason why an order is not paid: one answer for each cause. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { explainNumber } from "../../src/console/order-view";
import { event } from "../support/events";
import { apply, receiveOnly } from "../support/receiver";
import { defaults } from "../support/defaults";

const at = (minute: number): string => `2026-11-20T10:${String(minute).padStart(2, "0")}:00.000Z`;

function order(number: string, minute: number, over: Record<string, unknown> = {}) {
  const data = { order_number: number, grand_total: 500, currency: { code: "INR" }, ...over };
  return event("order.created", data, { created_at: at(minute) });
}

function payment(type: string, id: string, number: string, minute: number, amount: unknown = 500) {
  const data = { request_number: id, amount, payment_method: "UPI", payment_date: at(minute) };
  return event(type, data, { created_at: at(minute), order_number: number });
}

async function answerOf(number: string) {
  return (await explainNumber(env.DB, number, defaults)).payment;
}

describe("why an order is not paid", () => {
  it("no payment event has come", async () => {
    await apply(order("NONE", 1, { payment_status: "pending" }));
    expect(await answerOf("NONE")).toMatchObject({
      verdict: "not paid",
      status: "pending",
      dueMicros: 500_000_000,
      payments: 0,
      reasons: [{ kind: "no_payment" }],
    });
  });

  it("the last attempt failed, and which event says so", async () => {
    const failed = payment("payment.failed", "F", "FAILED", 5);
    await apply(order("FAILED", 1), failed);
    expect(await answerOf("FAILED")).toMatchObject({
      verdict: "not paid",
      status: "failed",
      reasons: [
        {
          kind: "payment",
          payment: "F",
          status: "failed",
          at: at(5),
          event: failed.id,
          method: "UPI",
        },
      ],
    });
  });

  it("some of several payments succeeded, whatever the order is marked as", async () => {
    await apply(
      order("PART", 1),
      payment("payment.success", "P1", "PART", 2, 100),
      payment("payment.success", "P2", "PART", 3, 200),
      payment("payment.failed", "P3", "PART", 4, 200),
    );
    expect(await answerOf("PART")).toMatchObject({
      verdict: "partly paid",
      status: "partially_paid",
      payments: 3,
      succeeded: 2,
      paidMicros: 300_000_000,
    });
  });

  it("is paid in cash on delivery, as an order event or the payment's own says", async () => {
    const data = (id: string, method: string) => ({
      request_number: id,
      amount: 500,
      payment_method: method,
    });
    const listed = { ...data("C1", "Cash on Delivery (COD)"), payment_status: "pending" };
    const own = data("C2", "cash_on_delivery");
    await apply(
      order("CASH-1", 1, { payment_status: "pending", payments: [listed] }),
      order("CASH-2", 1),
      event("payment.retried", own, { created_at: at(2), order_number: "CASH-2" }),
    );
    for (const number of ["CASH-1", "CASH-2"]) {
      expect(await answerOf(number)).toMatchObject({ verdict: "cash on delivery", paidMicros: 0 });
    }
    await apply(event("payment.success", own, { created_at: at(9), order_number: "CASH-2" }));
    expect(await answerOf("CASH-2")).toMatchObject({ verdict: "paid" });
  });

  it("cash failed, or what only sounds like cash is pending", async () => {
    const cash = { request_number: "CF", amount: 500, payment_method: "COD" };
    const failed = { created_at: at(2), order_number: "CASH-FAILED" };
    const gateway = { request_number: "CG", amount: 500, payment_method: "Cashfree" };
    const pending = { created_at: at(2), order_number: "CASHFREE" };
    await apply(
      order("CASH-FAILED", 1),
      event("payment.failed", cash, failed),
      order("CASHFREE", 1),
      event("payment.retried", gateway, pending),
    );
    expect(await answerOf("CASH-FAILED")).toMatchObject({ verdict: "not paid" });
    expect(await answerOf("CASHFREE")).toMatchObject({ verdict: "not paid" });
  });

  it("its payment is in quarantine, and why", async () => {
    const odd = payment("payment.success", "Q", "QUARANTINE", 2, "five hundred");
    await apply(order("QUARANTINE", 1), odd);
    expect(await answerOf("QUARANTINE")).toMatchObject({
      verdict: "not paid",
      reasons: [
        {
          kind: "set_aside",
          event: odd.id,
          status: "quarantined",
          error: expect.stringContaining("data.amount"),
        },
      ],
    });
  });

  it("its payment has come as a type that nobody knows", async () => {
    const unknown = payment("payment.captured", "U", "UNKNOWN", 2);
    await apply(order("UNKNOWN", 1), unknown);
    expect((await answerOf("UNKNOWN")).reasons).toEqual([
      {
        kind: "set_aside",
        event: unknown.id,
        eventType: "payment.captured",
        status: "ignored",
        error: expect.any(String),
      },
    ]);
  });

  it("a later failure has replaced its success", async () => {
    const [success, failed] = [
      payment("payment.success", "O", "OVERTAKEN", 3),
      payment("payment.failed", "O", "OVERTAKEN", 4),
    ];
    await apply(order("OVERTAKEN", 1), failed, success);
    expect((await answerOf("OVERTAKEN")).reasons).toMatchObject([
      { kind: "overtaken", payment: "O", event: success.id, by: failed.id },
      { kind: "payment", status: "failed" },
    ]);
  });

  it("the order's own word is newer than its payment", async () => {
    const word = order("WORD", 9, { payment_status: "failed" });
    await apply(payment("payment.success", "W", "WORD", 2), word);
    const answer = await answerOf("WORD");
    // The paid amount is still part of the answer.
    expect(answer).toMatchObject({
      verdict: "not paid",
      status: "failed",
      paidMicros: 500_000_000,
    });
    expect(answer.reasons[0]).toEqual({ kind: "order_says", status: "failed", event: word.id });
  });

  it("its payment has come and waits, before anything else of it", async () => {
    const id = await receiveOnly(payment("payment.success", "W1", "WAITING", 2));
    const view = await explainNumber(env.DB, "WAITING", defaults);
    expect(view.order).toBeNull();
    expect(view.payment).toMatchObject({
      verdict: "not paid",
      reasons: [{ kind: "waiting", event: id, eventType: "payment.success" }],
    });
  });

  it("and where it is paid, that is the answer", async () => {
    await apply(order("PAID", 1), payment("payment.success", "S", "PAID", 2));
    expect(await answerOf("PAID")).toMatchObject({ verdict: "paid", succeeded: 1 });
    const nothingKnown = await answerOf("NEVER-HEARD-OF");
    expect(nothingKnown).toMatchObject({ verdict: "not paid", reasons: [{ kind: "no_payment" }] });
  });
});

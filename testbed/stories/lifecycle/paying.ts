/** The verbs of a payment: requested, paid, failed, retried. */
import { describePayment, describePaymentInfo } from "./bodies.ts";
import { chooseMethod } from "../shop-data/choices.ts";
import { payablePaise, paymentStatus, type PaymentFacts } from "./facts.ts";
import type { OrderLife } from "./life.ts";
import { createRandom, streamOf } from "../random.ts";

/** A payment request without a result yet; by default for the whole amount. */
export function requestPayment(
  life: OrderLife,
  amountPaise = payablePaise(life.order),
): PaymentFacts {
  const { order, random } = life;
  const payment: PaymentFacts = {
    id: `PAY-${life.nextKey(order.payments)}`,
    amountPaise,
    method: chooseMethod(random),
    status: "pending",
    date: null,
    reference: null,
  };
  order.payments.push(payment);
  return payment;
}

/** The customer pays. `byReference`: the event knows the payment only by its reference. */
export function pay(life: OrderLife, payment: PaymentFacts, byReference = false): void {
  attempt(life, payment, "success");
  life.order.movements.push({ kind: "paid", paise: payment.amountPaise });
  const data = describePayment(payment);
  if (byReference) delete data.request_number;
  life.recorder.sendAbout(payment.id, "payment.success", data);
}

/** Reports a payment's success again, with an event that knows the payment only by its reference. */
export function repeatPayment(life: OrderLife, payment: PaymentFacts): void {
  payment.date = life.recorder.wait("soon");
  const { request_number: _, ...data } = describePayment(payment);
  life.recorder.sendAbout(payment.id, "payment.success", data);
}

export function failPayment(life: OrderLife, payment: PaymentFacts): void {
  const { order, recorder } = life;
  const failedAt = attempt(life, payment, "failed");
  const stands = () =>
    payment.status === "failed" &&
    payment.date === failedAt &&
    paymentStatus(order) !== "success" &&
    order.status !== "cancelled";
  for (const channel of ["email", "sms"] as const) {
    recorder.call({ template: "payment_failed", channel, about: [payment.id, failedAt] }, stands);
  }
  recorder.sendAbout(payment.id, "payment.failed", describePayment(payment));
}

/**
 * The customer tries again, with the same request or with a new one. The event has the date of the new attempt: a body
 * without an envelope has no other date, and without a date it would be older than the previous failure.
 */
export function retryPayment(life: OrderLife, payment: PaymentFacts): void {
  payment.status = "pending";
  payment.date = life.recorder.wait("soon");
  payment.reference = null;
  life.recorder.sendAbout(payment.id, "payment.retried", describePaymentInfo(payment));
}

function attempt(life: OrderLife, payment: PaymentFacts, outcome: "success" | "failed"): string {
  payment.status = outcome;
  payment.date = life.recorder.wait("soon");
  payment.reference = createReference(life);
  return payment.date;
}

/** References differ between orders, also for the same story: a refund finds its payment by its reference. */
function createReference({ random, order }: OrderLife): string {
  const seed = Number.parseInt(random.hex(14).slice(2), 16);
  return `pay_${createRandom(seed, streamOf(order.number)).hex(14)}`;
}

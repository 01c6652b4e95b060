/**
 * An order with random amounts and payments: discounts, store credit and points, orders that cost nothing, partial
 * payments, failures, overpayments, partial refunds, and the same payment or refund under two names. Everything is
 * valid: each event is true when it is sent.
 */
import { balancePaise, payablePaise, totalPaise, type PaymentFacts } from "./facts.ts";
import { firstPayment, type StoryKind } from "../kinds.ts";
import type { OrderLife } from "./life.ts";
import { failPayment, pay, repeatPayment, requestPayment, retryPayment } from "./paying.ts";
import { failRefund, repeatRefund, requestRefund, retryRefund, settleRefund } from "./refunding.ts";

/**
 * Draws a share of an amount. `nothing`, `all`: the percentage of draws that give 0 or 1; the others give a part.
 */
function drawShare({ random }: OrderLife, nothing: number, all: number): number {
  const part = random.between(0.05, 0.9);
  return random.weighted([
    { weight: nothing, share: 0 },
    { weight: all, share: 1 },
    { weight: 100 - nothing - all, share: part },
  ]).share;
}

function drawPrice(life: OrderLife): void {
  const { order } = life;
  order.discountPaise = Math.round(totalPaise(order) * drawShare(life, 60, 8));
  order.creditPaise = Math.round(totalPaise(order) * drawShare(life, 65, 8));
  order.pointsPaise = Math.round(payablePaise(order) * drawShare(life, 80, 4));
}

/** Pays one request, possibly after failures; false if the customer stops trying. */
function payOne(life: OrderLife, requested: PaymentFacts, byReference: boolean): boolean {
  const { random } = life;
  let payment = requested;
  while (random.chance(0.25)) {
    failPayment(life, payment);
    if (random.chance(0.4)) retryPayment(life, payment);
    if (random.chance(0.2)) return false;
    if (random.chance(0.3)) payment = requestPayment(life, payment.amountPaise);
  }
  pay(life, payment, byReference && random.chance(0.2));
  if (random.chance(0.2)) repeatPayment(life, payment);
  return true;
}

/** Pays everything, a part of it, or too much. */
function payInParts(life: OrderLife, byReference: boolean): void {
  const { order, random } = life;
  const parts = random.integer(1, 3);
  let openPaise = payablePaise(order);
  for (let part = 1; part <= parts && openPaise > 0; part += 1) {
    if (random.chance(0.12)) return;
    const isLast = part === parts;
    const paise = isLast ? openPaise : Math.ceil(openPaise * random.between(0.2, 0.7));
    const isWhole = paise === payablePaise(order);
    const payment = isWhole ? firstPayment(life) : requestPayment(life, paise);
    if (!payOne(life, payment, byReference)) return;
    openPaise -= paise;
  }
  // For an order that costs nothing, the shop states its refunds before such a payment.
  if (payablePaise(order) > 0 && random.chance(0.06))
    pay(life, requestPayment(life, random.integer(1, 500_00)));
}

/** The amount of a payment that can still be refunded, in paise. */
function leftOf({ order }: OrderLife, payment: PaymentFacts): number {
  return order.refunds
    .filter((refund) => refund.payment === payment && refund.status !== "failed")
    .reduce((left, refund) => left - refund.amountPaise, payment.amountPaise);
}

function refundOne(life: OrderLife, payment: PaymentFacts, paise: number): void {
  const { random } = life;
  let refund = requestRefund(life, payment, paise);
  if (random.chance(0.2)) repeatRefund(life, refund);
  while (random.chance(0.25)) {
    failRefund(life, refund);
    if (random.chance(0.2)) repeatRefund(life, refund);
    if (random.chance(0.3)) return;
    if (random.chance(0.5)) retryRefund(life, refund);
    else refund = requestRefund(life, payment, paise);
  }
  if (random.chance(0.2)) return;
  settleRefund(life, refund);
  if (random.chance(0.2)) repeatRefund(life, refund);
}

/** At most this many refunds of the paid amount: whole, in halves, or in any part. */
function refundSome(life: OrderLife, most: number): void {
  const { order, random } = life;
  for (let refunds = random.integer(0, most); refunds > 0; refunds -= 1) {
    const paid = order.payments.filter((one) => one.status === "success" && leftOf(life, one) > 0);
    if (paid.length === 0) return;
    const payment = random.pick(paid);
    const left = leftOf(life, payment);
    const part = random.pick([1, 0.5, random.between(0.1, 0.9)]);
    refundOne(life, payment, Math.ceil(left * part));
  }
}

/**
 * An order that ends with a cancellation is confirmed after it is paid, or never: the last order event before the
 * cancellation states what the shop keeps, and this must be true of everything that was paid.
 */
export const anyMoney: StoryKind = {
  name: "any money",
  title: "priced, paid and paid back at random",
  weight: 0,
  price: drawPrice,
  run(life) {
    const { order, random } = life;
    const isCancelled = random.chance(0.4);
    const confirmed = random.pick(["last", "last", isCancelled ? "never" : "first"] as const);
    if (confirmed === "first") life.confirm();
    // A payment that was reported by its reference alone gets its number when an order event lists it.
    payInParts(life, confirmed === "last");
    if (random.chance(0.25)) refundSome(life, 2);
    const { paid } = balancePaise(order);
    if (isCancelled && confirmed === "last" && random.chance(0.3)) {
      order.chargesPaise = Math.floor(paid * random.between(0.05, 0.5));
    }
    if (confirmed === "last") life.confirm();
    if (isCancelled) life.cancel();
    else if (confirmed !== "never" && random.chance(0.4)) life.complete();
    refundSome(life, 3);
  },
};

/** The verbs of a refund: asked for, failed, tried again, paid out. */
import { describeRefund } from "./bodies.ts";
import { refundRemarks } from "../shop/choices.ts";
import type { PaymentFacts, RefundFacts } from "./facts.ts";
import type { OrderLife } from "./life.ts";

export function requestRefund(
  life: OrderLife,
  payment: PaymentFacts,
  amountPaise: number,
): RefundFacts {
  const { order, random, telling } = life;
  const refund: RefundFacts = {
    id: `REF-${life.nextKey(order.refunds)}`,
    payment,
    amountPaise,
    status: "pending",
    date: telling.wait("later"),
    remarks: random.pick(refundRemarks),
  };
  order.refunds.push(refund);
  send(life, refund, "payment.refund.initiated");
  return refund;
}

export function failRefund(life: OrderLife, refund: RefundFacts): void {
  refund.date = life.telling.wait("later");
  refund.status = "failed";
  refund.remarks = "The bank declined the credit";
  life.telling.call(
    { template: "refund_failed", channel: "team", about: [refund.id] },
    () => refund.status !== "success",
  );
  send(life, refund, "payment.refund.failed");
}

export function retryRefund(life: OrderLife, refund: RefundFacts): void {
  refund.date = life.telling.wait("soon");
  refund.status = "pending";
  send(life, refund, "payment.refund.initiated");
}

export function settleRefund(life: OrderLife, refund: RefundFacts): void {
  refund.date = life.telling.wait("later");
  refund.status = "success";
  refund.remarks = "Credited to the source";
  life.telling.call(
    { template: "refund_succeeded", channel: "email", about: [refund.id] },
    () => true,
  );
  send(life, refund, "payment.refund.success");
}

function send(
  { telling }: OrderLife,
  refund: RefundFacts,
  type: `payment.refund.${"initiated" | "success" | "failed"}`,
): void {
  telling.sendAbout(refund.id, type, describeRefund(refund));
  if (refund.payment.reference !== null) telling.linkThroughReference(refund.id);
}

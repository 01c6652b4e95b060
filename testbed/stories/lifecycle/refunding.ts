/** The verbs of a refund: requested, failed, retried, paid out. */
import { describeRefund } from "./bodies.ts";
import { refundRemarks } from "../shop-data/choices.ts";
import type { PaymentFacts, RefundFacts } from "./facts.ts";
import type { OrderLife } from "./life.ts";

export function requestRefund(
  life: OrderLife,
  payment: PaymentFacts,
  amountPaise: number,
): RefundFacts {
  const { order, random, recorder } = life;
  const refund: RefundFacts = {
    id: `REF-${life.nextKey(order.refunds)}`,
    payment,
    amountPaise,
    status: "pending",
    date: recorder.wait("later"),
    remarks: random.pick(refundRemarks),
  };
  order.refunds.push(refund);
  send(life, refund, "payment.refund.initiated");
  return refund;
}

export function failRefund(life: OrderLife, refund: RefundFacts): void {
  refund.date = life.recorder.wait("later");
  refund.status = "failed";
  refund.remarks = "The bank declined the credit";
  life.recorder.call(
    { template: "refund_failed", channel: "team", about: [refund.id] },
    () => refund.status !== "success",
  );
  send(life, refund, "payment.refund.failed");
}

export function retryRefund(life: OrderLife, refund: RefundFacts): void {
  refund.date = life.recorder.wait("soon");
  refund.status = "pending";
  send(life, refund, "payment.refund.initiated");
}

export function settleRefund(life: OrderLife, refund: RefundFacts): void {
  refund.date = life.recorder.wait("later");
  refund.status = "success";
  life.order.movements.push({ kind: "refunded", paise: refund.amountPaise });
  refund.remarks = "Credited to the source";
  life.recorder.call(
    { template: "refund_succeeded", channel: "email", about: [refund.id] },
    () => true,
  );
  send(life, refund, "payment.refund.success");
}

/**
 * Reports the status of a refund again, with an event that knows it only by its payment's reference. Does nothing if
 * the payment has another refund of the same amount: the event would be ambiguous.
 */
export function repeatRefund(life: OrderLife, refund: RefundFacts): void {
  const { payment, amountPaise } = refund;
  const isAlone = !life.order.refunds.some(
    (other) => other !== refund && other.payment === payment && other.amountPaise === amountPaise,
  );
  if (payment.reference === null || refund.status === "approved" || !isAlone) return;
  refund.date = life.recorder.wait("soon");
  const { request_number: _, ...data } = describeRefund(refund);
  const outcome = refund.status === "pending" ? "initiated" : refund.status;
  life.recorder.sendAbout(refund.id, `payment.refund.${outcome}`, data);
}

function send(
  { recorder }: OrderLife,
  refund: RefundFacts,
  type: `payment.refund.${"initiated" | "success" | "failed"}`,
): void {
  recorder.sendAbout(refund.id, type, describeRefund(refund));
  if (refund.payment.reference !== null) recorder.linkThroughReference(refund.id);
}

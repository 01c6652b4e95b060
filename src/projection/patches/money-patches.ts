/** What a payment and what a refund sets, for events about it and for entries nested in an order. */
import { identifierOf } from "../../events/keys";
import type { OrderRefund, PaymentInfo } from "../../events/models";
import { refundStatus } from "../../events/subjects";
import { knownTime } from "../../events/formats/time";
import { micros } from "./money";
import { type Place, precedenceAt, shopDay } from "./place";
import { type Patch, patchOf } from "../registers";

export function paymentPatch(data: PaymentInfo, place: Place): Patch {
  const { status } = place;
  const p = precedenceAt(place, "payment", status);
  const paidOn = knownTime(data.payment_date, place);
  return patchOf("payments", place.key, [
    ["status", p, status === null ? [] : [status, paidOn, shopDay(paidOn, place)]],
    ["amount", p, [micros(data.amount), data.payment_method]],
    ["reference", p, [identifierOf(data.payment_reference_number)]],
    ["link", p, [place.orderNumber]],
    ["extra", p, [place.extra]],
  ]);
}

export function refundPatch(data: OrderRefund, place: Place): Patch {
  const { status } = place;
  const p = precedenceAt(place, "refund", status);
  const refundedOn = knownTime(data.refund_date, place);
  return patchOf("refunds", place.key, [
    [
      "status",
      p,
      status === null ? [] : [status, refundedOn, shopDay(refundedOn, place), data.refund_remarks],
    ],
    ["amount", p, [micros(data.refund_amount), data.payment_mode]],
    ["reference", p, [identifierOf(data.payment_reference_number)]],
    ["link", p, [place.orderNumber]],
    ["extra", p, [place.extra]],
  ]);
}

/** A payment nested in an order event that gives money back is a refund under other field names. */
export function refundFromPayment(data: PaymentInfo): OrderRefund {
  return {
    id: data.id,
    order_number: data.order_number,
    request_number: data.request_number,
    refund_amount: data.amount,
    refund_date: data.payment_date,
    status: refundStatus(data.payment_status),
    payment_mode: null,
    payment_reference_number: data.payment_reference_number,
    refund_remarks: null,
  };
}

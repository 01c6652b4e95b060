/** The values that a payment or a refund sets, for events about it and for entries nested in an order. */
import { identifierOf } from "../../events/keys";
import type { OrderRefund, PaymentInfo } from "../../events/models";
import { refundStatus } from "../../events/subjects";
import { knownTime } from "../../events/field-formats/time";
import { micros } from "./money";
import { type Place, precedenceAt, shopDay } from "./place";
import { type Patch, patchOf } from "../registers";

export function paymentPatch(data: PaymentInfo, place: Place): Patch {
  const { status } = place;
  const paidOn = knownTime(data.payment_date, place);
  return patchOf("payments", place.key, precedenceAt(place, "payment", status), {
    status:
      status === null
        ? null
        : { status, payment_date: paidOn, payment_day: shopDay(paidOn, place) },
    amount: { amount_micros: micros(data.amount), method: data.payment_method },
    reference: { named_reference: identifierOf(data.payment_reference_number) },
    link: { named_order: place.orderNumber },
    extra: { extra: place.extra },
  });
}

export function refundPatch(data: OrderRefund, place: Place): Patch {
  const { status } = place;
  const refundedOn = knownTime(data.refund_date, place);
  return patchOf("refunds", place.key, precedenceAt(place, "refund", status), {
    status:
      status === null
        ? null
        : {
            status,
            refund_date: refundedOn,
            refund_day: shopDay(refundedOn, place),
            remarks: data.refund_remarks,
          },
    amount: { amount_micros: micros(data.refund_amount), payment_mode: data.payment_mode },
    reference: { payment_reference: identifierOf(data.payment_reference_number) },
    link: { named_order: place.orderNumber },
    extra: { extra: place.extra },
  });
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

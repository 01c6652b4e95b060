/**
 * Whether a message is still true when its turn comes, and to whom it goes. Pure. The order of the
 * questions matters, since `suppressed` is final and its reason is what a person reads: is it still
 * so, is it recent, can it be sent at all, is somebody there to hear it.
 */
import { parseAddress } from "../events/address";
import { ERASED } from "../events/erased-body";
import { parseE164 } from "../events/phone";
import { msBetween } from "../events/time";
import { RECIPIENT_WAIT_MS, REVIEW_WAIT_MS } from "../limits";
import { balanceDueMicros, refundOutstandingMicros } from "../projection/financial-status";
import { hasTime, idHashIn, stageIn, timeIn } from "../projection/precedence";

import type { OutboxContext } from "../projection/templates";
import type { DueRow } from "../store/outbox";
import type { Facts } from "../store/outbox-facts";

export type Verdict =
  | { readonly kind: "send"; readonly recipient: string | null }
  /** Final: the message is dropped, and this is why. */
  | { readonly kind: "suppress"; readonly reason: string }
  /** The recipient can never be written to. */
  | { readonly kind: "fail"; readonly reason: string }
  /**
   * Somebody or something is not known yet; asked again later. `pace` is slow where something has to
   * happen first, of which an event will tell.
   */
  | { readonly kind: "wait"; readonly reason: string; readonly pace?: "slow" };

export interface Circumstances {
  /** ISO time. */
  readonly now: string;
  /** Null: no limit. */
  readonly maxAgeMs: number | null;
  readonly channelConfigured: boolean;
  /** The forward endpoint has answered 410. */
  readonly endpointGone: boolean;
}

type Question = Pick<
  DueRow,
  | "template"
  | "channel"
  | "recipient"
  | "due_at"
  | "next_attempt_at"
  | "reason"
  | "created_at"
  | "rendered"
> & {
  readonly context: OutboxContext;
  /** How often a person has had it sent again: whoever asks for that knows how old it is. */
  readonly resends?: number;
};

/**
 * One failure is one time, or where it has none one event: the fact that its row is named after. Two
 * events of the same time tell of the same failure, whichever of them made the row.
 */
function isSameFailure(one: string, other: string): boolean {
  const isSameMoment = timeIn(one) === timeIn(other) && stageIn(one) === stageIn(other);
  return idHashIn(one) === idHashIn(other) || (hasTime(one) && isSameMoment);
}

/** Null: the payment's status is still the one that this failure set. */
function whyFailureIsOver(context: OutboxContext, facts: Facts): string | null {
  const { payment, order } = facts;
  if (order?.status === "cancelled") return "the order is cancelled";
  if (order?.payment_status === "success") return "the order is paid";
  if (order !== null && balanceDueMicros(order) === 0) return "nothing is to be paid any more";
  if (context.kind !== "payment_failure" || payment === null) return "the payment is not known";
  if (payment.status !== "failed") return "the payment has moved on";
  if (isSameFailure(payment.status_precedence, context.precedence)) return null;
  // Another event set it. If that is one of the payment's own, this failure is overtaken; if it is
  // an order event, it may be listing the very same failure.
  const own = facts.paymentEvents.map(({ status_precedence }) => status_precedence).toSorted();
  const setter = idHashIn(payment.status_precedence);
  if (own.some((precedence) => idHashIn(precedence) === setter)) {
    return "the payment has failed again since";
  }
  const same =
    payment.payment_date !== null && context.paymentDate !== null
      ? payment.payment_date === context.paymentDate
      : isSameFailure(own.at(-1) ?? "", context.precedence);
  return same ? null : "the payment has failed again since";
}

function whyNoReview(facts: Facts): string | null {
  const { order } = facts;
  if (order === null) return null;
  if (order.status === "cancelled") return "the order is cancelled";
  if (order.refunded_micros > 0 && order.refunded_micros >= order.paid_micros) {
    return "the order is refunded";
  }
  if (facts.parcels.delivered === 0) return "no shipment is delivered any more";
  return facts.parcels.failed > 0 ? "a parcel is lost or on its way back" : null;
}

const PARCELS_TO_COME = "a parcel is still to be delivered";

/** What has to come first; null where nothing has. A parcel that never arrives is not waited for for ever. */
function whyNotYet(row: Question, facts: Facts, now: string): Verdict | null {
  if (row.template !== "review_request" || facts.parcels.open === 0) return null;
  return waitingMs(row, now) >= REVIEW_WAIT_MS
    ? { kind: "suppress", reason: "a parcel was never delivered" }
    : { kind: "wait", reason: PARCELS_TO_COME, pace: "slow" };
}

/** Where a parcel goes once its customer has nothing to follow any more. */
const endedStatuses: ReadonlySet<string> = new Set([
  "delivered",
  "cancelled",
  "return_to_origin",
  "lost",
]);

function whyNotTracked(context: OutboxContext, { shipment }: Facts): string | null {
  if (shipment === null || context.kind !== "tracking") return "the parcel is not known";
  if ((shipment.awb_no ?? shipment.tracking_url) !== context.tracking) {
    return "the tracking has changed again";
  }
  return endedStatuses.has(shipment.status ?? "") ? "the parcel is no longer on its way" : null;
}

/** Null while it is still so; else why not. One case a line of the table in docs/notifications.md. */
function whyUntrue(row: Question, facts: Facts): string | null {
  switch (row.template) {
    case "order_confirmed":
      return facts.order?.status === "cancelled" ? "the order is cancelled" : null;
    case "refund_due":
      return facts.order !== null && refundOutstandingMicros(facts.order) > 0
        ? null
        : "no refund is outstanding";
    case "payment_failed":
      return whyFailureIsOver(row.context, facts);
    case "refund_failed":
      return facts.refund?.status === "success" || facts.refund?.twin_succeeded === 1
        ? "the refund has succeeded"
        : null;
    case "shipment_update":
      return row.context.kind === "shipment_status" && facts.shipment?.status === row.context.status
        ? null
        : "the shipment has moved on";
    case "tracking_changed":
      return whyNotTracked(row.context, facts);
    case "review_request":
      return whyNoReview(facts);
    case "order_cancelled":
    case "refund_succeeded":
    case "shipment_cancelled":
    case "forward":
    case "alert":
      return null;
  }
}

/** Waiting begins when the row could first be sent: it may be made long after it was due. */
function waitingMs(row: Question, now: string): number {
  return msBetween(row.created_at > row.due_at ? row.created_at : row.due_at, now);
}

/** What waited for parcels was due at the earliest when it was to be asked again. */
function dueAt(row: Question): string {
  const { due_at, next_attempt_at, reason } = row;
  return reason === PARCELS_TO_COME && next_attempt_at > due_at ? next_attempt_at : due_at;
}

/** Where the order's customer is reached, as it stands; null for the team and for forwards. */
export function customerAddress(channel: Question["channel"], facts: Facts): string | null {
  switch (channel) {
    case "email":
      return facts.order?.customer_email ?? null;
    case "sms":
      return facts.order?.customer_phone ?? null;
    case "team":
    case "forward":
      return null;
  }
}

function addressed(text: string | null, parse: (text: string) => string | null): Verdict | null {
  if (text === null || text.trim() === "") return null;
  if (text === ERASED) return { kind: "suppress", reason: "erased" };
  const recipient = parse(text);
  return recipient === null
    ? { kind: "fail", reason: "recipient not usable" }
    : { kind: "send", recipient };
}

function recipientOf(row: Question, facts: Facts, now: string): Verdict {
  if (row.channel === "team" || row.channel === "forward") return { kind: "send", recipient: null };
  // Once rendered, it goes where it was first addressed to.
  if (row.rendered !== null && row.recipient !== null) {
    return { kind: "send", recipient: row.recipient };
  }
  const parse = row.channel === "email" ? parseAddress : parseE164;
  const known = addressed(customerAddress(row.channel, facts), parse);
  if (known !== null) return known;
  const missing = row.channel === "email" ? "no e-mail address known" : "no phone number known";
  const reason = facts.order === null ? "no order known" : missing;
  return { kind: waitingMs(row, now) >= RECIPIENT_WAIT_MS ? "suppress" : "wait", reason };
}

/** What is to be done with a row whose turn has come. */
export function judge(row: Question, facts: Facts, circumstances: Circumstances): Verdict {
  const untrue = whyUntrue(row, facts);
  if (untrue !== null) return { kind: "suppress", reason: untrue };
  const { now, maxAgeMs } = circumstances;
  const isCustomers = row.channel === "email" || row.channel === "sms";
  const isAsked = (row.resends ?? 0) > 0;
  const notYet = whyNotYet(row, facts, now);
  if (notYet !== null && !isAsked && circumstances.channelConfigured) return notYet;
  // What has waited for parcels was in time when it was first sent.
  const wasInTime = row.template === "review_request" && row.rendered !== null;
  const isTooOld = maxAgeMs !== null && !wasInTime && msBetween(dueAt(row), now) > maxAgeMs;
  if (isCustomers && !isAsked && (isTooOld || row.context.isHistory === true)) {
    return { kind: "suppress", reason: "too old" };
  }
  if (!circumstances.channelConfigured) {
    return { kind: "suppress", reason: "channel not configured" };
  }
  if (row.channel === "forward" && circumstances.endpointGone) {
    return { kind: "suppress", reason: "endpoint gone" };
  }
  return recipientOf(row, facts, now);
}

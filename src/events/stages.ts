/**
 * The status scales: how far along each status is, so that events of the same instant or without times still get
 * their natural order. A stage is a rank, from 1; 0 is below every known status.
 */
import type { Subject } from "./catalog.ts";

/** The rank without a status, or with a status that neither its scale nor its type knows. */
const LOWEST_STAGE = 0;

/** Each inner list shares one rank; later lists rank higher. */
function scale(...ranks: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  return new Map(ranks.flatMap((names, rank) => names.map((name) => [name, rank + 1] as const)));
}

const scales: Readonly<Record<Subject, ReadonlyMap<string, number>>> = {
  order: scale(
    ["draft", "pending", "awaiting_approval"],
    ["confirmed"],
    ["schedule_requested", "partially_scheduled"],
    ["awaiting_shipment", "sent_to_store"],
    ["partially_shipped"],
    ["shipped"],
    ["partially_delivered"],
    ["undelivered", "partially_undelivered"],
    ["return_to_origin", "partially_return_to_origin", "lost", "store_rejected"],
    ["complete"],
    ["cancelled"],
  ),
  payment: scale(
    ["pending", "retried", "debit_scheduled", "collection_due"],
    ["failed"],
    ["partially_paid"],
    ["success", "unsettled"],
    ["partially_settled"],
    ["settled"],
    ["refund_initiated"],
    ["refunded"],
  ),
  refund: scale(["pending"], ["approved"], ["failed"], ["success"]),
  shipment: scale(
    ["created", "unscheduled"],
    ["schedule_requested"],
    ["scheduled", "processing"],
    ["packed", "sent_to_store"],
    ["shipped"],
    ["in_transit"],
    ["out_for_delivery", "ready_to_collect"],
    ["delivery_attempted"],
    ["undelivered", "store_rejected"],
    ["return_to_origin"],
    ["lost"],
    ["cancelled"],
    ["delivered"],
  ),
};

/** Whether the status is on its subject's scale. */
export function isKnownStatus(subject: Subject, status: string): boolean {
  return scales[subject].has(status);
}

/** Every status on the scale of the subject, the lowest first. */
export function knownStatuses(subject: Subject): readonly string[] {
  return [...scales[subject].keys()];
}

/**
 * The stage of a status on its subject's scale. An unknown status gets the rank of `standIn`, the status of its
 * event type; without one it ranks lowest.
 */
export function stageOf(subject: Subject, status: string | null, standIn: string | null): number {
  if (status === null) return LOWEST_STAGE;
  const scaled = scales[subject];
  return scaled.get(status) ?? (standIn === null ? undefined : scaled.get(standIn)) ?? LOWEST_STAGE;
}

/** Statuses of a payment whose money the shop has received, even if it is being or was refunded. */
export const paidStatuses = [
  "success",
  "unsettled",
  "partially_settled",
  "settled",
  "refund_initiated",
  "refunded",
] as const;

/** Statuses of a payment that is still expected, in addition to `pending`. */
export const pendingStatuses = ["retried", "debit_scheduled", "collection_due"] as const;

const pending: ReadonlySet<string> = new Set(pendingStatuses);
const paid: ReadonlySet<string> = new Set(paidStatuses);

/** A payment's status as one of the vendor's four payment statuses of an order. */
export function paymentWord(status: string): string {
  if (paid.has(status)) return "success";
  return pending.has(status) ? "pending" : status;
}

/**
 * The scales of status: how far along each status is, so that events of the same instant, or
 * without times, still fall in natural order. Two digits; 00 is below every known status.
 */
import type { Subject } from "../events/catalog";

const LOWEST_STAGE = "00";

/** Each inner list shares one rank; later lists rank higher. */
function scale(...ranks: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  return new Map(
    ranks.flatMap((names, rank) =>
      names.map((name) => [name, String(rank + 1).padStart(2, "0")] as const),
    ),
  );
}

const scales: Readonly<Record<Subject, ReadonlyMap<string, string>>> = {
  order: scale(
    ["draft", "pending", "awaiting_approval"],
    [
      "confirmed",
      "partially_scheduled",
      "awaiting_shipment",
      "shipped",
      "partially_shipped",
      "undelivered",
      "partially_undelivered",
      "return_to_origin",
      "partially_return_to_origin",
      "partially_delivered",
    ],
    ["complete"],
    ["cancelled"],
  ),
  payment: scale(
    ["pending", "retried"],
    ["failed"],
    ["partially_paid"],
    ["success"],
    ["refund_initiated"],
  ),
  refund: scale(["pending"], ["approved"], ["failed"], ["success"]),
  shipment: scale(
    ["unscheduled"],
    ["schedule_requested"],
    ["scheduled"],
    ["packed"],
    ["shipped"],
    ["in_transit"],
    ["out_for_delivery"],
    ["delivery_attempted"],
    ["undelivered"],
    ["return_to_origin"],
    ["lost"],
    ["cancelled"],
    ["delivered"],
  ),
};

/**
 * The stage of a status on its subject's scale. A status that is not known takes the rank of
 * `standIn`, the status that its event type stands for; without one it ranks lowest.
 */
export function stageOf(subject: Subject, status: string | null, standIn: string | null): string {
  const known = status === null ? undefined : scales[subject].get(status);
  if (known !== undefined) return known;
  if (status === null || standIn === null) return LOWEST_STAGE;
  return scales[subject].get(standIn) ?? LOWEST_STAGE;
}

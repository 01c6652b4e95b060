/**
 * Whether a set of orders is finished: nothing is due, expected or disputed, and nothing has changed for long. Being
 * wrong costs little: a later event brings the set back. Pure.
 */
import { refundOutstandingMicros } from "../projection/money-status/financial-status";
import { entityNames } from "../projection/registers";
import type { Row, SetRows } from "../store/closed-orders/set-rows";

const ended: ReadonlySet<unknown> = new Set(["complete", "cancelled"]);
/** Never confirmed: an abandoned checkout, where nothing was paid and nothing was sent. */
const unconfirmed: ReadonlySet<unknown> = new Set(["draft", "pending", "awaiting_approval"]);
/** A shop that never completes its orders has finished one whose parcels have all arrived or are out of reach. */
const parcelEnded: ReadonlySet<unknown> = new Set([
  "delivered",
  "cancelled",
  "lost",
  "return_to_origin",
]);
const refundEnded: ReadonlySet<unknown> = new Set(["success", "failed"]);

function isOrderFinished(order: Row, { shipments }: SetRows): boolean {
  const number = order["order_number"];
  if (refundOutstandingMicros(order) > 0) return false;
  if (ended.has(order["status"])) return true;
  const parcels = shipments.filter((row) => row["order_number"] === number);
  if (unconfirmed.has(order["status"])) {
    return parcels.length === 0 && Number(order["paid_micros"] ?? 0) === 0;
  }
  const hasArrived =
    parcels.some(({ status }) => status === "delivered") &&
    parcels.every(({ status }) => parcelEnded.has(status));
  return hasArrived && order["payment_status"] === "success";
}

/** Settled, and retention has removed its recipient and its words: in a file they would stay for longer. */
const isStripped = ({ status, recipient, rendered }: Row): boolean =>
  status !== "pending" && (recipient ?? null) === null && (rendered ?? null) === null;

/** `before`: the latest time of the last change, ISO 8601. */
export function isFinished(rows: SetRows, before: string): boolean {
  const all = entityNames.flatMap((entity) => rows[entity]);
  return (
    rows.orders.length > 0 &&
    all.every((row) => String(row["updated_at"]) <= before) &&
    rows.orders.every((order) => isOrderFinished(order, rows)) &&
    rows.refunds.every(({ status }) => refundEnded.has(status)) &&
    rows.notifications.every(isStripped)
  );
}

/** The texts to the team, which are in English only. */
import type { TeamKey } from "../keys";

export const team: Readonly<Record<TeamKey, string>> = {
  "team.open_order": "Open the order",
  "team.open_console": "Open the console",
  "team.order": "Order",
  "team.customer": "Customer",
  "team.cancelled": "Cancelled",
  "team.paid": "Paid",
  "team.refunded": "Paid back",
  "team.refund": "Refund",
  "team.refund_mode": "Mode",
  "team.remarks": "Remarks",
  "team.courier": "Courier",
  "team.tracking_number": "Tracking number",
  "team.reason": "Reason",
  "team.kind": "Kind",

  "refund_due.title": "Refund due",
  "refund_due.text": "Order {order} is cancelled and {amount} is still to be paid back.",
  "refund_failed.title": "Refund failed",
  "refund_failed.text":
    "A refund of {amount} for order {order} did not go through. Please pay it back another way.",
  "refund_failed.text_without_amount":
    "A refund for order {order} did not go through. Please pay it back another way.",
  "refund_failed.text_without_order":
    "A refund of {amount} did not go through. Please pay it back another way.",
  "refund_failed.text_without_both": "A refund did not go through. Please pay it back another way.",
  "shipment_cancelled.title": "Shipment cancelled",
  "shipment_cancelled.text":
    "Shipment {shipment} of order {order} was cancelled. Does the order need a new one?",
  "shipment_cancelled.text_without_order":
    "Shipment {shipment} was cancelled. Does the order need a new one?",
  "alert.title": "Needs a person",
};

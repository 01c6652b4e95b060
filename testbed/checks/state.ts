/** The final content of D1: read once, then checked and shown from memory. */
import type { PartRow } from "../stories/index.ts";
import type { Receiver } from "../receiver/start.ts";

interface EventRow {
  readonly id: string;
  readonly event_type: string | null;
  readonly form: string | null;
  readonly status: string;
  readonly redeliveries: number;
  readonly conflicts: number;
  readonly error: string | null;
  readonly processed_at: string | null;
}

interface OrderRow {
  readonly order_number: string;
  readonly status: string | null;
  readonly payment_status: string | null;
  readonly currency: string | null;
  readonly grand_total_micros: number | null;
  readonly paid_micros: number;
  readonly refunded_micros: number;
  readonly customer_name: string | null;
  readonly customer_email: string | null;
  readonly order_date: string | null;
  readonly confirmed_at: string | null;
  readonly completed_at: string | null;
  readonly cancelled_at: string | null;
}

export interface NotificationRow {
  readonly id: string;
  readonly template: string;
  readonly channel: string;
  readonly order_number: string | null;
  readonly event_id: string | null;
  readonly recipient: string | null;
  readonly status: string;
  readonly reason: string | null;
  readonly error: string | null;
  readonly created_at: string;
  readonly sent_at: string | null;
}

/** A row of the view `refunds_due`; the amount is in rupees. */
interface RefundDueRow {
  readonly order_number: string;
  readonly outstanding: number;
}

export interface State {
  readonly events: readonly EventRow[];
  readonly orders: readonly OrderRow[];
  readonly payments: readonly PartRow[];
  readonly refunds: readonly PartRow[];
  readonly shipments: readonly PartRow[];
  readonly notifications: readonly NotificationRow[];
  /** Rows of the view `state_audit`: state that contradicts a processed event. */
  readonly audit: readonly object[];
  readonly refundsDue: readonly RefundDueRow[];
}

export async function readState(receiver: Pick<Receiver, "query">): Promise<State> {
  const part = "order_number, status";
  return {
    events: await receiver.query(
      `SELECT id, event_type, form, status, redeliveries, conflicts, error, processed_at
       FROM webhook_events ORDER BY received_at`,
    ),
    orders: await receiver.query("SELECT * FROM orders ORDER BY order_number"),
    payments: await receiver.query(`SELECT payment_id AS id, ${part}, amount_micros FROM payments`),
    refunds: await receiver.query(`SELECT refund_id AS id, ${part}, amount_micros FROM refunds`),
    shipments: await receiver.query(
      `SELECT shipment_id AS id, ${part}, NULL AS amount_micros FROM shipments`,
    ),
    notifications: await receiver.query(
      `SELECT id, template, channel, order_number, event_id, recipient, status, reason, error,
         created_at, sent_at
       FROM notifications`,
    ),
    audit: await receiver.query("SELECT * FROM state_audit LIMIT 100"),
    refundsDue: await receiver.query(
      "SELECT order_number, outstanding FROM refunds_due ORDER BY outstanding DESC",
    ),
  };
}

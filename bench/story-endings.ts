/** A story is over within a day, some of them in the middle: what happens to such an order later. */
import type { Story } from "../testbed/stories/index.ts";

/** One order in so many never ends: no event comes about it any more. */
const FORGOTTEN_EVERY = 50;

const parcelEnded: ReadonlySet<string> = new Set(["delivered", "cancelled", "lost"]);

/** Its parcels arrive, it is completed, and what a cancelled order is owed is paid back. `at`: ISO 8601. */
export function endingOf({ orderNumber, expected }: Story, at: string): readonly object[] {
  if (Number(/\d+$/.exec(orderNumber)?.[0]) % FORGOTTEN_EVERY === 0) return [];
  const event = (event_type: string, key: string, data: object) => ({
    id: `${key}-${event_type}-in-the-end`,
    event_type,
    created_at: at,
    data: { order_number: orderNumber, ...data },
  });
  const refund = (id: string, micros: number) =>
    event("payment.refund.success", id, {
      request_number: id,
      refund_amount: micros / 1e6,
      status: "success",
      refund_date: at,
    });
  if (expected.status === "cancelled") {
    const pending = expected.refunds.filter(({ status }) => status === "pending");
    if (pending.length > 0) return pending.map(({ id, amountMicros }) => refund(id, amountMicros));
    const { refundDueMicros } = expected;
    return refundDueMicros > 0 ? [refund(`REF-${orderNumber}-IN-THE-END`, refundDueMicros)] : [];
  }
  if (expected.status !== "confirmed") return [];
  const parcels = expected.shipments.filter(({ status }) => !parcelEnded.has(status));
  return [
    ...parcels.map(({ id }) =>
      event("shipment.delivered", id, { reference_number: id, status: "delivered" }),
    ),
    event("order.completed", orderNumber, { status: "complete" }),
  ];
}

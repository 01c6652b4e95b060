/** Authentic events of a known type with wrong data: stored, quarantined, and not applied. */

export interface SenselessEvent {
  readonly what: string;
  readonly type: string;
  readonly data: unknown;
}

export function senselessEvents(orderNumber: string): readonly SenselessEvent[] {
  const named = { order_number: orderNumber };
  return [
    {
      what: "amount as text",
      type: "payment.success",
      data: { ...named, request_number: "PAY-1-Q", amount: "2,499.00" },
    },
    {
      what: "total as text",
      type: "order.confirmed",
      data: { ...named, grand_total: "Rs 2499" },
    },
    { what: "data is a list", type: "order.cancelled", data: [named] },
    { what: "data is missing", type: "payment.refund.success", data: undefined },
    {
      what: "nothing to know it by",
      type: "shipment.delivered",
      data: { status: "delivered" },
    },
  ];
}

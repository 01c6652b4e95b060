/** What a cancelled order still owes its customer. As the views and store/derive.ts have it in SQL. */

interface Balance {
  readonly status: string | null;
  readonly paid_micros: number;
  readonly refunded_micros: number;
  readonly refundable_micros: number | null;
}

/**
 * The refund outstanding, in micros; 0 or less where nothing is. Of what was never paid nothing is, whatever
 * an event has called refundable.
 */
export function refundDueMicros(order: Balance): number {
  if (order.status !== "cancelled") return 0;
  const owed = Math.min(order.refundable_micros ?? order.paid_micros, order.paid_micros);
  return owed - order.refunded_micros;
}

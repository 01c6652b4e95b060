/**
 * The order that an event belongs to, in SQL: the one that it names, else the one of its row, which may have become
 * known later. `of`: webhook_events, or its alias. Primary keys.
 */
export const linkedOrder = (of: string): string => `coalesce(${of}.order_number, CASE ${of}.subject
  WHEN 'order' THEN ${of}.subject_id
  WHEN 'payment' THEN (SELECT order_number FROM payments WHERE payment_id = ${of}.subject_id)
  WHEN 'refund' THEN (SELECT order_number FROM refunds WHERE refund_id = ${of}.subject_id)
  WHEN 'shipment' THEN (SELECT order_number FROM shipments WHERE shipment_id = ${of}.subject_id) END)`;

-- Money as it is said: discount, handling, credit, what is payable in all, and the refund breakdown in a
-- register of its own, since it comes with events before the cancellation. Columns are added only, so the
-- version before this runs on it too. A rebuild from stored bodies fills them for old rows.

ALTER TABLE `orders` ADD `discount_micros` integer;
--> statement-breakpoint
ALTER TABLE `orders` ADD `handling_micros` integer;
--> statement-breakpoint
ALTER TABLE `orders` ADD `credit_used_micros` integer;
--> statement-breakpoint
ALTER TABLE `orders` ADD `payable_micros` integer;
--> statement-breakpoint
ALTER TABLE `orders` ADD `refundable_precedence` text DEFAULT '' NOT NULL;
--> statement-breakpoint
UPDATE orders SET refundable_precedence = cancelled_precedence WHERE refundable_micros IS NOT NULL;
--> statement-breakpoint
-- Where less than the total was to be paid it is not known whether credit was used, so that stays open.
UPDATE orders SET payable_micros = grand_total_micros
WHERE grand_total_micros IS NOT NULL
  AND (to_be_paid_micros IS NULL OR to_be_paid_micros = grand_total_micros);
--> statement-breakpoint
DROP VIEW order_overview;
--> statement-breakpoint

-- One row an order: where it stands, and who owes whom. `financial_status` is the first that holds.
CREATE VIEW order_overview AS
SELECT
  o.order_number,
  o.status,
  o.payment_status,
  CASE
    WHEN o.status = 'cancelled'
      AND min(coalesce(o.refundable_micros, o.paid_micros), o.paid_micros) > o.refunded_micros
      THEN 'refund_due'
    WHEN o.paid_micros > 0 AND o.refunded_micros >= o.paid_micros THEN 'refunded'
    WHEN o.refunded_micros > 0 THEN 'partially_refunded'
    WHEN o.payment_status = 'success' THEN 'paid'
    WHEN o.payment_status = 'partially_paid' THEN 'partially_paid'
    WHEN o.payment_status = 'failed' THEN 'failed'
    ELSE 'pending'
  END AS financial_status,
  o.currency,
  o.grand_total_micros / 1e6 AS grand_total,
  o.payable_micros / 1e6 AS payable,
  o.paid_micros / 1e6 AS paid,
  o.refunded_micros / 1e6 AS refunded,
  (o.paid_micros - o.refunded_micros) / 1e6 AS kept,
  CASE WHEN o.status = 'cancelled' OR o.payment_status = 'success' THEN 0.0
    ELSE max(coalesce(o.payable_micros, 0) - o.paid_micros, 0) / 1e6
  END AS balance_due,
  CASE WHEN o.status = 'cancelled'
    THEN max(min(coalesce(o.refundable_micros, o.paid_micros), o.paid_micros) - o.refunded_micros, 0) / 1e6
    ELSE 0.0
  END AS refund_outstanding,
  o.customer_name,
  o.customer_email,
  o.customer_phone,
  (SELECT sum(value->>'$.quantity') FROM json_each(o.items)) AS items,
  (SELECT count(*) FROM shipments s WHERE s.order_number = o.order_number) AS shipments,
  (SELECT count(*) FROM shipments s WHERE s.order_number = o.order_number AND s.status = 'delivered')
    AS shipments_delivered,
  o.order_date,
  o.confirmed_at,
  o.completed_at,
  o.cancelled_at,
  o.updated_at
FROM orders o;

-- The days that a shop counts by: of its orders, payments and refunds. Columns are added only, so the
-- version before this runs on it too. Rows that are there get their day in UTC; where STORE_TIME_ZONE is
-- set, a rebuild from stored bodies gives them the shop's.

ALTER TABLE `orders` ADD `order_day` text;
--> statement-breakpoint
ALTER TABLE `payments` ADD `payment_day` text;
--> statement-breakpoint
ALTER TABLE `refunds` ADD `refund_day` text;
--> statement-breakpoint
UPDATE orders SET order_day = substr(order_date, 1, 10) WHERE order_date IS NOT NULL;
--> statement-breakpoint
UPDATE payments SET payment_day = substr(payment_date, 1, 10) WHERE payment_date IS NOT NULL;
--> statement-breakpoint
UPDATE refunds SET refund_day = substr(refund_date, 1, 10) WHERE refund_date IS NOT NULL;
--> statement-breakpoint

-- One row an order: on which day it was placed, and what became of it. The one place that says what is
-- sold: what is paid, at least in part, or confirmed or further, and neither cancelled nor failed to be paid.
-- The day is the shop's; of an order that never told its date that of its confirmation, in UTC.
CREATE VIEW order_sales AS
SELECT
  o.order_number,
  coalesce(o.order_day, substr(coalesce(o.order_date, o.confirmed_at), 1, 10)) AS day,
  CASE
    WHEN o.status = 'cancelled' THEN 'cancelled'
    WHEN o.payment_status = 'failed' THEN 'failed'
    WHEN o.paid_micros > 0 OR o.payment_status = 'success'
      OR o.status NOT IN ('draft', 'pending', 'awaiting_approval') THEN 'sold'
    ELSE 'unconfirmed'
  END AS outcome,
  o.currency,
  o.grand_total_micros / 1e6 AS grand_total,
  o.paid_micros / 1e6 AS paid,
  o.refunded_micros / 1e6 AS refunded
FROM orders o;
--> statement-breakpoint
DROP VIEW daily_sales;
--> statement-breakpoint

-- Orders by the shop's day on which they were placed. Each is in one of the four counts; `sold` is what those
-- in `orders` come to, before refunds.
CREATE VIEW daily_sales AS
SELECT
  day,
  currency,
  count(*) FILTER (WHERE outcome = 'sold') AS orders,
  count(*) FILTER (WHERE outcome = 'cancelled') AS cancelled,
  count(*) FILTER (WHERE outcome = 'failed') AS failed,
  count(*) FILTER (WHERE outcome = 'unconfirmed') AS unconfirmed,
  round(total(grand_total) FILTER (WHERE outcome = 'sold'), 6) AS sold,
  round(total(paid), 6) AS paid,
  round(total(refunded), 6) AS refunded
FROM order_sales
WHERE day IS NOT NULL
GROUP BY 1, 2;

-- What had no column before is read where people read orders: customer, note, coupon, the amounts behind the
-- total, and metadata in `order_overview`, the variant in `shipment_items`. New columns stand last, so that
-- what reads these views by position goes on as before.

DROP VIEW order_overview;
--> statement-breakpoint

-- One row an order: where it stands, and who owes whom. `financial_status` is the first that holds.
-- `discount` is that of promotions and coupons together, `handling` its charge with tax, `credit_used` the
-- store credit that paid a part; each is null where no event has stated it. `metadata` is JSON, read by
-- name: metadata->>'$.channel'.
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
  o.updated_at,
  o.customer_id,
  o.customer_note,
  o.coupon_code,
  o.discount_micros / 1e6 AS discount,
  o.handling_micros / 1e6 AS handling,
  o.credit_used_micros / 1e6 AS credit_used,
  o.metadata
FROM orders o;
--> statement-breakpoint
DROP VIEW shipment_items;
--> statement-breakpoint

-- What is in which parcel, one row a line.
CREATE VIEW shipment_items AS
SELECT
  s.shipment_id,
  s.order_number,
  s.status AS shipment_status,
  i.key + 1 AS line,
  i.value->>'$.product_name' AS product_name,
  i.value->>'$.variant_name' AS variant_name,
  i.value->>'$.sku' AS sku,
  i.value->>'$.quantity' AS quantity,
  i.value->>'$.product_id' AS product_id,
  i.value->>'$.variant_id' AS variant_id
FROM shipments s, json_each(s.items) i;

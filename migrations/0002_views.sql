-- Views for a person at the D1 console: decimals instead of millionths, one question each. Filters
-- on order_number reach the indexes of the tables below.

-- One row an order: where it stands, and who owes whom.
CREATE VIEW order_overview AS
SELECT
  o.order_number,
  o.status,
  o.payment_status,
  o.currency,
  o.grand_total_micros / 1e6 AS grand_total,
  o.paid_micros / 1e6 AS paid,
  o.refunded_micros / 1e6 AS refunded,
  (o.paid_micros - o.refunded_micros) / 1e6 AS kept,
  CASE WHEN o.status = 'cancelled' THEN 0.0
    ELSE max(coalesce(o.to_be_paid_micros, o.grand_total_micros, 0) - o.paid_micros, 0) / 1e6
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
--> statement-breakpoint

-- What was ordered, one row a line.
CREATE VIEW order_items AS
SELECT
  o.order_number,
  i.key + 1 AS line,
  i.value->>'$.product_name' AS product_name,
  i.value->>'$.variant_name' AS variant_name,
  i.value->>'$.sku' AS sku,
  i.value->>'$.quantity' AS quantity,
  i.value->>'$.free_quantity' AS free_quantity,
  i.value->>'$.selling_price' AS unit_price,
  round((i.value->>'$.selling_price') * (i.value->>'$.quantity'), 6) AS line_total,
  i.value->>'$.tax_amount' AS tax_amount,
  o.currency,
  i.value->>'$.product_id' AS product_id,
  i.value->>'$.variant_id' AS variant_id
FROM orders o, json_each(o.items) i;
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
  i.value->>'$.product_id' AS product_id
FROM shipments s, json_each(s.items) i;
--> statement-breakpoint

-- Which events are about which order: its own, and those of the payments, refunds and shipments that
-- belong to it now; and events that were set aside (quarantined, failed, ignored) and name it.
CREATE VIEW order_events AS
SELECT e.subject_id AS order_number, e.id AS event_id, e.event_type, e.occurred_at, e.received_at,
  e.status, e.subject_id, e.error
FROM webhook_events e WHERE e.subject = 'order' AND e.subject_id IS NOT NULL
UNION ALL
SELECT p.order_number, e.id, e.event_type, e.occurred_at, e.received_at, e.status, e.subject_id, e.error
FROM payments p JOIN webhook_events e ON e.subject_id = p.payment_id
WHERE e.subject = 'payment' AND e.subject_id IS NOT NULL AND p.order_number IS NOT NULL
UNION ALL
SELECT r.order_number, e.id, e.event_type, e.occurred_at, e.received_at, e.status, e.subject_id, e.error
FROM refunds r JOIN webhook_events e ON e.subject_id = r.refund_id
WHERE e.subject = 'refund' AND e.subject_id IS NOT NULL AND r.order_number IS NOT NULL
UNION ALL
SELECT s.order_number, e.id, e.event_type, e.occurred_at, e.received_at, e.status, e.subject_id, e.error
FROM shipments s JOIN webhook_events e ON e.subject_id = s.shipment_id
WHERE e.subject = 'shipment' AND e.subject_id IS NOT NULL AND s.order_number IS NOT NULL
UNION ALL
SELECT e.order_number, e.id, e.event_type, e.occurred_at, e.received_at, e.status, e.subject_id, e.error
FROM webhook_events e
WHERE e.status IN ('quarantined', 'failed', 'ignored') AND e.order_number IS NOT NULL
  AND e.subject IS NOT 'order'
  AND NOT EXISTS (SELECT 1 FROM payments p WHERE e.subject = 'payment'
    AND p.payment_id = e.subject_id AND p.order_number = e.order_number)
  AND NOT EXISTS (SELECT 1 FROM refunds r WHERE e.subject = 'refund'
    AND r.refund_id = e.subject_id AND r.order_number = e.order_number)
  AND NOT EXISTS (SELECT 1 FROM shipments s WHERE e.subject = 'shipment'
    AND s.shipment_id = e.subject_id AND s.order_number = e.order_number);
--> statement-breakpoint

-- The dates that orders and shipments carry, one row a milestone.
CREATE VIEW order_milestones AS
SELECT o.order_number, m.value->>1 AS at, m.value->>0 AS what, NULL AS detail
FROM orders o, json_each(json_array(
  json_array('order placed', o.order_date), json_array('order confirmed', o.confirmed_at),
  json_array('order completed', o.completed_at), json_array('order cancelled', o.cancelled_at))) m
WHERE m.value->>1 IS NOT NULL
UNION ALL
SELECT s.order_number, m.value->>1, m.value->>0, s.shipment_id
FROM shipments s, json_each(json_array(
  json_array('shipment shipped', s.shipped_at), json_array('shipment delivered', s.delivered_at),
  json_array('shipment cancelled', s.cancelled_at))) m
WHERE m.value->>1 IS NOT NULL AND s.order_number IS NOT NULL;
--> statement-breakpoint

-- Events, milestones and notifications of an order in one list; ORDER BY at.
CREATE VIEW order_timeline AS
SELECT order_number, coalesce(occurred_at, received_at) AS at, 'event ' || event_type AS what,
  subject_id || ' · ' || event_id || CASE WHEN status = 'processed' THEN '' ELSE ' · ' || status END
    || coalesce(' · ' || error, '') AS detail
FROM order_events
UNION ALL
SELECT order_number, at, what, detail FROM order_milestones
UNION ALL
SELECT n.order_number, coalesce(n.sent_at, n.created_at), 'notification ' || n.template,
  n.channel || ' · ' || n.status || coalesce(' · ' || n.reason, '')
FROM notifications n WHERE n.order_number IS NOT NULL;
--> statement-breakpoint

-- Every success, failure and retry of a payment.
CREATE VIEW payment_attempts AS
SELECT
  p.payment_id,
  p.order_number,
  coalesce(e.occurred_at, e.received_at) AS at,
  CASE e.event_type
    WHEN 'payment.success' THEN 'success'
    WHEN 'payment.failed' THEN 'failure'
    ELSE 'retry'
  END AS attempt,
  p.amount_micros / 1e6 AS amount,
  p.method,
  p.reference_number,
  p.status AS payment_status_now,
  e.id AS event_id
FROM payments p JOIN webhook_events e ON e.subject_id = p.payment_id
WHERE e.subject = 'payment' AND e.subject_id IS NOT NULL AND e.status = 'processed'
  AND e.event_type IN ('payment.success', 'payment.failed', 'payment.retried');
--> statement-breakpoint

-- Cancelled orders that still owe their customer money.
CREATE VIEW refunds_due AS
SELECT
  o.order_number,
  o.currency,
  (min(coalesce(o.refundable_micros, o.paid_micros), o.paid_micros) - o.refunded_micros) / 1e6
    AS outstanding,
  o.paid_micros / 1e6 AS paid,
  o.refundable_micros / 1e6 AS refundable,
  o.refunded_micros / 1e6 AS refunded,
  o.cancelled_at,
  o.customer_name,
  o.customer_email,
  o.customer_phone
FROM orders o
WHERE o.status = 'cancelled'
  AND min(coalesce(o.refundable_micros, o.paid_micros), o.paid_micros) > o.refunded_micros;
--> statement-breakpoint

-- Orders by the day (UTC) on which they were placed.
CREATE VIEW daily_sales AS
SELECT
  substr(coalesce(o.order_date, o.confirmed_at), 1, 10) AS day,
  o.currency,
  count(*) AS orders,
  count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled,
  total(o.grand_total_micros) FILTER (WHERE o.status IS NOT 'cancelled') / 1e6 AS sold,
  total(o.paid_micros) / 1e6 AS paid,
  total(o.refunded_micros) / 1e6 AS refunded
FROM orders o
WHERE coalesce(o.order_date, o.confirmed_at) IS NOT NULL
GROUP BY 1, 2;
--> statement-breakpoint

-- One row: is anything stuck?
CREATE VIEW webhook_health AS
SELECT
  count(*) AS events,
  count(*) FILTER (WHERE status = 'received') AS received,
  count(*) FILTER (WHERE status = 'processed') AS processed,
  count(*) FILTER (WHERE status = 'ignored') AS ignored,
  count(*) FILTER (WHERE status = 'quarantined') AS quarantined,
  count(*) FILTER (WHERE status = 'failed') AS failed,
  round((julianday('now') - julianday(min(received_at) FILTER (WHERE status = 'received'))) * 86400)
    AS oldest_waiting_seconds,
  max(received_at) AS last_received_at,
  count(*) FILTER (WHERE occurred_at IS NULL) AS without_time,
  coalesce(sum(redeliveries), 0) AS redeliveries,
  count(*) FILTER (WHERE conflicts > 0) AS conflicting
FROM webhook_events;
--> statement-breakpoint

-- Rows whose status is older than that of a processed event about them. Always empty: a row here is
-- a defect. `event_row` bounds a slice.
CREATE VIEW state_audit AS
SELECT 'order' AS subject, e.subject_id, o.status_precedence AS stored,
  e.status_precedence AS claimed, e.id AS event_id, e.rowid AS event_row
FROM webhook_events e LEFT JOIN orders o ON o.order_number = e.subject_id
WHERE e.subject = 'order' AND e.status = 'processed'
  AND e.status_precedence > coalesce(o.status_precedence, '')
UNION ALL
SELECT 'payment', e.subject_id, p.status_precedence, e.status_precedence, e.id, e.rowid
FROM webhook_events e LEFT JOIN payments p ON p.payment_id = e.subject_id
WHERE e.subject = 'payment' AND e.status = 'processed'
  AND e.status_precedence > coalesce(p.status_precedence, '')
UNION ALL
SELECT 'refund', e.subject_id, r.status_precedence, e.status_precedence, e.id, e.rowid
FROM webhook_events e LEFT JOIN refunds r ON r.refund_id = e.subject_id
WHERE e.subject = 'refund' AND e.status = 'processed'
  AND e.status_precedence > coalesce(r.status_precedence, '')
UNION ALL
SELECT 'shipment', e.subject_id, s.status_precedence, e.status_precedence, e.id, e.rowid
FROM webhook_events e LEFT JOIN shipments s ON s.shipment_id = e.subject_id
WHERE e.subject = 'shipment' AND e.status = 'processed'
  AND e.status_precedence > coalesce(s.status_precedence, '');

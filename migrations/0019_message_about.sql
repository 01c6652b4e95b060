-- The messages of an order are found without naming templates: a message says itself what it is about. A
-- column is added only, so the version before this runs on it too; what that writes is found by its id alone.

ALTER TABLE `notifications` ADD `about` text;
--> statement-breakpoint
UPDATE notifications SET about = CASE
  WHEN id >= 'review_request/shipment:' AND id < 'review_request/shipment;' THEN 'shipment'
  WHEN template IN ('order_confirmed', 'order_cancelled', 'refund_due', 'review_request') THEN 'order'
  WHEN template = 'payment_failed' THEN 'payment'
  WHEN template IN ('refund_succeeded', 'refund_failed') THEN 'refund'
  WHEN template IN ('shipment_update', 'tracking_changed', 'shipment_cancelled') THEN 'shipment'
  WHEN template = 'forward' THEN 'event'
  WHEN template = 'alert' THEN 'alert'
END;
--> statement-breakpoint

-- The templates of which there is a message, by stepping from the first id of one to the first of the next.
CREATE VIEW message_templates AS
WITH RECURSIVE step(template) AS (
  SELECT substr(min(id), 1, instr(min(id), '/') - 1) FROM notifications
  UNION ALL
  SELECT (SELECT substr(n.id, 1, instr(n.id, '/') - 1) FROM notifications n
    WHERE n.id >= step.template || '0' ORDER BY n.id LIMIT 1)
  FROM step WHERE step.template IS NOT NULL
)
SELECT template FROM step WHERE template IS NOT NULL;
--> statement-breakpoint

DROP VIEW order_messages;
--> statement-breakpoint
-- The messages of an order: those about itself, its payments, refunds and shipments, and its events, found by
-- the beginning of their ids (`order_confirmed/ORD-1/`), whatever their template. What is about an order that
-- was not known is named after the row that asked for it (`review_request/shipment:SHP-1/`).
CREATE VIEW order_messages AS
SELECT o.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM orders o
CROSS JOIN message_templates known
CROSS JOIN notifications n
  ON n.id >= known.template || '/' || replace(replace(o.order_number, '%', '%25'), '/', '%2F') || '/'
  AND n.id < known.template || '/' || replace(replace(o.order_number, '%', '%25'), '/', '%2F') || '0'
  AND coalesce(n.about, 'order') = 'order'
UNION ALL
SELECT p.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM payments p
CROSS JOIN message_templates known
CROSS JOIN json_each('["/","/payment:"]') mark
CROSS JOIN notifications n
  ON n.id >= known.template || mark.value || replace(replace(p.payment_id, '%', '%25'), '/', '%2F') || '/'
  AND n.id < known.template || mark.value || replace(replace(p.payment_id, '%', '%25'), '/', '%2F') || '0'
  AND coalesce(n.about, 'payment') = 'payment'
WHERE p.order_number IS NOT NULL
UNION ALL
SELECT r.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM refunds r
CROSS JOIN message_templates known
CROSS JOIN json_each('["/","/refund:"]') mark
CROSS JOIN notifications n
  ON n.id >= known.template || mark.value || replace(replace(r.refund_id, '%', '%25'), '/', '%2F') || '/'
  AND n.id < known.template || mark.value || replace(replace(r.refund_id, '%', '%25'), '/', '%2F') || '0'
  AND coalesce(n.about, 'refund') = 'refund'
WHERE r.order_number IS NOT NULL
UNION ALL
SELECT s.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM shipments s
CROSS JOIN message_templates known
CROSS JOIN json_each('["/","/shipment:"]') mark
CROSS JOIN notifications n
  ON n.id >= known.template || mark.value || replace(replace(s.shipment_id, '%', '%25'), '/', '%2F') || '/'
  AND n.id < known.template || mark.value || replace(replace(s.shipment_id, '%', '%25'), '/', '%2F') || '0'
  AND coalesce(n.about, 'shipment') = 'shipment'
WHERE s.order_number IS NOT NULL
UNION ALL
SELECT e.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM order_events e
CROSS JOIN message_templates known
CROSS JOIN notifications n
  ON n.id >= known.template || '/' || replace(replace(e.event_id, '%', '%25'), '/', '%2F') || '/'
  AND n.id < known.template || '/' || replace(replace(e.event_id, '%', '%25'), '/', '%2F') || '0'
  AND coalesce(n.about, 'event') = 'event';

-- A message about an order that is called `shipment:SHP-1` is not the one about that parcel: in the id of an
-- order's message the colon of such a mark is written `%3A`. The version before this finds no message of
-- such an order by its number.

UPDATE notifications SET id = replace(replace(replace(id, 'payment:', 'payment%3A'),
    'refund:', 'refund%3A'), 'shipment:', 'shipment%3A')
WHERE about = 'order' AND (instr(id, 'payment:') OR instr(id, 'refund:') OR instr(id, 'shipment:'));
--> statement-breakpoint

DROP VIEW order_messages;
--> statement-breakpoint
-- The messages of an order: those about itself, its payments, refunds and shipments, and its events, found by
-- the beginning of their ids (`order_confirmed/ORD-1/`), whatever their template. What is about an order that
-- was not known is named after the row that asked for it (`review_request/shipment:SHP-1/`), as no order is.
CREATE VIEW order_messages AS
SELECT o.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM (SELECT order_number,
    replace(replace(replace(replace(replace(order_number, '%', '%25'), '/', '%2F'), 'payment:', 'payment%3A'), 'refund:', 'refund%3A'), 'shipment:', 'shipment%3A') AS part
  FROM orders) o
CROSS JOIN message_templates known
CROSS JOIN notifications n
  ON n.id >= known.template || '/' || o.part || '/'
  AND n.id < known.template || '/' || o.part || '0'
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

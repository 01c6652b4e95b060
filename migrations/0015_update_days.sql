-- What a day means, and messages about a changed tracking. No column is added or changed, so the version
-- before this runs on it too.

-- A parcel that was expected on a day, without a time of day, was stored as midnight in UTC.
UPDATE shipments SET eta = substr(eta, 1, 10) WHERE eta LIKE '%T00:00:00.000Z';
--> statement-breakpoint

-- "Out for delivery" and "delivery attempted" are told again on another day, so the day is part of what
-- was told: .../out_for_delivery/email becomes .../out_for_delivery/2026-11-26/email. A message that a
-- provider may have taken without an answer keeps its id, which is the key that the provider knows.
UPDATE notifications
SET id = substr(id, 1, length(id) - length(channel))
    || substr(coalesce(nullif(due_at, ''), created_at), 1, 10) || '/' || channel,
  awaits_sweep = iif(status = 'pending', 1, awaits_sweep)
WHERE id >= 'shipment_update/' AND id < 'shipment_update0'
  AND (id LIKE '%/out_for_delivery/' || channel OR id LIKE '%/delivery_attempted/' || channel)
  AND (status <> 'pending' OR rendered IS NULL);
--> statement-breakpoint
-- The events that asked for them, by whose list of messages the console and the sweep find these.
UPDATE webhook_events
SET outbox = (
  SELECT json_group_array(iif(
    (j.value LIKE '%/out_for_delivery/email' OR j.value LIKE '%/out_for_delivery/sms'
      OR j.value LIKE '%/delivery_attempted/email' OR j.value LIKE '%/delivery_attempted/sms')
    AND NOT EXISTS (SELECT 1 FROM notifications kept WHERE kept.id = j.value),
    rtrim(j.value, 'emailsms') || substr(coalesce(occurred_at, received_at), 1, 10)
      || iif(j.value LIKE '%/email', '/email', '/sms'),
    j.value))
  FROM json_each(webhook_events.outbox) j)
WHERE outbox IS NOT NULL AND id IN (
  SELECT n.event_id FROM notifications n
  WHERE n.id >= 'shipment_update/' AND n.id < 'shipment_update0'
    AND (n.id LIKE '%/out_for_delivery/____-__-__/%' OR n.id LIKE '%/delivery_attempted/____-__-__/%'));
--> statement-breakpoint

DROP VIEW order_messages;
--> statement-breakpoint
-- The messages of an order: those about itself, its payments, refunds and shipments, found by the
-- beginning of their ids (`order_confirmed/ORD-1/`), and the forwards of its events.
CREATE VIEW order_messages AS
SELECT o.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM orders o
CROSS JOIN json_each('["order_confirmed","order_cancelled","refund_due","review_request"]') t
CROSS JOIN notifications n
  ON n.id >= t.value || '/' || replace(replace(o.order_number, '%', '%25'), '/', '%2F') || '/'
  AND n.id < t.value || '/' || replace(replace(o.order_number, '%', '%25'), '/', '%2F') || '0'
UNION ALL
SELECT p.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM payments p
CROSS JOIN notifications n
  ON n.id >= 'payment_failed/' || replace(replace(p.payment_id, '%', '%25'), '/', '%2F') || '/'
  AND n.id < 'payment_failed/' || replace(replace(p.payment_id, '%', '%25'), '/', '%2F') || '0'
WHERE p.order_number IS NOT NULL
UNION ALL
SELECT r.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM refunds r
CROSS JOIN json_each('["refund_succeeded","refund_failed"]') t
CROSS JOIN notifications n
  ON n.id >= t.value || '/' || replace(replace(r.refund_id, '%', '%25'), '/', '%2F') || '/'
  AND n.id < t.value || '/' || replace(replace(r.refund_id, '%', '%25'), '/', '%2F') || '0'
WHERE r.order_number IS NOT NULL
UNION ALL
SELECT s.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM shipments s
CROSS JOIN json_each('["shipment_update/","tracking_changed/","shipment_cancelled/","review_request/shipment:"]') t
CROSS JOIN notifications n
  ON n.id >= t.value || replace(replace(s.shipment_id, '%', '%25'), '/', '%2F') || '/'
  AND n.id < t.value || replace(replace(s.shipment_id, '%', '%25'), '/', '%2F') || '0'
WHERE s.order_number IS NOT NULL
UNION ALL
SELECT e.order_number, n.id, n.template, n.channel, n.subject_id, n.event_id, n.recipient, n.status,
  n.reason, n.attempts, n.next_attempt_at, n.provider_message_id, n.error, n.due_at, n.created_at, n.sent_at
FROM order_events e
CROSS JOIN notifications n
  ON n.id = 'forward/' || replace(replace(e.event_id, '%', '%25'), '/', '%2F') || '/forward';

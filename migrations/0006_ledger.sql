-- Fewer rows written per event (docs/scale.md): what moves on by itself is kept in no index, and the
-- outbox is found by its ids. Columns are added only, so the version before this runs on it too.

DROP INDEX `webhook_events_waiting`;
--> statement-breakpoint
ALTER TABLE `webhook_events` ADD `outbox` text;
--> statement-breakpoint
CREATE INDEX `webhook_events_waiting` ON `webhook_events` (`push_at`) WHERE status = 'received' AND push_at IS NOT NULL;
--> statement-breakpoint
DROP VIEW order_timeline;
--> statement-breakpoint
CREATE TABLE `notifications_new` (
	`id` text PRIMARY KEY NOT NULL,
	`template` text NOT NULL,
	`channel` text NOT NULL,
	`order_number` text,
	`subject_id` text,
	`event_id` text,
	`recipient` text,
	`status` text NOT NULL,
	`reason` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` text,
	`awaits_sweep` integer DEFAULT 1 NOT NULL,
	`in_flight` integer DEFAULT 0 NOT NULL,
	`provider_message_id` text,
	`error` text,
	`due_at` text NOT NULL,
	`context` text,
	`rendered` text,
	`resends` integer DEFAULT 0 NOT NULL,
	`created_at` text NOT NULL,
	`sent_at` text
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO notifications_new (id, template, channel, order_number, subject_id, event_id, recipient,
  status, reason, attempts, next_attempt_at, in_flight, provider_message_id, error, due_at, context,
  rendered, created_at, sent_at)
SELECT id, template, channel, order_number, subject_id, event_id, recipient, status, reason, attempts,
  next_attempt_at, in_flight, provider_message_id, error, due_at, context, rendered, created_at, sent_at
FROM notifications;
--> statement-breakpoint
DROP TABLE notifications;
--> statement-breakpoint
ALTER TABLE notifications_new RENAME TO notifications;
--> statement-breakpoint
CREATE INDEX `notifications_due` ON `notifications` (`next_attempt_at`) WHERE status = 'pending' AND awaits_sweep = 1;
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
CROSS JOIN json_each('["shipment_update/","shipment_cancelled/","review_request/shipment:"]') t
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
SELECT order_number, coalesce(sent_at, created_at), 'notification ' || template,
  channel || ' · ' || status || coalesce(' · ' || reason, '')
FROM order_messages;

-- In which form a delivery came, and which type the URL or a header gave for it. A body of no known form
-- has no type, so `event_type` may be null: SQLite cannot relax a column, so the table is copied, rowids
-- included, since walks go by them. Names and columns stay, so the version before this runs on it too.

-- Views and triggers name `webhook_events`; they are to find the new table under that name.
PRAGMA legacy_alter_table = on;
--> statement-breakpoint
CREATE TABLE `webhook_events_new` (
	`id` text PRIMARY KEY NOT NULL,
	`event_type` text,
	`form` text,
	`type_hint` text,
	`subject` text,
	`subject_id` text,
	`order_number` text,
	`occurred_at` text,
	`received_at` text NOT NULL,
	`status` text NOT NULL,
	`status_precedence` text,
	`redeliveries` integer DEFAULT 0 NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`error` text,
	`notes` text,
	`processed_at` text,
	`body_sha256` text NOT NULL,
	`conflicts` integer DEFAULT 0 NOT NULL,
	`conflict_sha256` text,
	`verified_by` text,
	`push_at` text,
	`pushes` integer DEFAULT 0 NOT NULL,
	`payload` text,
	`outbox` text,
	`archived` integer DEFAULT 0 NOT NULL,
	`keep_until` text
) STRICT;
--> statement-breakpoint
INSERT INTO webhook_events_new (
  rowid,
  id, event_type, form, type_hint, subject, subject_id, order_number, occurred_at, received_at,
  status, status_precedence, redeliveries, attempts, error, notes, processed_at, body_sha256,
  conflicts, conflict_sha256, verified_by, push_at, pushes, payload, outbox, archived, keep_until)
SELECT
  rowid,
  id,
  event_type,
  -- Version 0.2 took envelopes, and bare bodies only where it was told to. What still has its body is
  -- looked at by the cron (upkeep/reread.ts).
  iif(payload IS NULL, 'envelope', NULL),
  iif(json_valid(payload) AND json_type(payload, '$.event_type') IS NOT 'text', event_type, NULL),
  subject, subject_id, order_number, occurred_at, received_at, status, status_precedence,
  redeliveries, attempts, error, notes, processed_at, body_sha256, conflicts, conflict_sha256,
  verified_by, push_at, pushes, payload, outbox, archived, keep_until
FROM webhook_events ORDER BY rowid;
--> statement-breakpoint
DROP TABLE webhook_events;
--> statement-breakpoint
ALTER TABLE webhook_events_new RENAME TO webhook_events;
--> statement-breakpoint
CREATE INDEX `webhook_events_waiting` ON `webhook_events` (`push_at`) WHERE status = 'received' AND push_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `webhook_events_subject` ON `webhook_events` (`subject_id`) WHERE subject_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `webhook_events_set_aside` ON `webhook_events` (`order_number`) WHERE status IN ('quarantined', 'failed', 'ignored');
--> statement-breakpoint
CREATE INDEX `webhook_events_troubled` ON `webhook_events` (`status`) WHERE status IN ('quarantined', 'failed');
--> statement-breakpoint
PRAGMA legacy_alter_table = off;
--> statement-breakpoint

-- An event without a type has a line of its own in the timeline too.
DROP VIEW order_timeline;
--> statement-breakpoint
CREATE VIEW order_timeline AS
SELECT order_number, coalesce(occurred_at, received_at) AS at, 'event ' || coalesce(event_type, 'of unknown form') AS what,
  coalesce(subject_id || ' · ', '') || event_id || CASE WHEN status = 'processed' THEN '' ELSE ' · ' || status END
    || coalesce(' · ' || error, '') AS detail
FROM order_events
UNION ALL
SELECT order_number, at, what, detail FROM order_milestones
UNION ALL
SELECT order_number, coalesce(sent_at, created_at), 'notification ' || template,
  channel || ' · ' || status || coalesce(' · ' || reason, '')
FROM order_messages;

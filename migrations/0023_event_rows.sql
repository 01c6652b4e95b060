-- The place of an event in the inbox, by which walks go (cursors) and of which the archive keeps note: until
-- here SQLite's own rowid, which no export writes down, so that an import closed the gaps of removed rows and
-- moved all that came after. As a column it is exported. SQLite cannot add it, so the table is copied. Names
-- and columns stay, so the version before this runs on it too.

-- Views name `webhook_events`; they are to find the new table under that name.
PRAGMA legacy_alter_table = on;
--> statement-breakpoint
CREATE TABLE `webhook_events_new` (
	`event_row` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
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
  event_row,
  id, event_type, form, type_hint, subject, subject_id, order_number, occurred_at, received_at,
  status, status_precedence, redeliveries, attempts, error, notes, processed_at, body_sha256,
  conflicts, conflict_sha256, verified_by, push_at, pushes, payload, outbox, archived, keep_until)
SELECT
  rowid,
  id, event_type, form, type_hint, subject, subject_id, order_number, occurred_at, received_at,
  status, status_precedence, redeliveries, attempts, error, notes, processed_at, body_sha256,
  conflicts, conflict_sha256, verified_by, push_at, pushes, payload, outbox, archived, keep_until
FROM webhook_events ORDER BY rowid;
--> statement-breakpoint
DROP TABLE webhook_events;
--> statement-breakpoint
ALTER TABLE webhook_events_new RENAME TO webhook_events;
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_events_id_unique` ON `webhook_events` (`id`);
--> statement-breakpoint
CREATE INDEX `webhook_events_waiting` ON `webhook_events` (`push_at`) WHERE status = 'received' AND push_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `webhook_events_subject` ON `webhook_events` (`subject_id`) WHERE subject_id IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `webhook_events_set_aside` ON `webhook_events` (`order_number`) WHERE status IN ('quarantined', 'failed', 'ignored');
--> statement-breakpoint
CREATE INDEX `webhook_events_troubled` ON `webhook_events` (`status`) WHERE status IN ('quarantined', 'failed');
--> statement-breakpoint
CREATE INDEX `webhook_events_to_reread` ON `webhook_events` (status_precedence >= '0', `order_number`)
WHERE form IS NULL OR status_precedence >= '0';
--> statement-breakpoint
PRAGMA legacy_alter_table = off;

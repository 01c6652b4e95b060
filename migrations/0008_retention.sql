-- Retention, archive and erasure. Tables and columns are added only, so the version before this runs on
-- it too.

-- 1 where the archive holds the body; until when a body that was put back from there stays.
ALTER TABLE `webhook_events` ADD `archived` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `webhook_events` ADD `keep_until` text;
--> statement-breakpoint
-- Where a walk by a key that is text has come to.
ALTER TABLE `cursors` ADD `place` text;
--> statement-breakpoint
-- Archive objects that are being written; empty but for a write that was cut off.
CREATE TABLE `archive_writes` (
	`name` text PRIMARY KEY NOT NULL,
	`first_row` integer NOT NULL,
	`last_row` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`started_at` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- Acts of erasing a person, without the person.
CREATE TABLE `erasures` (
	`id` integer PRIMARY KEY NOT NULL,
	`requested_at` text NOT NULL,
	`stage` text NOT NULL,
	`place` text DEFAULT '' NOT NULL,
	`orders` integer DEFAULT 0 NOT NULL,
	`events` integer DEFAULT 0 NOT NULL,
	`notifications` integer DEFAULT 0 NOT NULL,
	`archived_events` integer DEFAULT 0 NOT NULL,
	`error` text,
	`finished_at` text
) STRICT;
--> statement-breakpoint
-- The orders of an erasure, until it is done.
CREATE TABLE `erasure_orders` (
	`erasure_id` integer NOT NULL,
	`order_number` text NOT NULL,
	`pending` integer DEFAULT 1 NOT NULL,
	PRIMARY KEY(`erasure_id`, `order_number`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `erasure_orders_pending` ON `erasure_orders` (`order_number`) WHERE pending = 1;
--> statement-breakpoint
-- Keyed hashes by which later events about an erased person are known (src/store/erased.ts).
CREATE TABLE `erased` (
	`hash` text PRIMARY KEY NOT NULL,
	`erasure_id` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `erasure_key` (
	`id` integer PRIMARY KEY NOT NULL,
	`key` text NOT NULL
) STRICT;
--> statement-breakpoint
-- Free text stays out of the reports of rebuilds from now on (src/upkeep/rebuild.ts).
UPDATE `rebuild_changes` SET `from_value` = iif(`from_value` IS NULL, NULL, '(personal)'),
  `to_value` = iif(`to_value` IS NULL, NULL, '(personal)')
WHERE `column_name` IN ('remarks', 'cancellation_reason');

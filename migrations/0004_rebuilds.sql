-- Rebuilds and what they change (src/store/rebuild.ts).
CREATE TABLE `rebuild_changes` (
	`rebuild_id` integer NOT NULL,
	`entity` text NOT NULL,
	`row_key` text NOT NULL,
	`column_name` text NOT NULL,
	`from_value` text,
	`to_value` text,
	PRIMARY KEY(`rebuild_id`, `entity`, `row_key`, `column_name`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rebuilds` (
	`id` integer PRIMARY KEY NOT NULL,
	`filter` text NOT NULL,
	`dry_run` integer NOT NULL,
	`cursor` integer DEFAULT 0 NOT NULL,
	`last_event` integer NOT NULL,
	`events` integer DEFAULT 0 NOT NULL,
	`rows_changed` integer DEFAULT 0 NOT NULL,
	`started_at` text NOT NULL,
	`finished_at` text
) STRICT;

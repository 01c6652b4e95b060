-- Sessions of the console, so that signing out ends one on the server. A table and a column are added only,
-- so the version before this runs on it too; that is also why sign_in_failures stays, which it counts in.
-- What it has counted is of no use any more.
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`ends_at` integer NOT NULL,
	`seen_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- Orders that a rebuild has left as they are because they are too large.
ALTER TABLE `rebuilds` ADD `left_out` text DEFAULT '[]' NOT NULL;
--> statement-breakpoint
DELETE FROM sign_in_failures;

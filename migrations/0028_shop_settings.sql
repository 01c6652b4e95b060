-- What people set in the console: the shop, which messages are on, and who wants no marketing. Tables are added
-- only, so the version before this runs on it too.
CREATE TABLE `marketing_opt_outs` (
	`recipient_hash` text PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`source` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `message_switches` (
	`template` text NOT NULL,
	`channel` text NOT NULL,
	`is_on` integer NOT NULL,
	`changed_at` text NOT NULL,
	`changed_by` text NOT NULL,
	PRIMARY KEY(`template`, `channel`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `shop_settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`changed_at` text NOT NULL,
	`changed_by` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- The key of the hashes of recipients, which the first erasure made until now.
INSERT INTO erasure_key (id, key) VALUES (1, lower(hex(randomblob(32)))) ON CONFLICT DO NOTHING;

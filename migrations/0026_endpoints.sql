-- Endpoints that events are forwarded to, each with its own lane. Tables, columns and indexes are added only, so
-- the version before this runs on it too. FORWARD_URL stays the endpoint `default`, which needs no row.
CREATE TABLE `forward_endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`event_types` text DEFAULT '["*"]' NOT NULL,
	`include_order` integer DEFAULT 0 NOT NULL,
	`rate_limit` integer,
	`secret_version` integer DEFAULT 1 NOT NULL,
	`rotated_at` text,
	`status` text DEFAULT 'active' NOT NULL,
	`status_reason` text,
	`failing_since` text,
	`retry_at` text,
	`next_send_ms` integer DEFAULT 0 NOT NULL,
	`created_at` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `notifications` ADD `endpoint` text;
--> statement-breakpoint
ALTER TABLE `notifications` ADD `lane_place` integer;
--> statement-breakpoint
ALTER TABLE `notifications` ADD `attempt_log` text;
--> statement-breakpoint
-- Before the index: what is pending is in the lane of the endpoint that it was written for.
UPDATE notifications SET endpoint = 'default', lane_place = (SELECT e.rowid FROM webhook_events e WHERE e.id = event_id)
WHERE channel = 'forward' AND status = 'pending';
--> statement-breakpoint
CREATE INDEX `notifications_endpoint` ON `notifications` (`endpoint`,`next_attempt_at`,`lane_place`) WHERE status = 'pending' AND awaits_sweep = 1 AND endpoint IS NOT NULL;

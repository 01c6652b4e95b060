-- Which channels have been set up, so that one whose settings are lost holds its messages back. Tables, columns
-- and indexes are added only, so the version before this runs on it too.
CREATE TABLE `channels` (
	`channel` text PRIMARY KEY NOT NULL,
	`first_configured_at` text,
	`last_configured_at` text,
	`held_since` text
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- What has sent within the last month was set up. The deployment that brings this may be the one that wipes it.
INSERT INTO channels (channel, first_configured_at, last_configured_at)
SELECT channel, min(sent_at), max(sent_at) FROM notifications
WHERE status = 'sent' AND sent_at >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-30 days')
GROUP BY channel;
--> statement-breakpoint
ALTER TABLE `notifications` ADD `unanswered` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
UPDATE notifications SET unanswered = 1 WHERE error IN ('no answer in time', 'connection cut');
--> statement-breakpoint
CREATE INDEX `notifications_unsent` ON `notifications` (`reason`,`channel`,`created_at`) WHERE status IN ('suppressed', 'failed') AND reason IN ('channel not configured', 'not on the allowlist', 'retries exhausted');

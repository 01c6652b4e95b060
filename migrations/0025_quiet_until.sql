-- When what a message reports happened, so that `quiet-until` can suppress what happened before a moment. A column
-- is added and an index made anew, so the version before this runs on it too; what it writes has no such time.
ALTER TABLE `notifications` ADD `happened_at` text;
--> statement-breakpoint
-- What waits: by the event that asked for it. notifications_due, then the primary key of webhook_events.
UPDATE notifications SET happened_at = (SELECT coalesce(e.occurred_at, e.received_at)
  FROM webhook_events e WHERE e.id = notifications.event_id)
WHERE id IN (SELECT id FROM notifications INDEXED BY notifications_due
  WHERE status = 'pending' AND awaits_sweep = 1) AND event_id IS NOT NULL;
--> statement-breakpoint
-- What was suppressed by it may be sent together once it is taken back.
DROP INDEX `notifications_unsent`;
--> statement-breakpoint
CREATE INDEX `notifications_unsent` ON `notifications` (`reason`,`channel`,`created_at`) WHERE status IN ('suppressed', 'failed') AND reason IN ('channel not configured', 'not on the allowlist', 'retries exhausted', 'before quiet-until');

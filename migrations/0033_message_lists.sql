-- The list of messages shows those that no event asks for, too: an index in which only they are. What a person resends
-- together is recorded beside the replays, so that they see what came of it.
ALTER TABLE `replays` ADD `messages` text;--> statement-breakpoint
CREATE INDEX `notifications_unasked` ON `notifications` (`created_at`) WHERE template IN ('refund_due', 'tracking_changed', 'alert');

-- Refused deliveries are counted. Tables are added, and a column behind the others of a view, so the
-- version before this runs on it too.

-- How many the webhook route refused in each clock hour (UTC), by reason. Nothing of a request is here.
CREATE TABLE `refused_deliveries` (
	`hour` text NOT NULL,
	`reason` text NOT NULL,
	`deliveries` integer NOT NULL,
	`last_at` text NOT NULL,
	PRIMARY KEY(`hour`, `reason`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- The same over all time, for a counter that may only rise: hours leave with retention.
CREATE TABLE `refused_totals` (
	`reason` text PRIMARY KEY NOT NULL,
	`deliveries` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
DROP VIEW webhook_health;
--> statement-breakpoint
-- One row: is anything stuck, or refused? `refused_last_hour` adds up the clock hours in which a delivery
-- was refused less than an hour ago: the present one and, until an hour after its last refusal, the one
-- before. So none of the last hour is left out, and some may be older. What an isolate has counted and
-- not written yet, half a minute of refusals, is not in it.
CREATE VIEW webhook_health AS
SELECT
  count(*) AS events,
  count(*) FILTER (WHERE status = 'received') AS received,
  count(*) FILTER (WHERE status = 'processed') AS processed,
  count(*) FILTER (WHERE status = 'ignored') AS ignored,
  count(*) FILTER (WHERE status = 'quarantined') AS quarantined,
  count(*) FILTER (WHERE status = 'failed') AS failed,
  round((julianday('now') - julianday(min(received_at) FILTER (WHERE status = 'received'))) * 86400)
    AS oldest_waiting_seconds,
  max(received_at) AS last_received_at,
  count(*) FILTER (WHERE occurred_at IS NULL) AS without_time,
  coalesce(sum(redeliveries), 0) AS redeliveries,
  count(*) FILTER (WHERE conflicts > 0) AS conflicting,
  (SELECT coalesce(sum(deliveries), 0) FROM refused_deliveries
    WHERE hour >= strftime('%Y-%m-%dT%H', 'now', '-1 hour')
      AND last_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour')) AS refused_last_hour
FROM webhook_events;

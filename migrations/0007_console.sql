-- What the console looks up. Tables are added only, so the version before this runs on it too.

-- The e-mail addresses and phone numbers that order events name, past ones too, for searching by
-- person: `email:` and the address in lower case, `phone:` and the digits with the country's.
CREATE TABLE `order_contacts` (
	`contact` text NOT NULL,
	`order_number` text NOT NULL,
	PRIMARY KEY(`contact`, `order_number`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT OR IGNORE INTO order_contacts (contact, order_number)
SELECT 'email:' || lower(trim(customer_email)), order_number FROM orders
WHERE trim(customer_email) <> ''
UNION ALL
SELECT 'phone:' || replace(replace(replace(replace(replace(replace(customer_phone,
  '+', ''), ' ', ''), '-', ''), '.', ''), '(', ''), ')', ''), order_number FROM orders
WHERE trim(customer_phone) <> '';
--> statement-breakpoint

-- Events by the hour of their receipt (`2026-11-24T10`), and in all (`total`), as they stood when the
-- sweep counted them (src/store/counts.ts).
CREATE TABLE `event_counts` (
	`period` text NOT NULL,
	`event_type` text NOT NULL,
	`status` text NOT NULL,
	`events` integer NOT NULL,
	PRIMARY KEY(`period`, `event_type`, `status`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint

-- What needs a person, newest first; empty on a good day.
CREATE INDEX `webhook_events_troubled` ON `webhook_events` (`status`) WHERE status IN ('quarantined', 'failed');

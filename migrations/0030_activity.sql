-- Who did what. A table is added only, so the version before this runs on it too.
CREATE TABLE `activity` (
	`activity_id` integer PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`who` text NOT NULL,
	`what` text NOT NULL,
	`about` text,
	`times` integer DEFAULT 1 NOT NULL,
	`counted` text
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `activity_counted` ON `activity` (`counted`) WHERE counted IS NOT NULL;
--> statement-breakpoint
-- What the search finds stored orders by; new ones are entered with their events. Letters outside ASCII stay as
-- they are until a rebuild.
INSERT OR IGNORE INTO order_contacts (contact, order_number)
SELECT 'name:' || lower(trim(substr(customer_name, 1, 100))), order_number FROM orders
WHERE customer_name IS NOT NULL AND customer_name <> '(erased)';
--> statement-breakpoint
INSERT OR IGNORE INTO order_contacts (contact, order_number)
SELECT 'awb:' || lower(substr(awb_no, 1, 100)), order_number FROM shipments
WHERE order_number IS NOT NULL AND awb_no <> '' AND awb_no <> shipment_id
  AND order_number NOT IN (SELECT order_number FROM orders WHERE customer_name = '(erased)');

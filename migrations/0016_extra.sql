-- What the vendor says that had no column: the billing address with its tax id, note, coupon, customer,
-- metadata, and everything else as one JSON object a row. Columns are added only, so the version before
-- this runs on it too. A rebuild from stored bodies fills them for old rows.

ALTER TABLE `orders` ADD `billing_address` text;
--> statement-breakpoint
ALTER TABLE `orders` ADD `customer_id` text;
--> statement-breakpoint
ALTER TABLE `orders` ADD `customer_note` text;
--> statement-breakpoint
ALTER TABLE `orders` ADD `coupon_code` text;
--> statement-breakpoint
ALTER TABLE `orders` ADD `metadata` text;
--> statement-breakpoint
ALTER TABLE `orders` ADD `extra` text;
--> statement-breakpoint
ALTER TABLE `orders` ADD `extra_precedence` text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `payments` ADD `extra` text;
--> statement-breakpoint
ALTER TABLE `payments` ADD `extra_precedence` text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `refunds` ADD `extra` text;
--> statement-breakpoint
ALTER TABLE `refunds` ADD `extra_precedence` text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `shipments` ADD `extra` text;
--> statement-breakpoint
ALTER TABLE `shipments` ADD `extra_precedence` text DEFAULT '' NOT NULL;

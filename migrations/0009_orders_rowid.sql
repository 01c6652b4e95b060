-- Orders as a table with rowids. WITHOUT ROWID keeps at most about 1,000 bytes of a row in its page and
-- puts the rest into a page of its own: an order has some 1,400, so each took 4.5 KB. With rowids it is
-- 1.7 KB, the index of the key included (docs/privacy.md, "How large the database becomes"). Names and
-- columns stay, so the version before this runs on it too.

-- Views and triggers name `orders`; they are to find the new table under that name as they stand.
PRAGMA legacy_alter_table = on;
--> statement-breakpoint
CREATE TABLE `orders_new` (
	`order_number` text PRIMARY KEY NOT NULL,
	`status` text,
	`status_precedence` text DEFAULT '' NOT NULL,
	`payment_status` text,
	`currency` text,
	`subtotal_micros` integer,
	`total_tax_micros` integer,
	`shipping_micros` integer,
	`grand_total_micros` integer,
	`to_be_paid_micros` integer,
	`amounts_precedence` text DEFAULT '' NOT NULL,
	`paid_micros` integer DEFAULT 0 NOT NULL,
	`refunded_micros` integer DEFAULT 0 NOT NULL,
	`customer_name` text,
	`customer_email` text,
	`customer_phone` text,
	`customer_precedence` text DEFAULT '' NOT NULL,
	`shipping_address` text,
	`address_precedence` text DEFAULT '' NOT NULL,
	`items` text,
	`items_precedence` text DEFAULT '' NOT NULL,
	`order_date` text,
	`placed_precedence` text DEFAULT '' NOT NULL,
	`confirmed_at` text,
	`confirmed_precedence` text DEFAULT '' NOT NULL,
	`completed_at` text,
	`completed_precedence` text DEFAULT '' NOT NULL,
	`cancelled_at` text,
	`refundable_micros` integer,
	`cancelled_precedence` text DEFAULT '' NOT NULL,
	`snapshot_payment_status` text,
	`snapshot_payment_precedence` text DEFAULT '' NOT NULL,
	`stale` integer DEFAULT 0 NOT NULL,
	`updated_at` text NOT NULL
) STRICT;
--> statement-breakpoint
INSERT INTO orders_new (
  order_number, status, status_precedence, payment_status, currency, subtotal_micros,
  total_tax_micros, shipping_micros, grand_total_micros, to_be_paid_micros, amounts_precedence,
  paid_micros, refunded_micros, customer_name, customer_email, customer_phone, customer_precedence,
  shipping_address, address_precedence, items, items_precedence, order_date, placed_precedence,
  confirmed_at, confirmed_precedence, completed_at, completed_precedence, cancelled_at,
  refundable_micros, cancelled_precedence, snapshot_payment_status, snapshot_payment_precedence,
  stale, updated_at)
SELECT
  order_number, status, status_precedence, payment_status, currency, subtotal_micros,
  total_tax_micros, shipping_micros, grand_total_micros, to_be_paid_micros, amounts_precedence,
  paid_micros, refunded_micros, customer_name, customer_email, customer_phone, customer_precedence,
  shipping_address, address_precedence, items, items_precedence, order_date, placed_precedence,
  confirmed_at, confirmed_precedence, completed_at, completed_precedence, cancelled_at,
  refundable_micros, cancelled_precedence, snapshot_payment_status, snapshot_payment_precedence,
  stale, updated_at
FROM orders;
--> statement-breakpoint
DROP TABLE orders;
--> statement-breakpoint
ALTER TABLE orders_new RENAME TO orders;
--> statement-breakpoint
CREATE INDEX `orders_stale` ON `orders` (`order_number`) WHERE stale = 1;
--> statement-breakpoint
PRAGMA legacy_alter_table = off;

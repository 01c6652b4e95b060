-- Made by drizzle-kit from src/store/schema.ts; STRICT and WITHOUT ROWID are added by hand.
CREATE TABLE `notifications` (
	`id` text PRIMARY KEY NOT NULL,
	`template` text NOT NULL,
	`channel` text NOT NULL,
	`order_number` text,
	`subject_id` text,
	`event_id` text,
	`recipient` text,
	`status` text NOT NULL,
	`reason` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` text,
	`in_flight` integer DEFAULT 0 NOT NULL,
	`provider_message_id` text,
	`error` text,
	`due_at` text NOT NULL,
	`context` text,
	`rendered` text,
	`created_at` text NOT NULL,
	`sent_at` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `notifications_due` ON `notifications` (`next_attempt_at`) WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX `notifications_order` ON `notifications` (`order_number`) WHERE order_number IS NOT NULL;--> statement-breakpoint
CREATE TABLE `orders` (
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
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `orders_stale` ON `orders` (`order_number`) WHERE stale = 1;--> statement-breakpoint
CREATE TABLE `payments` (
	`payment_id` text PRIMARY KEY NOT NULL,
	`order_number` text,
	`status` text,
	`payment_date` text,
	`status_precedence` text DEFAULT '' NOT NULL,
	`amount_micros` integer,
	`method` text,
	`amount_precedence` text DEFAULT '' NOT NULL,
	`reference_number` text,
	`named_reference` text,
	`reference_precedence` text DEFAULT '' NOT NULL,
	`named_order` text,
	`link_precedence` text DEFAULT '' NOT NULL,
	`stale` integer DEFAULT 0 NOT NULL,
	`updated_at` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `payments_order` ON `payments` (`order_number`) WHERE order_number IS NOT NULL;--> statement-breakpoint
CREATE INDEX `payments_reference` ON `payments` (`reference_number`) WHERE reference_number IS NOT NULL;--> statement-breakpoint
CREATE INDEX `payments_stale` ON `payments` (`payment_id`) WHERE stale = 1;--> statement-breakpoint
CREATE TABLE `refunds` (
	`refund_id` text PRIMARY KEY NOT NULL,
	`order_number` text,
	`status` text,
	`refund_date` text,
	`remarks` text,
	`status_precedence` text DEFAULT '' NOT NULL,
	`amount_micros` integer,
	`payment_mode` text,
	`amount_precedence` text DEFAULT '' NOT NULL,
	`payment_reference` text,
	`reference_precedence` text DEFAULT '' NOT NULL,
	`named_order` text,
	`link_precedence` text DEFAULT '' NOT NULL,
	`stale` integer DEFAULT 0 NOT NULL,
	`updated_at` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `refunds_order` ON `refunds` (`order_number`) WHERE order_number IS NOT NULL;--> statement-breakpoint
CREATE INDEX `refunds_reference` ON `refunds` (`payment_reference`) WHERE named_order IS NULL;--> statement-breakpoint
CREATE INDEX `refunds_stale` ON `refunds` (`refund_id`) WHERE stale = 1;--> statement-breakpoint
CREATE TABLE `shipments` (
	`shipment_id` text PRIMARY KEY NOT NULL,
	`order_number` text,
	`status` text,
	`status_precedence` text DEFAULT '' NOT NULL,
	`courier` text,
	`awb_no` text,
	`tracking_url` text,
	`eta` text,
	`tracking_precedence` text DEFAULT '' NOT NULL,
	`shipped_at` text,
	`shipped_precedence` text DEFAULT '' NOT NULL,
	`delivered_at` text,
	`delivered_precedence` text DEFAULT '' NOT NULL,
	`cancelled_at` text,
	`cancelled_precedence` text DEFAULT '' NOT NULL,
	`cancellation_reason` text,
	`reason_precedence` text DEFAULT '' NOT NULL,
	`items` text,
	`items_precedence` text DEFAULT '' NOT NULL,
	`named_order` text,
	`link_precedence` text DEFAULT '' NOT NULL,
	`updated_at` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `shipments_order` ON `shipments` (`order_number`) WHERE order_number IS NOT NULL;--> statement-breakpoint
CREATE TABLE `webhook_events` (
	`id` text PRIMARY KEY NOT NULL,
	`event_type` text NOT NULL,
	`subject` text,
	`subject_id` text,
	`order_number` text,
	`occurred_at` text,
	`received_at` text NOT NULL,
	`status` text NOT NULL,
	`status_precedence` text,
	`redeliveries` integer DEFAULT 0 NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`error` text,
	`notes` text,
	`processed_at` text,
	`body_sha256` text NOT NULL,
	`conflicts` integer DEFAULT 0 NOT NULL,
	`conflict_sha256` text,
	`verified_by` text,
	`push_at` text,
	`pushes` integer DEFAULT 0 NOT NULL,
	`payload` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `webhook_events_waiting` ON `webhook_events` (`push_at`) WHERE status = 'received';--> statement-breakpoint
CREATE INDEX `webhook_events_subject` ON `webhook_events` (`subject_id`) WHERE subject_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `webhook_events_set_aside` ON `webhook_events` (`order_number`) WHERE status IN ('quarantined', 'failed', 'ignored');
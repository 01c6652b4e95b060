-- The keys of `extra` are the vendor's field names and longer than most of its values. Orders and parcels have them as two
-- quotes and a letter, in `short_extra` (src/store/short-keys.ts); `extra` is generated from it, so queries read it as
-- before. JSON with its keys in full is valid there, so existing rows stay as they are; the next event that sets `extra`
-- shortens it. No row is written, but each ADD has SQLite check all rows of its table: 2 s for 200,000 orders with a
-- full `extra`, less than one where it is null, as in rows of version 0.2. That version runs on it: it does not know
-- `extra`.
ALTER TABLE `orders` RENAME COLUMN `extra` TO `short_extra`;--> statement-breakpoint
ALTER TABLE `orders` ADD `extra` text GENERATED ALWAYS AS (replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(short_extra, '""a', '"payment_success_date":'), '""b', '"shipping_amount_including_tax":'), '""c', '"total_savings":'), '""d', '"promotion_savings":'), '""e', '"coupon_savings":'), '""f', '"order_items_count":'), '""g', '"estimated_delivery_days":'), '""h', '"fulfillment_preference":'), '""i', '"is_coupon_applied":'), '""j', '"is_cancellation_allowed":'), '""k', '"cancellation_refund_details":'), '""l', '"refundable_amount":')) VIRTUAL;--> statement-breakpoint
ALTER TABLE `shipments` RENAME COLUMN `extra` TO `short_extra`;--> statement-breakpoint
ALTER TABLE `shipments` ADD `extra` text GENERATED ALWAYS AS (replace(replace(replace(replace(replace(replace(replace(short_extra, '""a', '"total_weight":'), '""b', '"total_boxes":'), '""c', '"shipment_items_count":'), '""d', '"shipping_amount":'), '""e', '"created_at":'), '""f', '"modified_at":'), '""g', '"is_return_allowed":')) VIRTUAL;

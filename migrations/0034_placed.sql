-- Orders by when they were placed, and the lists of orders to be paid and of parcels under way.
--
-- `placed_at` is `order_date` once more: the merge names order_date in each of its updates, and SQLite rewrites an
-- index entry whose column is named, so an index on order_date would cost a row for every event of an order. This
-- copy is written with the order, and again only where the date has changed. The second trigger is for rows that the
-- version before this writes.
ALTER TABLE `orders` ADD `placed_at` text;--> statement-breakpoint
UPDATE orders SET placed_at = order_date WHERE order_date IS NOT NULL;
--> statement-breakpoint
CREATE TRIGGER orders_dated AFTER UPDATE OF order_date ON orders
WHEN NEW.placed_at IS NOT NEW.order_date
BEGIN
  UPDATE orders SET placed_at = NEW.order_date WHERE order_number = NEW.order_number;
END;
--> statement-breakpoint
CREATE TRIGGER orders_entered AFTER INSERT ON orders
WHEN NEW.placed_at IS NOT NEW.order_date
BEGIN
  UPDATE orders SET placed_at = NEW.order_date WHERE order_number = NEW.order_number;
END;
--> statement-breakpoint
CREATE INDEX `orders_placed` ON `orders` (`placed_at`,`order_number`);--> statement-breakpoint
CREATE INDEX `orders_to_pay` ON `orders` (`placed_at`,`order_number`,`payment_status`) WHERE status NOT IN ('draft', 'pending', 'awaiting_approval', 'complete', 'cancelled') AND refunded_micros = 0 AND paid_micros < payable_micros AND coalesce(payment_status, '') <> 'success';--> statement-breakpoint
CREATE INDEX `shipments_under_way` ON `shipments` (`updated_at`,`order_number`) WHERE order_number IS NOT NULL AND status IN ('shipped', 'in_transit', 'out_for_delivery', 'ready_to_collect', 'delivery_attempted');

-- What an order leaves for ever takes less space. The version before this runs on it, too; it does not know the facts
-- whose messages have left (docs/upgrading.md).
CREATE TABLE `reported_facts` (
	`fact` text PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- No message is written whose id is there, whatever statement writes it. (Hashes are compared by the code.)
CREATE TRIGGER notifications_reported BEFORE INSERT ON notifications
WHEN EXISTS (SELECT 1 FROM reported_facts WHERE fact = NEW.id)
BEGIN
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
-- Messages of which only the identity was left.
INSERT INTO reported_facts SELECT id FROM notifications WHERE due_at = '';
--> statement-breakpoint
DELETE FROM notifications WHERE due_at = '';
--> statement-breakpoint
-- A precedence that equals that of the row's status is stored as `!` (src/projection/shared-precedence.ts). Where the
-- version before this sets a status, or a rebuild clears it, the others get theirs in full.
UPDATE orders SET
  amounts_precedence = iif(amounts_precedence = status_precedence, '!', amounts_precedence),
  customer_precedence = iif(customer_precedence = status_precedence, '!', customer_precedence),
  address_precedence = iif(address_precedence = status_precedence, '!', address_precedence),
  items_precedence = iif(items_precedence = status_precedence, '!', items_precedence),
  placed_precedence = iif(placed_precedence = status_precedence, '!', placed_precedence),
  confirmed_precedence = iif(confirmed_precedence = status_precedence, '!', confirmed_precedence),
  completed_precedence = iif(completed_precedence = status_precedence, '!', completed_precedence),
  cancelled_precedence = iif(cancelled_precedence = status_precedence, '!', cancelled_precedence),
  refundable_precedence = iif(refundable_precedence = status_precedence, '!', refundable_precedence),
  extra_precedence = iif(extra_precedence = status_precedence, '!', extra_precedence);
--> statement-breakpoint
UPDATE payments SET
  amount_precedence = iif(amount_precedence = status_precedence, '!', amount_precedence),
  reference_precedence = iif(reference_precedence = status_precedence, '!', reference_precedence),
  link_precedence = iif(link_precedence = status_precedence, '!', link_precedence),
  extra_precedence = iif(extra_precedence = status_precedence, '!', extra_precedence);
--> statement-breakpoint
UPDATE refunds SET
  amount_precedence = iif(amount_precedence = status_precedence, '!', amount_precedence),
  reference_precedence = iif(reference_precedence = status_precedence, '!', reference_precedence),
  link_precedence = iif(link_precedence = status_precedence, '!', link_precedence),
  extra_precedence = iif(extra_precedence = status_precedence, '!', extra_precedence);
--> statement-breakpoint
UPDATE shipments SET
  shipped_precedence = iif(shipped_precedence = status_precedence, '!', shipped_precedence),
  delivered_precedence = iif(delivered_precedence = status_precedence, '!', delivered_precedence),
  cancelled_precedence = iif(cancelled_precedence = status_precedence, '!', cancelled_precedence),
  reason_precedence = iif(reason_precedence = status_precedence, '!', reason_precedence),
  items_precedence = iif(items_precedence = status_precedence, '!', items_precedence),
  link_precedence = iif(link_precedence = status_precedence, '!', link_precedence),
  extra_precedence = iif(extra_precedence = status_precedence, '!', extra_precedence);
--> statement-breakpoint
CREATE TRIGGER orders_restated AFTER UPDATE OF status_precedence ON orders
WHEN NEW.status_precedence <> OLD.status_precedence AND (NEW.status_precedence = '' OR NEW.status_precedence >= '0')
BEGIN
  UPDATE orders SET
    amounts_precedence = iif(amounts_precedence = '!', OLD.status_precedence, amounts_precedence),
    customer_precedence = iif(customer_precedence = '!', OLD.status_precedence, customer_precedence),
    address_precedence = iif(address_precedence = '!', OLD.status_precedence, address_precedence),
    items_precedence = iif(items_precedence = '!', OLD.status_precedence, items_precedence),
    placed_precedence = iif(placed_precedence = '!', OLD.status_precedence, placed_precedence),
    confirmed_precedence = iif(confirmed_precedence = '!', OLD.status_precedence, confirmed_precedence),
    completed_precedence = iif(completed_precedence = '!', OLD.status_precedence, completed_precedence),
    cancelled_precedence = iif(cancelled_precedence = '!', OLD.status_precedence, cancelled_precedence),
    refundable_precedence = iif(refundable_precedence = '!', OLD.status_precedence, refundable_precedence),
    extra_precedence = iif(extra_precedence = '!', OLD.status_precedence, extra_precedence)
  WHERE order_number = NEW.order_number;
END;
--> statement-breakpoint
CREATE TRIGGER payments_restated AFTER UPDATE OF status_precedence ON payments
WHEN NEW.status_precedence <> OLD.status_precedence AND (NEW.status_precedence = '' OR NEW.status_precedence >= '0')
BEGIN
  UPDATE payments SET
    amount_precedence = iif(amount_precedence = '!', OLD.status_precedence, amount_precedence),
    reference_precedence = iif(reference_precedence = '!', OLD.status_precedence, reference_precedence),
    link_precedence = iif(link_precedence = '!', OLD.status_precedence, link_precedence),
    extra_precedence = iif(extra_precedence = '!', OLD.status_precedence, extra_precedence)
  WHERE payment_id = NEW.payment_id;
END;
--> statement-breakpoint
CREATE TRIGGER refunds_restated AFTER UPDATE OF status_precedence ON refunds
WHEN NEW.status_precedence <> OLD.status_precedence AND (NEW.status_precedence = '' OR NEW.status_precedence >= '0')
BEGIN
  UPDATE refunds SET
    amount_precedence = iif(amount_precedence = '!', OLD.status_precedence, amount_precedence),
    reference_precedence = iif(reference_precedence = '!', OLD.status_precedence, reference_precedence),
    link_precedence = iif(link_precedence = '!', OLD.status_precedence, link_precedence),
    extra_precedence = iif(extra_precedence = '!', OLD.status_precedence, extra_precedence)
  WHERE refund_id = NEW.refund_id;
END;
--> statement-breakpoint
CREATE TRIGGER shipments_restated AFTER UPDATE OF status_precedence ON shipments
WHEN NEW.status_precedence <> OLD.status_precedence AND (NEW.status_precedence = '' OR NEW.status_precedence >= '0')
BEGIN
  UPDATE shipments SET
    shipped_precedence = iif(shipped_precedence = '!', OLD.status_precedence, shipped_precedence),
    delivered_precedence = iif(delivered_precedence = '!', OLD.status_precedence, delivered_precedence),
    cancelled_precedence = iif(cancelled_precedence = '!', OLD.status_precedence, cancelled_precedence),
    reason_precedence = iif(reason_precedence = '!', OLD.status_precedence, reason_precedence),
    items_precedence = iif(items_precedence = '!', OLD.status_precedence, items_precedence),
    link_precedence = iif(link_precedence = '!', OLD.status_precedence, link_precedence),
    extra_precedence = iif(extra_precedence = '!', OLD.status_precedence, extra_precedence)
  WHERE shipment_id = NEW.shipment_id;
END;

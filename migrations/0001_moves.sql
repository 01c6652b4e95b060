-- Moves. A payment or refund that joins another order, or a payment whose reference changes, leaves
-- an owner behind that the batch does not name. These three triggers fire only on real changes and
-- mark both ends `stale`; the statements of the same batch (store/links.ts, store/derive.ts) redo
-- what is marked and clear the mark.

CREATE TRIGGER payments_moved AFTER UPDATE OF order_number ON payments
WHEN OLD.order_number IS NOT NEW.order_number
BEGIN
  UPDATE orders SET stale = 1 WHERE order_number IN (OLD.order_number, NEW.order_number);
  UPDATE refunds SET stale = 1 WHERE payment_reference = NEW.reference_number AND named_order IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER payments_renamed AFTER UPDATE OF reference_number ON payments
WHEN OLD.reference_number IS NOT NEW.reference_number
BEGIN
  UPDATE refunds SET stale = 1
    WHERE payment_reference IN (OLD.reference_number, NEW.reference_number) AND named_order IS NULL;
  UPDATE orders SET stale = 1 WHERE order_number IN (
    SELECT order_number FROM payments WHERE payment_id IN (OLD.reference_number, NEW.reference_number));
  UPDATE payments SET stale = 1 WHERE payment_id = OLD.reference_number;
END;
--> statement-breakpoint
CREATE TRIGGER refunds_moved AFTER UPDATE OF order_number ON refunds
WHEN OLD.order_number IS NOT NEW.order_number
BEGIN
  UPDATE orders SET stale = 1 WHERE order_number IN (OLD.order_number, NEW.order_number);
END;

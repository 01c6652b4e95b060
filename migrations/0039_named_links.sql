-- A payment's reference and a parcel's order stand in indexed columns beside the registers that set them: the merge
-- names every register column in each of its updates, and SQLite rewrites an index entry whose column is named. These
-- triggers copy a value where it has changed, in the statement that changes it. Before, two statements of every batch
-- looked for such rows. The version before this copies them itself, and then finds nothing to do.
CREATE TRIGGER payments_referenced AFTER UPDATE OF named_reference ON payments
WHEN NEW.reference_number IS NOT NEW.named_reference
BEGIN
  UPDATE payments SET reference_number = NEW.named_reference WHERE payment_id = NEW.payment_id;
END;
--> statement-breakpoint
CREATE TRIGGER shipments_linked AFTER UPDATE OF named_order ON shipments
WHEN NEW.order_number IS NOT NEW.named_order
BEGIN
  UPDATE shipments SET order_number = NEW.named_order WHERE shipment_id = NEW.shipment_id;
END;

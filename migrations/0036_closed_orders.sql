-- Closed orders: their rows are in files in R2, and D1 keeps the keys by which a later event finds them. Tables and
-- an index are added only, so the version before this runs on it too while nothing is archived; it knows nothing of
-- the keys, so bring everything back before a rollback (docs/upgrading.md).
CREATE TABLE `closed_files` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`version` integer NOT NULL,
	`objects` text,
	`written_at` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `closed_files_state` ON `closed_files` (`state`,`written_at`);
--> statement-breakpoint
CREATE TABLE `archived_keys` (
	`key` text NOT NULL,
	`file_id` integer NOT NULL,
	`set_no` integer NOT NULL,
	PRIMARY KEY(`key`, `file_id`, `set_no`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `put_back_sets` (
	`file_id` integer NOT NULL,
	`set_no` integer NOT NULL,
	PRIMARY KEY(`file_id`, `set_no`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
-- Payments that name another order than they are linked to, by the order that they name. Nearly always empty.
CREATE INDEX `payments_named` ON `payments` (`named_order`) WHERE named_order IS NOT order_number;
--> statement-breakpoint
-- The audit passes over rows that are archived.
DROP VIEW state_audit;
--> statement-breakpoint
CREATE VIEW state_audit AS
SELECT subject, subject_id, stored, claimed, event_id, event_row FROM (
  SELECT 'order' AS subject, e.subject_id, o.status_precedence AS stored,
    e.status_precedence AS claimed, e.id AS event_id, e.rowid AS event_row
  FROM webhook_events e LEFT JOIN orders o ON o.order_number = e.subject_id
  WHERE e.subject = 'order' AND e.status = 'processed'
    AND e.status_precedence > coalesce(o.status_precedence, '')
    AND NOT EXISTS (SELECT 1 FROM archived_keys WHERE key = 'o:' || e.subject_id)
  UNION ALL
  SELECT 'payment', e.subject_id, p.status_precedence,
    e.status_precedence, e.id, e.rowid
  FROM webhook_events e LEFT JOIN payments p ON p.payment_id = e.subject_id
  WHERE e.subject = 'payment' AND e.status = 'processed'
    AND e.status_precedence > coalesce(p.status_precedence, '')
    AND NOT EXISTS (SELECT 1 FROM archived_keys WHERE key = 'm:' || e.subject_id)
  UNION ALL
  SELECT 'refund', e.subject_id, r.status_precedence,
    e.status_precedence, e.id, e.rowid
  FROM webhook_events e LEFT JOIN refunds r ON r.refund_id = e.subject_id
  WHERE e.subject = 'refund' AND e.status = 'processed'
    AND e.status_precedence > coalesce(r.status_precedence, '')
    AND NOT EXISTS (SELECT 1 FROM archived_keys WHERE key = 'r:' || e.subject_id)
  UNION ALL
  SELECT 'shipment', e.subject_id, s.status_precedence,
    e.status_precedence, e.id, e.rowid
  FROM webhook_events e LEFT JOIN shipments s ON s.shipment_id = e.subject_id
  WHERE e.subject = 'shipment' AND e.status = 'processed'
    AND e.status_precedence > coalesce(s.status_precedence, '')
    AND NOT EXISTS (SELECT 1 FROM archived_keys WHERE key = 's:' || e.subject_id))
WHERE NOT EXISTS (SELECT 1 FROM webhook_events
  WHERE (form IS NULL OR status_precedence >= '0') AND status <> 'received');

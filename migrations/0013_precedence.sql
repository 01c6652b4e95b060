-- Precedence in the encoding of src/projection/precedence.ts, for what version 0.2 has written. Of
-- `2026-11-24T10:00:00.000Z 02 evt_1` the time becomes seven digits of base 64, the rank the stage on
-- today's scale, the id a hash. It is what `renewRow` and `renewPrecedence` of
-- src/projection/precedence-0-2.ts make of the same rows (test/store/precedence-migration.test.ts).
--
-- It takes some 30 s of CPU for a million events that have their bodies, 22 s where three quarters of them
-- are purged: half of it for the hashes, a quarter for writing the events anew, a tenth for orders, payments
-- and parcels (measured at 100,000 and 400,000). D1 gives a file 30 s; docs/upgrading.md says what to do
-- where that is not enough.

-- Every old text once. It begins with a digit, and a new one with `$`, which sorts below.
CREATE TABLE old_precedences (old text PRIMARY KEY) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT OR IGNORE INTO old_precedences
SELECT status_precedence FROM webhook_events WHERE status_precedence >= '0';
--> statement-breakpoint
INSERT OR IGNORE INTO old_precedences SELECT value FROM orders, json_each(json_array(
  status_precedence, amounts_precedence, customer_precedence, address_precedence, items_precedence,
  placed_precedence, confirmed_precedence, completed_precedence, cancelled_precedence,
  snapshot_payment_precedence)) WHERE value >= '0';
--> statement-breakpoint
INSERT OR IGNORE INTO old_precedences SELECT value FROM payments, json_each(json_array(
  status_precedence, amount_precedence, reference_precedence, link_precedence)) WHERE value >= '0';
--> statement-breakpoint
INSERT OR IGNORE INTO old_precedences SELECT value FROM refunds, json_each(json_array(
  status_precedence, amount_precedence, reference_precedence, link_precedence)) WHERE value >= '0';
--> statement-breakpoint
INSERT OR IGNORE INTO old_precedences SELECT value FROM shipments, json_each(json_array(
  status_precedence, tracking_precedence, shipped_precedence, delivered_precedence,
  cancelled_precedence, reason_precedence, items_precedence, link_precedence)) WHERE value >= '0';
--> statement-breakpoint
INSERT OR IGNORE INTO old_precedences SELECT context->>'precedence' FROM notifications
WHERE id >= 'payment_failed/' AND id < 'payment_failed0' AND status = 'pending'
  AND context->>'precedence' >= '0';
--> statement-breakpoint

-- The hash is a polynomial of the characters of the id, in two lanes: the powers that belong to each
-- place, counted from the end. The id begins behind the 28 characters of time and rank.
CREATE TABLE powers (place integer PRIMARY KEY, one integer NOT NULL, two integer NOT NULL) STRICT;
--> statement-breakpoint
INSERT INTO powers WITH RECURSIVE p(place, one, two) AS (
  SELECT 1, 1, 1
  UNION ALL SELECT place + 1, one * 8191 % 16777213, two * 131071 % 16777199 FROM p
    WHERE place < (SELECT max(length(old)) - 28 FROM old_precedences))
SELECT place, one, two FROM p;
--> statement-breakpoint

-- What stands before the stage, the rank of then, and what stands behind it.
CREATE TABLE renewed (
  old text PRIMARY KEY, head text NOT NULL, rank integer NOT NULL, tail text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO renewed
WITH numbers(old, d, ms, one, two) AS MATERIALIZED (
  SELECT old, '$0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz',
    -- Milliseconds since 2000, and one; 0 where no time is known, which was written as a day 0.
    max(0, coalesce(unixepoch(substr(old, 1, 19)) * 1000 + substr(old, 21, 3) - 946684799999, 0)),
    coalesce((SELECT sum(unicode(substr(id, -place, 1)) * one) % 16777213 FROM powers
      WHERE place <= length(id)), 0),
    coalesce((SELECT sum(unicode(substr(id, -place, 1)) * two) % 16777199 FROM powers
      WHERE place <= length(id)), 0)
  FROM (SELECT old, CAST(substr(old, 29) AS blob) AS id FROM old_precedences))
SELECT old,
  '$' || substr(d, (ms >> 36 & 63) + 1, 1) || substr(d, (ms >> 30 & 63) + 1, 1)
    || substr(d, (ms >> 24 & 63) + 1, 1) || substr(d, (ms >> 18 & 63) + 1, 1)
    || substr(d, (ms >> 12 & 63) + 1, 1) || substr(d, (ms >> 6 & 63) + 1, 1)
    || substr(d, (ms & 63) + 1, 1),
  CAST(substr(old, 26, 2) AS integer),
  ' ' || substr(d, (one >> 18 & 63) + 1, 1) || substr(d, (one >> 12 & 63) + 1, 1)
    || substr(d, (one >> 6 & 63) + 1, 1) || substr(d, (one & 63) + 1, 1)
    || substr(d, (two >> 18 & 63) + 1, 1) || substr(d, (two >> 12 & 63) + 1, 1)
    || substr(d, (two >> 6 & 63) + 1, 1) || substr(d, (two & 63) + 1, 1)
FROM numbers;
--> statement-breakpoint

-- The stage, as a digit, of each rank of then.
CREATE TABLE ranks (
  scale text NOT NULL, rank integer NOT NULL, digit text NOT NULL, PRIMARY KEY (scale, rank)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO ranks SELECT s.key, r.key, substr('$0123456789ABC', r.value + 1, 1) FROM json_each('{
  "order": [0, 1, 2, 10, 11],
  "payment": [0, 1, 2, 3, 4, 7],
  "refund": [0, 1, 2, 3, 4],
  "shipment": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
}') s, json_each(s.value) r;
--> statement-breakpoint

-- And of each status on today's scales, some of which are finer (src/events/stages.ts).
CREATE TABLE statuses (
  scale text NOT NULL, status text NOT NULL, digit text NOT NULL, PRIMARY KEY (scale, status)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO statuses SELECT s.key, n.value, substr('$0123456789ABC', r.key + 2, 1) FROM json_each('{
  "order": [["draft", "pending", "awaiting_approval"], ["confirmed"],
    ["schedule_requested", "partially_scheduled"], ["awaiting_shipment", "sent_to_store"],
    ["partially_shipped"], ["shipped"], ["partially_delivered"],
    ["undelivered", "partially_undelivered"],
    ["return_to_origin", "partially_return_to_origin", "lost", "store_rejected"],
    ["complete"], ["cancelled"]],
  "payment": [["pending", "retried", "debit_scheduled", "collection_due"], ["failed"],
    ["partially_paid"], ["success", "unsettled"], ["partially_settled"], ["settled"],
    ["refund_initiated"], ["refunded"]],
  "refund": [["pending"], ["approved"], ["failed"], ["success"]],
  "shipment": [["created", "unscheduled"], ["schedule_requested"], ["scheduled", "processing"],
    ["packed", "sent_to_store"], ["shipped"], ["in_transit"], ["out_for_delivery", "ready_to_collect"],
    ["delivery_attempted"], ["undelivered", "store_rejected"], ["return_to_origin"], ["lost"],
    ["cancelled"], ["delivered"]]
}') s, json_each(s.value) r, json_each(r.value) n;
--> statement-breakpoint

-- A status takes the stage that it has today, and with it whatever carries the very same precedence: the
-- events that set them may be purged, and then nobody looks again. All else keeps the rank of then.
UPDATE orders SET
  status_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.status
    WHERE old = orders.status_precedence AND k.scale = 'order'), status_precedence),
  amounts_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.status
      AND orders.amounts_precedence = orders.status_precedence
    WHERE old = orders.amounts_precedence AND k.scale = 'order'), amounts_precedence),
  customer_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.status
      AND orders.customer_precedence = orders.status_precedence
    WHERE old = orders.customer_precedence AND k.scale = 'order'), customer_precedence),
  address_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.status
      AND orders.address_precedence = orders.status_precedence
    WHERE old = orders.address_precedence AND k.scale = 'order'), address_precedence),
  items_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.status
      AND orders.items_precedence = orders.status_precedence
    WHERE old = orders.items_precedence AND k.scale = 'order'), items_precedence),
  placed_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.status
      AND orders.placed_precedence = orders.status_precedence
    WHERE old = orders.placed_precedence AND k.scale = 'order'), placed_precedence),
  confirmed_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.status
      AND orders.confirmed_precedence = orders.status_precedence
    WHERE old = orders.confirmed_precedence AND k.scale = 'order'), confirmed_precedence),
  completed_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.status
      AND orders.completed_precedence = orders.status_precedence
    WHERE old = orders.completed_precedence AND k.scale = 'order'), completed_precedence),
  cancelled_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.status
      AND orders.cancelled_precedence = orders.status_precedence
    WHERE old = orders.cancelled_precedence AND k.scale = 'order'), cancelled_precedence),
  snapshot_payment_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = orders.snapshot_payment_status
    WHERE old = orders.snapshot_payment_precedence AND k.scale = 'payment'), snapshot_payment_precedence);
--> statement-breakpoint
UPDATE payments SET
  status_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = payments.status
    WHERE old = payments.status_precedence AND k.scale = 'payment'), status_precedence),
  amount_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = payments.status
      AND payments.amount_precedence = payments.status_precedence
    WHERE old = payments.amount_precedence AND k.scale = 'payment'), amount_precedence),
  reference_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = payments.status
      AND payments.reference_precedence = payments.status_precedence
    WHERE old = payments.reference_precedence AND k.scale = 'payment'), reference_precedence),
  link_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = payments.status
      AND payments.link_precedence = payments.status_precedence
    WHERE old = payments.link_precedence AND k.scale = 'payment'), link_precedence);
--> statement-breakpoint
UPDATE refunds SET
  status_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = refunds.status
    WHERE old = refunds.status_precedence AND k.scale = 'refund'), status_precedence),
  amount_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = refunds.status
      AND refunds.amount_precedence = refunds.status_precedence
    WHERE old = refunds.amount_precedence AND k.scale = 'refund'), amount_precedence),
  reference_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = refunds.status
      AND refunds.reference_precedence = refunds.status_precedence
    WHERE old = refunds.reference_precedence AND k.scale = 'refund'), reference_precedence),
  link_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = refunds.status
      AND refunds.link_precedence = refunds.status_precedence
    WHERE old = refunds.link_precedence AND k.scale = 'refund'), link_precedence);
--> statement-breakpoint
UPDATE shipments SET
  status_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = shipments.status
    WHERE old = shipments.status_precedence AND k.scale = 'shipment'), status_precedence),
  tracking_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = shipments.status
      AND shipments.tracking_precedence = shipments.status_precedence
    WHERE old = shipments.tracking_precedence AND k.scale = 'shipment'), tracking_precedence),
  shipped_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = shipments.status
      AND shipments.shipped_precedence = shipments.status_precedence
    WHERE old = shipments.shipped_precedence AND k.scale = 'shipment'), shipped_precedence),
  delivered_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = shipments.status
      AND shipments.delivered_precedence = shipments.status_precedence
    WHERE old = shipments.delivered_precedence AND k.scale = 'shipment'), delivered_precedence),
  cancelled_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = shipments.status
      AND shipments.cancelled_precedence = shipments.status_precedence
    WHERE old = shipments.cancelled_precedence AND k.scale = 'shipment'), cancelled_precedence),
  reason_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = shipments.status
      AND shipments.reason_precedence = shipments.status_precedence
    WHERE old = shipments.reason_precedence AND k.scale = 'shipment'), reason_precedence),
  items_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = shipments.status
      AND shipments.items_precedence = shipments.status_precedence
    WHERE old = shipments.items_precedence AND k.scale = 'shipment'), items_precedence),
  link_precedence = coalesce((SELECT head || coalesce(s.digit, k.digit) || tail
    FROM renewed JOIN ranks k USING (rank)
    LEFT JOIN statuses s ON s.scale = k.scale AND s.status = shipments.status
      AND shipments.link_precedence = shipments.status_precedence
    WHERE old = shipments.link_precedence AND k.scale = 'shipment'), link_precedence);
--> statement-breakpoint
UPDATE webhook_events SET status_precedence = coalesce((SELECT head || digit || tail
    FROM renewed JOIN ranks USING (rank)
    WHERE old = status_precedence AND scale = webhook_events.subject), status_precedence)
WHERE status_precedence >= '0';
--> statement-breakpoint

-- Of events at the same time and stage that with the higher id stood, and now it is that with the higher
-- hash. What is purged cannot be told again: the audit is not to hold it against the row that stands.
UPDATE webhook_events SET status_precedence = NULL
WHERE payload IS NULL AND status_precedence > CASE subject
  WHEN 'order' THEN (SELECT o.status_precedence FROM orders o WHERE o.order_number = subject_id)
  WHEN 'payment' THEN (SELECT p.status_precedence FROM payments p WHERE p.payment_id = subject_id)
  WHEN 'refund' THEN (SELECT r.status_precedence FROM refunds r WHERE r.refund_id = subject_id)
  WHEN 'shipment' THEN (SELECT s.status_precedence FROM shipments s WHERE s.shipment_id = subject_id) END;
--> statement-breakpoint

-- What a message about a failed payment is held against when its turn comes.
UPDATE notifications SET context = json_set(context, '$.precedence', (SELECT head || digit || tail
    FROM renewed JOIN ranks USING (rank)
    WHERE old = context->>'precedence' AND scale = 'payment'))
WHERE id >= 'payment_failed/' AND id < 'payment_failed0' AND status = 'pending'
  AND context->>'precedence' >= '0';
--> statement-breakpoint
DROP TABLE old_precedences;
--> statement-breakpoint
DROP TABLE powers;
--> statement-breakpoint
DROP TABLE renewed;
--> statement-breakpoint
DROP TABLE ranks;
--> statement-breakpoint
DROP TABLE statuses;
--> statement-breakpoint

-- The cron (src/upkeep/reread.ts): what version 0.2 has stored or applied, and the code of today has not
-- looked at since. First what it applied after this migration, then order by order.
CREATE INDEX `webhook_events_to_reread` ON `webhook_events` (status_precedence >= '0', `order_number`)
WHERE form IS NULL OR status_precedence >= '0';
--> statement-breakpoint

-- The same: rows in which it has set a register since.
CREATE INDEX `orders_to_renew` ON `orders` (`order_number`)
WHERE status_precedence >= '0' OR amounts_precedence >= '0' OR customer_precedence >= '0' OR
  address_precedence >= '0' OR items_precedence >= '0' OR placed_precedence >= '0' OR
  confirmed_precedence >= '0' OR completed_precedence >= '0' OR cancelled_precedence >= '0' OR
  snapshot_payment_precedence >= '0';
--> statement-breakpoint
CREATE INDEX `payments_to_renew` ON `payments` (`payment_id`)
WHERE status_precedence >= '0' OR amount_precedence >= '0' OR reference_precedence >= '0' OR
  link_precedence >= '0';
--> statement-breakpoint
CREATE INDEX `refunds_to_renew` ON `refunds` (`refund_id`)
WHERE status_precedence >= '0' OR amount_precedence >= '0' OR reference_precedence >= '0' OR
  link_precedence >= '0';
--> statement-breakpoint
CREATE INDEX `shipments_to_renew` ON `shipments` (`shipment_id`)
WHERE status_precedence >= '0' OR tracking_precedence >= '0' OR shipped_precedence >= '0' OR
  delivered_precedence >= '0' OR cancelled_precedence >= '0' OR reason_precedence >= '0' OR
  items_precedence >= '0' OR link_precedence >= '0';
--> statement-breakpoint

-- Rows whose status is older than that of a processed event about them. Always empty: a row here is a
-- defect. It says nothing while something is to be read again, since rows may not be right until then.
DROP VIEW state_audit;
--> statement-breakpoint
CREATE VIEW state_audit AS
SELECT subject, subject_id, stored, claimed, event_id, event_row FROM (
  SELECT 'order' AS subject, e.subject_id, o.status_precedence AS stored,
    e.status_precedence AS claimed, e.id AS event_id, e.rowid AS event_row
  FROM webhook_events e LEFT JOIN orders o ON o.order_number = e.subject_id
  WHERE e.subject = 'order' AND e.status = 'processed'
    AND e.status_precedence > coalesce(o.status_precedence, '')
  UNION ALL
  SELECT 'payment', e.subject_id, p.status_precedence,
    e.status_precedence, e.id, e.rowid
  FROM webhook_events e LEFT JOIN payments p ON p.payment_id = e.subject_id
  WHERE e.subject = 'payment' AND e.status = 'processed'
    AND e.status_precedence > coalesce(p.status_precedence, '')
  UNION ALL
  SELECT 'refund', e.subject_id, r.status_precedence,
    e.status_precedence, e.id, e.rowid
  FROM webhook_events e LEFT JOIN refunds r ON r.refund_id = e.subject_id
  WHERE e.subject = 'refund' AND e.status = 'processed'
    AND e.status_precedence > coalesce(r.status_precedence, '')
  UNION ALL
  SELECT 'shipment', e.subject_id, s.status_precedence,
    e.status_precedence, e.id, e.rowid
  FROM webhook_events e LEFT JOIN shipments s ON s.shipment_id = e.subject_id
  WHERE e.subject = 'shipment' AND e.status = 'processed'
    AND e.status_precedence > coalesce(s.status_precedence, ''))
WHERE NOT EXISTS (SELECT 1 FROM webhook_events
  WHERE (form IS NULL OR status_precedence >= '0') AND status <> 'received');

/**
 * Links payments and refunds to their orders. Each statement reads only rows that the batch touched and rows that a
 * move has marked `stale` (three triggers, migrations/0001), and writes only differences. A parcel belongs to the order
 * that is named for it: a trigger copies it (migrations/0039), as it copies a payment's reference.
 *
 * A payment counts for the order that is named for it. If the key of one row is another payment's reference, the
 * two are one payment under two names (the first is the alias): they share the link with the higher precedence. A
 * refund that names no order follows the payment that it refers to.
 */

import { messagesWhere } from "../../notifications/templates";
import { precedenceSql } from "../../projection/shared-precedence";
import { escaped } from "../outbox/fact-ids";

/** The payments of `?1` and, by key or by reference, their other names. */
export const paymentsAndAliases = `
  SELECT value AS payment_id FROM json_each(?1)
  UNION SELECT p.reference_number FROM json_each(?1) c JOIN payments p ON p.payment_id = c.value
    WHERE p.reference_number IS NOT NULL
  UNION SELECT q.payment_id FROM json_each(?1) c JOIN payments q ON q.reference_number = c.value`;

/**
 * `?1`: payment ids of the batch; `?2`: now. Primary key, payments_reference, payments_stale.
 * Fires payments_moved.
 */
const linkPayments = `
WITH touched(payment_id) AS (${paymentsAndAliases}
  UNION SELECT payment_id FROM payments WHERE stale = 1)
UPDATE payments SET order_number = l.order_number, stale = 0, updated_at = ?2
FROM (
  SELECT x.payment_id, (
    SELECT named_order FROM (
      SELECT x.named_order AS named_order, ${precedenceSql("x", "link")} AS precedence
      UNION ALL
      SELECT q.named_order, ${precedenceSql("q", "link")} FROM payments q WHERE q.reference_number = x.payment_id
      UNION ALL
      SELECT a.named_order, ${precedenceSql("a", "link")} FROM payments a WHERE a.payment_id = x.reference_number
    ) WHERE named_order IS NOT NULL ORDER BY precedence DESC LIMIT 1
  ) AS order_number
  FROM touched JOIN payments x ON x.payment_id = touched.payment_id
) AS l
WHERE payments.payment_id = l.payment_id
  AND (payments.order_number IS NOT l.order_number OR payments.stale = 1)`;

/**
 * `?1`: refund ids of the batch; `?2`: payment ids of the batch; `?3`: now. Primary keys,
 * payments_reference, refunds_reference, refunds_stale. Fires refunds_moved.
 */
const linkRefunds = `
WITH touched(refund_id) AS (
  SELECT value FROM json_each(?1)
  UNION SELECT r.refund_id FROM json_each(?2) c JOIN payments p ON p.payment_id = c.value
    JOIN refunds r ON r.payment_reference = p.reference_number AND r.named_order IS NULL
  UNION SELECT refund_id FROM refunds WHERE stale = 1)
UPDATE refunds SET order_number = l.order_number, stale = 0, updated_at = ?3
FROM (
  SELECT x.refund_id, coalesce(x.named_order, (
    SELECT min(p.order_number) FROM payments p WHERE p.reference_number = x.payment_reference
  )) AS order_number
  FROM touched JOIN refunds x ON x.refund_id = touched.refund_id
) AS l
WHERE refunds.refund_id = l.refund_id
  AND (refunds.order_number IS NOT l.order_number OR refunds.stale = 1)`;

/** The keys of one batch, as JSON arrays. */
export interface BatchKeys {
  readonly orders: string;
  readonly payments: string;
  readonly refunds: string;
  readonly shipments: string;
}

/**
 * The order matters: refunds follow payments, so payments are linked first. A batch without payments and refunds has
 * nothing to link here: only these statements move them, and only a move marks rows `stale`.
 */
export function linkMoneyStatements(
  db: D1Database,
  keys: BatchKeys,
  now: string,
): readonly D1PreparedStatement[] {
  return [
    db.prepare(linkPayments).bind(keys.payments, now),
    db.prepare(linkRefunds).bind(keys.refunds, keys.payments, now),
  ];
}

/**
 * `?1`: shipment ids of the batch; `?2`: templates with one message per order. A message that named only its parcel
 * gets the order as soon as the parcel has one. Primary keys.
 */
const nameOrders = `
UPDATE notifications SET order_number =
  (SELECT s.order_number FROM shipments s WHERE s.shipment_id = notifications.subject_id)
WHERE order_number IS NULL AND id IN (
    SELECT m.value->>'template' || '/shipment:' || ${escaped("j.value")} || '/' || (m.value->>'channel')
    FROM json_each(?1) j CROSS JOIN json_each(?2) m)
  AND EXISTS (SELECT 1 FROM shipments s WHERE s.shipment_id = notifications.subject_id
    AND s.order_number IS NOT NULL)`;
const onceAnOrder = JSON.stringify(messagesWhere(({ once }) => once?.by === "order"));

/** Run after the links and after the outbox rows are in. */
export function nameOrderStatements(
  db: D1Database,
  keys: BatchKeys,
): readonly D1PreparedStatement[] {
  return [db.prepare(nameOrders).bind(keys.shipments, onceAnOrder)];
}

/**
 * One refund under two names, as SQL: its own number, and the reference of its payment, if an event does not state
 * the number. projection/history/model.ts does the same (`numberedRefund`).
 */

/**
 * For a refund `u` that is known only by its payment's reference: the key of the numbered refund of which it is
 * another name, like `numberedRefund` in projection/history/model.ts; of the same order, or both of none yet.
 * refunds_order, refunds_reference.
 */
const numberedOf = (u: string): string => `(
  SELECT n.refund_id FROM refunds n
  WHERE (n.order_number = ${u}.order_number OR (n.named_order IS NULL AND n.order_number IS NULL
      AND n.payment_reference = ${u}.refund_id AND ${u}.order_number IS NULL))
    AND n.payment_reference = ${u}.refund_id AND n.refund_id <> ${u}.refund_id AND n.amount_micros = ${u}.amount_micros
  ORDER BY n.status IS NOT ${u}.status, n.refund_id LIMIT 1)`;

/**
 * Whether refund `r` counts: of two names of one refund, the one with the higher status precedence counts; on a tie,
 * the numbered one. Primary key, refunds_order, refunds_reference.
 */
export const refundCounts = `
  NOT EXISTS (SELECT 1 FROM refunds n WHERE r.refund_id = r.payment_reference
    AND n.refund_id = ${numberedOf("r")} AND n.status_precedence >= r.status_precedence)
  AND NOT EXISTS (SELECT 1 FROM refunds u WHERE u.refund_id = r.payment_reference
    AND u.payment_reference = u.refund_id AND u.refund_id <> r.refund_id
    AND u.status_precedence > r.status_precedence AND ${numberedOf("u")} = r.refund_id)`;

/** The other name of the refund with the key `key`; no row if it has none. Primary key, refunds_order, refunds_reference. */
export const otherNameOf = (key: string): string => `
  SELECT ${numberedOf("u")} AS refund_id FROM refunds u
  WHERE u.refund_id = ${key} AND u.payment_reference = u.refund_id
  UNION ALL
  SELECT u.refund_id FROM refunds r JOIN refunds u ON u.refund_id = r.payment_reference
  WHERE r.refund_id = ${key} AND r.refund_id <> u.refund_id AND u.payment_reference = u.refund_id
    AND ${numberedOf("u")} = r.refund_id`;

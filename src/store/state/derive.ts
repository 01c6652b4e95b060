/**
 * Values derived from linked payments and refunds: the paid and refunded amounts, the order's payment status, and
 * whether a refund is due. Computed again for every order that the batch touched, and written only if they
 * change.
 */
import { paidStatuses, pendingStatuses } from "../../events/stages";
import { messagesOf } from "../../notifications/templates";
import { SUM_MAX_MICROS } from "../../projection/patches/money";
import { ID_LENGTH, ofImportSql, STAGE_POSITION, TIE_POSITION } from "../../projection/precedence";
import { escapedOrder } from "../outbox/fact-ids";
import { happenedAt } from "./happened";
import { type BatchKeys, paymentsAndAliases } from "./links";
import { quoted } from "../quoted";
import { refundCounts } from "./refund-names";

/**
 * total() of integers is exact up to 2^53 and, unlike sum(), does not fail above that: the result is then limited
 * to the largest safe integer.
 */
function bounded(total: string): string {
  return `CAST(min(${total}, ${String(SUM_MAX_MICROS)}.0) AS INTEGER)`;
}

/**
 * `?1`: payment ids, `?2`: refund ids, `?3`: order numbers of the batch. Finds every order that is named, that now
 * has a touched payment (or its other name) or refund, or that a move has marked. Primary keys,
 * payments_reference, orders_stale.
 */
const touchedOrders = `
  touched(order_number) AS (
    SELECT value FROM json_each(?3)
    UNION SELECT order_number FROM payments WHERE payment_id IN (${paymentsAndAliases})
    UNION SELECT r.order_number FROM json_each(?2) c JOIN refunds r ON r.refund_id = c.value
    UNION SELECT order_number FROM orders WHERE stale = 1
  )`;

/**
 * The payments that count for their orders. Of two names of one payment, only the one with the higher status
 * precedence counts; on a tie, the payment and not its alias (and of two that are aliases of each other, the one
 * with the lower key). Primary key, payments_order, payments_reference. CROSS JOIN fixes the order of the two:
 * otherwise the planner would read all of payments_order for the grouping below.
 */
const countedPayments = `
  counted AS (
    SELECT p.order_number, p.status, p.status_precedence, p.amount_micros
    FROM touched CROSS JOIN payments p ON p.order_number = touched.order_number
    WHERE p.status IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM payments a
        WHERE a.payment_id = p.reference_number AND a.payment_id <> p.payment_id
          AND a.status_precedence > p.status_precedence)
      AND NOT EXISTS (
        SELECT 1 FROM payments q
        WHERE q.reference_number = p.payment_id AND q.payment_id <> p.payment_id
          AND (q.status_precedence > p.status_precedence
            OR (q.status_precedence = p.status_precedence
              AND (p.reference_number IS NOT q.payment_id OR q.payment_id < p.payment_id))))
  )`;

const idHash = (precedence: string): string => `substr(${precedence}, -${String(ID_LENGTH)})`;
const stage = (precedence: string): string => `substr(${precedence}, ${String(STAGE_POSITION)}, 1)`;
const statesTime = (precedence: string): string =>
  `substr(${precedence}, ${String(TIE_POSITION)}, 1) = ' '`;

/**
 * The counted payment with the highest stage, then the highest precedence: SQLite takes the bare columns next to a
 * max() from the row with that maximum.
 */
const paymentTotals = `
  totals AS (
    SELECT order_number, status, status_precedence,
      ${bounded(`total(CASE WHEN status IN (${quoted(paidStatuses)}) THEN amount_micros END)`)} AS paid,
      max(${stage("status_precedence")} || status_precedence || ' ' || status)
    FROM counted GROUP BY order_number
  )`;

/** As `paymentWord` in events/stages.ts. */
const paymentWordOf = (status: string): string =>
  `CASE WHEN ${status} IN (${quoted(paidStatuses)}) THEN 'success'
        WHEN ${status} IN (${quoted(pendingStatuses)}) THEN 'pending' ELSE ${status} END`;

/**
 * Like `snapshotWins` in projection/history/model.ts: the snapshot if one event set both; otherwise, if one of the
 * events states no time, the one with the higher stage; otherwise the one with the higher precedence.
 */
const derivedColumns = `
  leading AS (
    SELECT o.order_number, o.snapshot_payment_status, o.payable_micros AS payable,
      coalesce(t.paid, 0) AS paid, t.status,
      o.snapshot_payment_precedence AS snapshot, t.status_precedence AS payment
    FROM touched CROSS JOIN orders o ON o.order_number = touched.order_number
    LEFT JOIN totals t ON t.order_number = o.order_number
  ),
  decided AS (
    SELECT order_number, paid, payable, status, snapshot_payment_status,
      status IS NULL OR ${idHash("snapshot")} = ${idHash("payment")}
        OR iif(NOT (${statesTime("snapshot")} AND ${statesTime("payment")})
            AND ${stage("snapshot")} <> ${stage("payment")},
          ${stage("snapshot")} > ${stage("payment")}, snapshot >= payment) AS by_snapshot
    FROM leading
  ),
  worded AS (
    SELECT order_number, paid, payable, by_snapshot,
      ${paymentWordOf("iif(by_snapshot, snapshot_payment_status, status)")} AS word
    FROM decided
  ),
  derived AS (
    SELECT w.order_number,
      CASE WHEN w.payable = 0 THEN 'success'
        WHEN w.word = 'success' AND NOT w.by_snapshot AND w.payable > w.paid THEN 'partially_paid'
        ELSE w.word END AS payment_status,
      w.paid AS paid_micros,
      (SELECT ${bounded("total(r.amount_micros)")} FROM refunds r
        WHERE r.order_number = w.order_number AND r.status = 'success' AND ${refundCounts})
        AS refunded_micros
    FROM worded w
  )`;

/** `?4`: now. */
const deriveOrders = `
WITH ${touchedOrders}, ${countedPayments}, ${paymentTotals}, ${derivedColumns}
UPDATE orders SET payment_status = d.payment_status, paid_micros = d.paid_micros,
  refunded_micros = d.refunded_micros, updated_at = ?4
FROM derived d
WHERE orders.order_number = d.order_number
  AND (orders.payment_status IS NOT d.payment_status OR orders.paid_micros <> d.paid_micros
    OR orders.refunded_micros <> d.refunded_micros)`;

/** Since when a refund is outstanding: since the order was cancelled, or was paid after that. payments_order. */
const outstandingSince = `nullif(max(coalesce(${happenedAt("o.status_precedence")}, ''),
  coalesce((SELECT max(${happenedAt("p.status_precedence")}) FROM payments p
    WHERE p.order_number = o.order_number AND p.status IN (${quoted(paidStatuses)})), '')), '')`;

/**
 * Writes the messages `?6` for a cancelled order with an outstanding refund, due at `?5` (later than `?4`, now), once
 * per order. A refund that follows from imports alone is history: it is announced only after a delivered event sets
 * the cancellation or a payment. payments_order.
 */
const announceRefundsDue = `
WITH ${touchedOrders}
INSERT INTO notifications (id, template, channel, about, order_number, subject_id, status,
  next_attempt_at, due_at, created_at, happened_at)
SELECT m.value->>'template' || '/' || ${escapedOrder("o.order_number")} || '/' || (m.value->>'channel'),
  m.value->>'template', m.value->>'channel', 'order', o.order_number, o.order_number, 'pending', ?5, ?5, ?4,
  ${outstandingSince}
FROM touched JOIN orders o ON o.order_number = touched.order_number CROSS JOIN json_each(?6) m
WHERE o.status = 'cancelled'
  AND min(coalesce(o.refundable_micros, o.paid_micros), o.paid_micros) > o.refunded_micros
  AND NOT (${ofImportSql("o.status_precedence")} AND NOT EXISTS (SELECT 1 FROM payments p
    WHERE p.order_number = o.order_number AND p.status IN (${quoted(paidStatuses)})
      AND NOT ${ofImportSql("p.status_precedence")}))
ON CONFLICT (id) DO NOTHING`;
const refundMessages = JSON.stringify(messagesOf("refund_outstanding"));

/** orders_stale. */
const clearStale = "UPDATE orders SET stale = 0 WHERE stale = 1";

/**
 * Run after the links. `refundDueAt`: when the team is notified of a refund that becomes outstanding now; null if
 * nobody is notified, as in a rebuild.
 */
export function deriveStatements(
  db: D1Database,
  keys: BatchKeys,
  now: string,
  refundDueAt: string | null,
): readonly D1PreparedStatement[] {
  const touched = [keys.payments, keys.refunds, keys.orders] as const;
  const announce =
    refundDueAt === null
      ? []
      : [db.prepare(announceRefundsDue).bind(...touched, now, refundDueAt, refundMessages)];
  return [db.prepare(deriveOrders).bind(...touched, now), ...announce, db.prepare(clearStale)];
}

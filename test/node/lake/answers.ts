/**
 * What a D1 that never archived answers to the questions of docs/analytics.md: by heading, the SQL for SQLite, which
 * has D1's own views, and how many rows it finds at least in the orders of months.ts.
 */
export interface Answer {
  readonly sql: string;
  readonly least: number;
}

const made =
  "('success', 'unsettled', 'partially_settled', 'settled', 'refund_initiated', 'refunded')";

/** Under two names, a payment counts under the one that knows more, as in docs/cookbook.md. */
const moneyIn = `SELECT p.* FROM payments p WHERE p.status IN ${made} AND p.payment_id NOT IN (
  SELECT alias.payment_id FROM payments alias JOIN payments n
    ON n.reference_number = alias.payment_id AND n.payment_id <> alias.payment_id
    AND n.status_precedence >= alias.status_precedence
  UNION SELECT n.payment_id FROM payments n JOIN payments alias
    ON alias.payment_id = n.reference_number AND n.payment_id <> alias.payment_id
    AND alias.status_precedence > n.status_precedence)`;

const moneyOut = `SELECT r.*, (SELECT max(method) FROM payments p
    WHERE p.order_number = r.order_number AND (p.payment_id = r.payment_reference OR p.reference_number = r.payment_reference)) AS method
  FROM refunds r WHERE r.status = 'success' AND NOT EXISTS (SELECT 1 FROM refunds n
    WHERE r.refund_id = r.payment_reference AND n.payment_reference = r.refund_id
      AND n.refund_id <> r.refund_id AND n.order_number = r.order_number
      AND n.amount_micros = r.amount_micros AND n.status = 'success')`;

const sold =
  "SELECT o.*, s.day FROM orders o JOIN order_sales s USING (order_number) WHERE s.outcome = 'sold'";

const milliseconds = (time: string): string =>
  `CAST(round(unixepoch(${time}, 'subsec') * 1000) AS INTEGER)`;

/** The median of \`value\` by \`keys\`, of a table \`valued\`: the middle one, or between the middle two. */
const mediansBy = (keys: string): string => `
  ordered AS (SELECT *, row_number() OVER (PARTITION BY ${keys} ORDER BY value) AS place,
    count(*) OVER (PARTITION BY ${keys}) AS n FROM valued WHERE value IS NOT NULL),
  medians AS (SELECT ${keys}, avg(value) AS median FROM ordered
    WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY ${keys})`;

export const answers: Readonly<Record<string, Answer>> = {
  "How do the months compare with a year ago?": {
    least: 10,
    sql: `WITH sold AS (${sold}),
      months AS (SELECT substr(day, 1, 7) AS month, currency, count(*) AS orders, sum(grand_total_micros) AS micros
        FROM sold GROUP BY 1, 2)
      SELECT month, currency, orders, micros / 1e6 AS sold, before / 1e6 AS sold_a_year_ago,
        round(100.0 * (micros - before) / before, 1) AS growth_percent
      FROM (SELECT m.*, (SELECT y.micros FROM months y WHERE y.currency = m.currency
        AND y.month = substr(date(m.month || '-01', '-1 year'), 1, 7)) AS before FROM months m)
      ORDER BY month DESC, currency`,
  },
  "How many customers come back?": {
    least: 5,
    sql: `WITH sold AS (${sold}),
      known AS (SELECT day, order_number,
        CASE WHEN customer_id <> '(erased)' THEN customer_id
          WHEN customer_email <> '(erased)' THEN lower(customer_email)
          WHEN customer_phone <> '(erased)' THEN customer_phone END AS customer FROM sold),
      numbered AS (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY day) AS place
        FROM known WHERE customer IS NOT NULL)
      SELECT substr(f.day, 1, 7) AS first_month, count(*) AS customers,
        sum((SELECT count(*) FROM numbered n WHERE n.customer = f.customer)) AS orders,
        count(s.day) AS came_back,
        count(*) FILTER (WHERE julianday(s.day) - julianday(f.day) <= 90) AS within_90_days,
        round(100.0 * count(s.day) / count(*), 1) AS came_back_percent
      FROM numbered f LEFT JOIN numbered s ON s.customer = f.customer AND s.place = 2
      WHERE f.place = 1 GROUP BY 1 ORDER BY 1`,
  },
  "Which courier is good in which state?": {
    least: 20,
    sql: `WITH valued AS (
        SELECT coalesce(courier, 'unknown') AS courier,
          coalesce(json_extract(shipping_address, '$.state'), 'unknown') AS state, s.status,
          ${milliseconds("s.delivered_at")} - ${milliseconds("o.order_date")} AS value
        FROM shipments s LEFT JOIN orders o USING (order_number)
        WHERE s.status IN ('delivered', 'lost', 'undelivered', 'return_to_origin')),
      ${mediansBy("courier, state")}
      SELECT courier, state, count(*) AS parcels, sum(status = 'delivered') AS delivered,
        sum(status = 'return_to_origin' OR status = 'undelivered') AS came_back, sum(status = 'lost') AS lost,
        round(100.0 * sum(status <> 'delivered') / count(*), 1) AS not_delivered_percent,
        round(median / 86400000, 1) AS days_to_door
      FROM valued LEFT JOIN medians USING (courier, state)
      GROUP BY courier, state ORDER BY parcels DESC, courier, state`,
  },
  "How much money goes back, by month and payment method?": {
    least: 15,
    sql: `WITH came AS (SELECT order_number, payment_day AS day, method, amount_micros FROM (${moneyIn})),
      went AS (SELECT order_number, refund_day AS day, method, amount_micros FROM (${moneyOut})),
      moved AS (SELECT *, amount_micros AS paid, 0 AS refunded FROM came
        UNION ALL SELECT *, 0, amount_micros FROM went)
      SELECT substr(moved.day, 1, 7) AS month, ifnull(method, 'unknown') AS method, currency,
        sum(paid) / 1e6 AS paid, sum(refunded) / 1e6 AS refunded,
        CASE WHEN sum(paid) > 0 THEN round(100.0 * sum(refunded) / sum(paid), 1) END AS refunded_percent
      FROM moved JOIN orders USING (order_number)
      GROUP BY 1, 2, 3 ORDER BY 1 DESC, 2, 3`,
  },
  "What does a coupon bring?": {
    least: 3,
    sql: `SELECT ifnull(coupon_code, 'no coupon') AS coupon, currency, count(*) AS orders,
        round(avg(grand_total_micros) / 1e4) / 100 AS average_total,
        round(avg((SELECT sum(value->>'$.quantity') FROM json_each(items))), 2) AS average_pieces,
        ifnull(sum(discount_micros), 0) / 1e6 AS discounts,
        sum(paid_micros - refunded_micros) / 1e6 AS kept
      FROM (${sold}) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
  },
  "What sells best?": {
    least: 15,
    sql: `SELECT coalesce(sku, variant_id, product_id) AS product, max(product_name) AS product_name, i.currency,
        count(DISTINCT order_number) AS orders, sum(quantity) AS pieces,
        sum(CAST(round(line_total * 1e6) AS INTEGER)) / 1e6 AS revenue
      FROM order_items i JOIN order_sales USING (order_number)
      WHERE outcome = 'sold' GROUP BY 1, 3 ORDER BY revenue DESC, product, i.currency LIMIT 50`,
  },
  "Which way of paying fails most?": {
    least: 4,
    sql: `WITH known AS (SELECT * FROM payments WHERE payment_id NOT IN (
        SELECT reference_number FROM payments WHERE reference_number IS NOT NULL AND reference_number <> payment_id)),
      ended AS (SELECT ifnull(method, 'unknown') AS method, order_number, k.status = 'failed' AS is_failed,
        (SELECT payment_status FROM orders o WHERE o.order_number = k.order_number) IS 'success' AS is_paid
        FROM known k WHERE k.status = 'failed' OR k.status IN ${made})
      SELECT method, count(*) AS payments, sum(is_failed) AS failed_payments,
        round(100.0 * sum(is_failed) / count(*), 1) AS failed_percent, sum(is_failed AND is_paid) AS rescued,
        count(DISTINCT iif(is_failed AND NOT is_paid, order_number, NULL)) AS lost_orders
      FROM ended GROUP BY 1 ORDER BY 4 DESC, 1`,
  },
  "Prepaid or cash on delivery: what comes back?": {
    least: 3,
    sql: `WITH kinds AS (
        SELECT o.*, s.outcome,
          CASE WHEN NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_number = o.order_number) THEN 'no payment'
            WHEN EXISTS (SELECT 1 FROM payments p WHERE p.order_number = o.order_number
              AND (' ' || lower(p.method) || ' ' GLOB '*[^a-z]cod[^a-z]*'
                OR ' ' || lower(p.method) || ' ' GLOB '*[^a-z]cash[^a-z]*')) THEN 'cash on delivery'
            ELSE 'prepaid' END AS paid_by,
          EXISTS (SELECT 1 FROM shipments p WHERE p.order_number = o.order_number
            AND p.status IN ('undelivered', 'return_to_origin')) AS is_back
        FROM orders o JOIN order_sales s USING (order_number) WHERE s.outcome IN ('cancelled', 'sold'))
      SELECT paid_by, currency, count(*) AS orders,
        round(100.0 * count(*) / (SELECT count(*) FROM kinds k WHERE k.currency = kinds.currency), 1) AS share_percent,
        sum(outcome = 'cancelled') AS cancelled, sum(is_back) AS came_back,
        round(100.0 * sum(is_back) / count(*), 1) AS came_back_percent,
        sum(grand_total_micros) / 1e6 AS ordered, sum(paid_micros - refunded_micros) / 1e6 AS kept
      FROM kinds GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
  },
  "Who waits for money after a cancellation, and how long?": {
    least: 5,
    sql: `WITH valued AS (
        SELECT substr(s.day, 1, 7) AS month, v.currency,
          CAST(round(v.refund_outstanding * 1e6) AS INTEGER) AS owed,
          iif(v.refund_outstanding = 0, ${milliseconds("(SELECT max(refund_date) FROM refunds r WHERE r.order_number = v.order_number AND r.status = 'success')")}
            - ${milliseconds("v.cancelled_at")}, NULL) AS value
        FROM order_overview v JOIN order_sales s USING (order_number)
        WHERE v.status = 'cancelled' AND v.paid > 0),
      ${mediansBy("month, currency")}
      SELECT month, currency, count(*) AS cancelled, sum(owed = 0) AS settled, sum(owed) / 1e6 AS still_owed,
        round(median / 86400000, 1) AS days_to_refund
      FROM valued LEFT JOIN medians USING (month, currency)
      GROUP BY month, currency ORDER BY month DESC, currency`,
  },
  "What do all tables say of one order?": {
    least: 5,
    sql: `SELECT what, id, status, happened_at, amount, detail FROM (
        SELECT 'order' AS what, order_number AS id, status, order_date AS happened_at, grand_total_micros / 1e6 AS amount,
          payment_status AS detail, order_number FROM orders
        UNION ALL SELECT 'payment', payment_id, status, payment_date, amount_micros / 1e6, method, order_number FROM payments
        UNION ALL SELECT 'refund', refund_id, status, refund_date, amount_micros / 1e6, remarks, order_number FROM refunds
        UNION ALL SELECT 'parcel', shipment_id, status, ifnull(delivered_at, shipped_at), NULL, courier, order_number
          FROM shipments
        UNION ALL SELECT 'message', id, status, ifnull(sent_at, due_at), NULL, channel, order_number FROM notifications)
      WHERE order_number = 'ORD-104001' ORDER BY happened_at NULLS LAST, id`,
  },
};

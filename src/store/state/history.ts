/**
 * Loads the stored events that patch the rows of an order. Together with the rows (rows.ts), they are the input for
 * explanation and rebuild. Reads up to a limit, and counts the events that it leaves out.
 */
import type { HistoricEvent, StateRow } from "../../projection/history/explanation";
import type { ReadLimits, RowKeys } from "./rows";

/**
 * `?1`: the order; `?2` to `?4`: keys of payments, refunds and shipments; `?5`, `?6`: most events and bytes of
 * bodies, newest first; the first body is always read. Finds events about the rows themselves; events of every order
 * that a row was ever linked to, since an order event patches what it lists; and unapplied events that name the
 * order. webhook_events_subject, webhook_events_set_aside, disputed_links by its primary key.
 */
const eventsSql = `
WITH named(order_number) AS (
  SELECT ?1
  UNION SELECT named_order FROM payments WHERE payment_id IN (SELECT value FROM json_each(?2))
  UNION SELECT d.order_number FROM json_each(?2) k JOIN disputed_links d
    ON d.entity = 'payments' AND d.row_key = k.value
  UNION SELECT d.order_number FROM json_each(?3) k JOIN disputed_links d
    ON d.entity = 'refunds' AND d.row_key = k.value
  UNION SELECT d.order_number FROM json_each(?4) k JOIN disputed_links d
    ON d.entity = 'shipments' AND d.row_key = k.value
), about(event_row) AS (
  SELECT rowid FROM webhook_events
    WHERE subject_id IN (SELECT order_number FROM named) AND subject = 'order'
  UNION SELECT rowid FROM webhook_events
    WHERE subject_id IN (SELECT value FROM json_each(?2)) AND subject = 'payment'
  UNION SELECT rowid FROM webhook_events
    WHERE subject_id IN (SELECT value FROM json_each(?3)) AND subject = 'refund'
  UNION SELECT rowid FROM webhook_events
    WHERE subject_id IN (SELECT value FROM json_each(?4)) AND subject = 'shipment'
  UNION SELECT rowid FROM webhook_events
    WHERE status IN ('quarantined', 'failed', 'ignored') AND order_number = ?1
), sized(event_row, before) AS (
  SELECT rowid, sum(coalesce(octet_length(payload), 0)) OVER (ORDER BY rowid DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    FROM webhook_events WHERE rowid IN (SELECT event_row FROM about ORDER BY event_row DESC LIMIT ?5)
)
SELECT (SELECT count(*) FROM about) AS found, id, event_type AS eventType, type_hint AS typeHint, occurred_at AS occurredAt, received_at AS receivedAt, status,
  error, redeliveries, conflicts, payload
FROM webhook_events
WHERE rowid IN (SELECT event_row FROM sized WHERE coalesce(before, 0) < ?6) ORDER BY rowid`;

export interface History {
  readonly events: readonly HistoricEvent[];
  /** Older events that were not read. */
  readonly leftOut: number;
}

/** Reads the events that patch any of the rows, oldest first; if there are too many, the newest. */
export async function loadHistory(
  db: D1Database,
  orderNumber: string,
  keys: RowKeys,
  limits: ReadLimits,
): Promise<History> {
  const { results } = await db
    .prepare(eventsSql)
    .bind(
      orderNumber,
      JSON.stringify(keys.payments),
      JSON.stringify(keys.refunds),
      JSON.stringify(keys.shipments),
      limits.events,
      limits.bytes,
    )
    .all<HistoricEvent & { readonly found: number }>();
  const found = results[0]?.found ?? 0;
  return {
    events: results.map(({ found: _found, ...event }) => event),
    leftOut: found - results.length,
  };
}

/** The most ids that are read to name the events of settings; the rows are few (VIEW_LIMITS). */
const IDS_MAX = 2_000;

/**
 * `?1`: keys of rows, and of the orders that they belong to; `?2`: limit. webhook_events_subject. Another kind of
 * row may have the same key; an extra id does no harm.
 */
const idsSql =
  "SELECT id FROM webhook_events WHERE subject_id IN (SELECT value FROM json_each(?1)) LIMIT ?2";

/** The ids of the events that may have set registers of the rows, to name them. */
export async function loadEventIds(
  db: D1Database,
  rows: readonly StateRow[],
): Promise<readonly string[]> {
  const keys = rows.flatMap(({ key, columns }) => [
    key,
    columns["order_number"] ?? key,
    columns["named_order"] ?? key,
  ]);
  const { results } = await db
    .prepare(idsSql)
    .bind(JSON.stringify([...new Set(keys)]), IDS_MAX)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

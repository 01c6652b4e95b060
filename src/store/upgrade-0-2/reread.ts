/**
 * Finds the events that version 0.2 has stored or applied, so that their bodies are read with the current code
 * (upkeep/reread.ts), and stores the results.
 */
import type { Subject } from "../../events/catalog";
import type { Description } from "../../events/identity";
import { REREAD_BYTES, REREAD_EVENTS } from "../../limits";
import { byEntity } from "../../projection/registers";
import { renewPrecedence } from "../../projection/precedence-0-2";
import type { RebuildPlan } from "../../projection/history/rebuild-plan";
import { deriveStatements } from "../state/derive";
import { suppressionFence, unlessListChanged } from "../privacy/suppression-list";
import type { RowKeys } from "../state/rows";
import { describeStatements, type EventStatus } from "../inbox/inbox";
import { claimStatements } from "../state/rebuild";
import { slicedRows, slicedStatements } from "../slices";
import { isToReread } from "./written-by-0-2";

/**
 * `?1`: ids that could not be read in this run. webhook_events_to_reread: first the events that 0.2 has applied
 * since the migration, then the rest; both by order, so that an order is rebuilt once.
 */
const nextRows = `
  SELECT rowid FROM webhook_events INDEXED BY webhook_events_to_reread
  WHERE (${isToReread}) AND status <> 'received' AND id NOT IN (SELECT value FROM json_each(?1))
  ORDER BY status_precedence >= '0' DESC, order_number DESC LIMIT ${String(REREAD_EVENTS)}`;

/**
 * Limited by the bytes of the bodies; the first body always fits. 0.2 had no type hints: if the body named no
 * type, it stored the type of the URL or header as the event's own.
 */
const loadSql = `
SELECT id, typeHint, hadHint, receivedAt, status, subject, statusPrecedence, payload FROM (
  SELECT id, received_at AS receivedAt, status, subject, status_precedence AS statusPrecedence, payload,
    type_hint IS NOT NULL AS hadHint,
    coalesce(type_hint, iif(form IS NULL AND json_valid(payload)
      AND json_type(payload, '$.event_type') IS NOT 'text', event_type, NULL)) AS typeHint,
    coalesce(sum(octet_length(payload)) OVER (ORDER BY order_number DESC, rowid
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM webhook_events WHERE rowid IN (${nextRows}))
WHERE before < ${String(REREAD_BYTES)}`;

/** Primary key. */
const hintSql = `
UPDATE webhook_events SET type_hint = v.hint FROM ${slicedRows("id", "hint")} AS v
WHERE webhook_events.id = v.id AND type_hint IS NULL`;

export interface UnreadEvent {
  readonly id: string;
  readonly typeHint: string | null;
  /** 0 if the inbox has no hint yet. */
  readonly hadHint: number;
  readonly receivedAt: string;
  readonly status: Exclude<EventStatus, "received">;
  readonly subject: Subject | null;
  readonly statusPrecedence: string | null;
  /** Null if purged. */
  readonly payload: string | null;
}

/** The next events to read again, without `failed`; empty if all are done. Stores their hints. */
export async function loadUnread(
  db: D1Database,
  failed: readonly string[],
): Promise<readonly UnreadEvent[]> {
  const statement = db.prepare(loadSql).bind(JSON.stringify(failed));
  const { results } = await statement.all<UnreadEvent>();
  // A rebuild of any of their rows reads the hints from the inbox.
  const hints = results
    .filter(({ typeHint, hadHint }) => typeHint !== null && hadHint === 0)
    .map(({ id, typeHint }) => [id, typeHint]);
  if (hints.length > 0) await db.batch(slicedStatements(db, hintSql, hints));
  return results;
}

/**
 * Primary keys. An event without a body cannot be read again. Its claim may be above the row's, because ids are
 * now compared by their hash; then the audit has nothing to compare it with.
 */
const purgedSql = `
UPDATE webhook_events SET form = coalesce(form, 'envelope'),
  status_precedence = CASE WHEN v.precedence <= CASE subject
    WHEN 'order' THEN (SELECT o.status_precedence FROM orders o WHERE o.order_number = subject_id)
    WHEN 'payment' THEN (SELECT p.status_precedence FROM payments p WHERE p.payment_id = subject_id)
    WHEN 'refund' THEN (SELECT r.status_precedence FROM refunds r WHERE r.refund_id = subject_id)
    WHEN 'shipment' THEN (SELECT s.status_precedence FROM shipments s WHERE s.shipment_id = subject_id)
    END THEN v.precedence END
FROM ${slicedRows("id", "precedence")} AS v
WHERE webhook_events.id = v.id AND payload IS NULL`;

function purgedStatements(
  db: D1Database,
  events: readonly UnreadEvent[],
): readonly D1PreparedStatement[] {
  const rows = events.map(({ id, subject, statusPrecedence }) => [
    id,
    statusPrecedence === null || subject === null
      ? null
      : renewPrecedence(statusPrecedence, subject),
  ]);
  return slicedStatements(db, purgedSql, rows);
}

/** Primary keys. Orders that events named for one of the rows, besides the order that it is linked to. */
const leftOrdersSql = `
SELECT DISTINCT d.order_number FROM json_each(?1) k JOIN disputed_links d
  ON d.entity = k.value->>0 AND d.row_key = k.value->>1`;

/** Other orders that events have named for the payments and refunds. */
export async function loadLeftOrders(
  db: D1Database,
  { payments, refunds }: RowKeys,
): Promise<readonly string[]> {
  const rows = [
    ...payments.map((key) => ["payments", key]),
    ...refunds.map((key) => ["refunds", key]),
  ];
  const { results } = await db
    .prepare(leftOrdersSql)
    .bind(JSON.stringify(rows))
    .all<{ order_number: string }>();
  return results.map(({ order_number }) => order_number);
}

/** The result of reading events again. */
export interface Reread {
  /** The description of each event with a body. */
  readonly read: readonly { readonly id: string; readonly description: Description }[];
  /** The claims of applied events for the status of their rows. */
  readonly claims: RebuildPlan["claims"];
  readonly purged: readonly UnreadEvent[];
  /** The rows that they patch, and every order named with them: their derived columns are computed again. */
  readonly keys: RowKeys;
}

/** Stores the descriptions in one batch; after that the events are not read again. */
export async function saveReread(
  db: D1Database,
  { read, claims, purged, keys }: Reread,
  now: string,
  listVersion: number,
): Promise<void> {
  const lists = byEntity((entity) => JSON.stringify(keys[entity]));
  await unlessListChanged(db, () =>
    db.batch([
      ...deriveStatements(db, lists, now, null),
      ...describeStatements(db, read),
      ...claimStatements(db, claims),
      ...purgedStatements(db, purged),
      suppressionFence(db, listVersion),
    ]),
  );
}

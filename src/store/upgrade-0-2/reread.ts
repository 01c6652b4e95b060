/**
 * Events that version 0.2 has stored or applied, for reading their bodies again with the code of today
 * (upkeep/reread.ts): finding them, and writing what they turned out to be.
 */
import type { Subject } from "../../events/catalog";
import type { Description } from "../../events/identity";
import { REREAD_BYTES, REREAD_EVENTS } from "../../limits";
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
 * `?1`: ids of those that could not be read just now. webhook_events_to_reread: first what 0.2 has applied
 * since the migration, by order; then all else, by order, so that an order is rebuilt once.
 */
const nextRows = `
  SELECT rowid FROM webhook_events INDEXED BY webhook_events_to_reread
  WHERE (${isToReread}) AND status <> 'received' AND id NOT IN (SELECT value FROM json_each(?1))
  ORDER BY status_precedence >= '0' DESC, order_number DESC LIMIT ${String(REREAD_EVENTS)}`;

/**
 * As many bytes of bodies as are read at once; the first always is. 0.2 had no hints: where the body names
 * no type, it took that of the URL or a header for the event's own.
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
  /** 0 where the inbox did not say so yet. */
  readonly hadHint: number;
  readonly receivedAt: string;
  readonly status: Exclude<EventStatus, "received">;
  readonly subject: Subject | null;
  readonly statusPrecedence: string | null;
  /** Null once purged. */
  readonly payload: string | null;
}

/** The next events to be read again, but for `failed`; none where all are. Their hints are stored. */
export async function loadUnread(
  db: D1Database,
  failed: readonly string[],
): Promise<readonly UnreadEvent[]> {
  const statement = db.prepare(loadSql).bind(JSON.stringify(failed));
  const { results } = await statement.all<UnreadEvent>();
  // Whatever rebuilds a row of theirs finds them there.
  const hints = results
    .filter(({ typeHint, hadHint }) => typeHint !== null && hadHint === 0)
    .map(({ id, typeHint }) => [id, typeHint]);
  if (hints.length > 0) await db.batch(slicedStatements(db, hintSql, hints));
  return results;
}

/**
 * Primary keys. Of an event whose body is purged nothing more is to be learnt. Where its claim is above
 * what stands, because ids are compared by their hash now, there is nothing to hold against the row.
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

/** Primary keys. Orders that events once named for one of the rows: they were left behind. */
const leftOrdersSql = `
SELECT DISTINCT d.order_number FROM json_each(?1) k JOIN disputed_links d
  ON d.entity = k.value->>0 AND d.row_key = k.value->>1`;

/** Orders that events have named for the payments and refunds beside the one that each counts for. */
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

/** What came of reading events again. */
export interface Reread {
  /** What each with a body is. */
  readonly read: readonly { readonly id: string; readonly description: Description }[];
  /** What the applied ones claim for the status of their rows. */
  readonly claims: RebuildPlan["claims"];
  readonly purged: readonly UnreadEvent[];
  /** The rows that they patch, and every order named with them: what follows from them is redone. */
  readonly keys: RowKeys;
}

/** Says what the events are, in one batch; from then on they need not be read again. */
export async function saveReread(
  db: D1Database,
  { read, claims, purged, keys }: Reread,
  now: string,
  listVersion: number,
): Promise<void> {
  const lists = {
    orders: JSON.stringify(keys.orders),
    payments: JSON.stringify(keys.payments),
    refunds: JSON.stringify(keys.refunds),
    shipments: JSON.stringify(keys.shipments),
  };
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

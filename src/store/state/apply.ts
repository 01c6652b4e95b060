/**
 * Applies one batch of events: state, outbox and the events' own status change together in one D1 batch, or not at
 * all.
 */
import { CONSUMED_EVERY_MS, REFUND_DUE_AFTER_MS } from "../../limits";
import { foldStatements } from "./merge";
import { settleStatements, type Verdict } from "../inbox/inbox";
import { trackingStatements } from "../outbox/tracking";
import { type BatchKeys, linkMoneyStatements, nameOrderStatements } from "./links";
import { type ErasedBody, rewriteStatements } from "../privacy/erased-bodies";
import type { FoldedPatches } from "../../projection/fold";
import type { AmountClaim } from "../../projection/patches/amount-claims";
import { byEntity } from "../../projection/registers";
import { archiveFence, keysTouched } from "../closed-orders/keys";
import { templatesWhere } from "../../notifications/templates";
import { factHash, type OutboxRow } from "../../projection/outbox-row";
import { contactStatements, disputeStatements, flagStatements } from "./claims";
import { isUsed } from "../outbox/channels";
import type { ContactClaim } from "../../projection/patches/contacts";
import { deriveStatements } from "./derive";
import { beatStatement } from "../set-up/beats";
import { suppressionFence, unlessListChanged } from "../privacy/suppression-list";
import { slicedStatements } from "../slices";
import { unusedChannels } from "../../notifications/channels";
import { quoted } from "../quoted";
import { addMs } from "../../events/field-formats/time";
import { type Alert, alertStatement } from "../outbox/alerts";

export interface Application {
  readonly patches: FoldedPatches;
  readonly amountClaims: readonly AmountClaim[];
  readonly contacts: readonly ContactClaim[];
  readonly outbox: readonly OutboxRow[];
  readonly verdicts: readonly Verdict[];
  /** The bodies of those events from which a person on the suppression list was erased. */
  readonly erasedBodies: readonly ErasedBody[];
  /** The findings in the batch that a person must check. */
  readonly alerts: readonly Alert[];
  /** True for a batch of imports: nobody is notified of its effects. */
  readonly isSilent?: boolean;
}

/** Each later delivery postpones a request for a review. */
const putOff = templatesWhere(({ asked }) => asked.by === "event" && asked.isPutOff === true);

/** Messages that are off until a person switches them on; no row is written before a person has decided. */
const offByDefault = templatesWhere(({ isOnByDefault }) => isOnByDefault === false);

/**
 * Primary keys. A known fact gets no second message, even if the first has left. A postponed message moves with each
 * later event until it is begun, so that it is sent after the last one; it is about the past only if all of them are. A
 * message that is due immediately is not marked for the sweep: the wake-up call of this batch starts it, and if the
 * call is lost, the sweep finds it when it passes its event (store/inbox/waiting.ts), unless it has already passed.
 */
const insertOutboxSql = `
INSERT INTO notifications (id, template, channel, order_number, subject_id, event_id, status,
  next_attempt_at, due_at, context, about, happened_at, created_at, endpoint, lane_place, awaits_sweep)
SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, 'pending',
  value->>6, value->>7, value->>8, value->>9, value->>10, ?2, value->>11,
  CASE WHEN value->>11 IS NOT NULL THEN (SELECT e.rowid FROM webhook_events e WHERE e.id = value->>5) END,
  value->>6 > ?2 OR NOT EXISTS (SELECT 1
    FROM webhook_events e WHERE e.id = value->>5 AND e.rowid >
      coalesce((SELECT position FROM cursors WHERE name = 'sweep'), 0))
FROM jsonb_each(?1)
WHERE (value->>1 NOT IN (${quoted(offByDefault)}) OR EXISTS (SELECT 1 FROM message_switches s
  WHERE s.template = value->>1 AND s.channel = value->>2)) AND ${isUsed("(value->>2)", "?3")}
  AND NOT EXISTS (SELECT 1 FROM reported_facts WHERE fact = value->>12)
ON CONFLICT (id) DO UPDATE SET due_at = max(notifications.due_at, excluded.due_at),
  happened_at = max(coalesce(notifications.happened_at, ''), excluded.happened_at),
  next_attempt_at = iif(excluded.due_at > notifications.due_at,
    excluded.next_attempt_at, notifications.next_attempt_at), awaits_sweep = 1,
  context = iif(excluded.context->>'isHistory', notifications.context, excluded.context)
WHERE excluded.template IN (${quoted(putOff)})
  AND (excluded.due_at > notifications.due_at OR (notifications.context->>'isHistory' AND excluded.context->>'isHistory' IS NULL))
  AND notifications.status = 'pending' AND notifications.rendered IS NULL
RETURNING id, next_attempt_at`;

/** Delayed messages wait until they are due; all others may be sent immediately, whatever the age of the event. */
function outboxCells(row: OutboxRow, now: string): readonly unknown[] {
  const nextAttemptAt = row.delayMs > 0 && row.dueAt > now ? row.dueAt : now;
  return [
    row.id,
    row.template,
    row.channel,
    row.orderNumber,
    row.subjectId,
    row.eventId,
    nextAttemptAt,
    row.dueAt,
    JSON.stringify(row.context),
    row.about,
    row.happenedAt,
    row.endpoint,
    factHash(row.id),
  ];
}

/**
 * The order matters: first the rows, then the links (payments before the refunds that follow them), then the derived
 * values, then the messages, and last the status of the events. (The messages about changed tracking come first,
 * since they need the earlier values.)
 */
function statements(db: D1Database, batch: Application, now: string): D1PreparedStatement[] {
  const { rows, orderNumbers, linkClaims } = batch.patches;
  const keys: BatchKeys = byEntity((entity) =>
    JSON.stringify([...(entity === "orders" ? orderNumbers : rows[entity].keys())]),
  );
  const settle = settleStatements(db, batch.verdicts, now);
  const merges = foldStatements(db, batch.patches, now);
  if (merges.length === 0) return [...settle];
  const hasMoney = rows.payments.size + rows.refunds.size > 0;
  const refundDueAt = batch.isSilent === true ? null : addMs(now, REFUND_DUE_AFTER_MS);
  return [
    ...disputeStatements(db, linkClaims),
    ...flagStatements(db, batch.amountClaims),
    ...contactStatements(db, batch.contacts),
    ...merges,
    // A statement that finds nothing to do takes D1 as long as one that does.
    ...(hasMoney ? linkMoneyStatements(db, keys, now) : []),
    ...(rows.shipments.size > 0 ? nameOrderStatements(db, keys) : []),
    // Parcels alone change nothing that is derived.
    ...(hasMoney || rows.orders.size > 0 ? deriveStatements(db, keys, now, refundDueAt) : []),
    ...settle,
  ];
}

/**
 * Applies the batch; returns the ids of the new notifications that are due now. Nothing is applied if the
 * suppression list has changed since `listVersion`, or if the batch touches archived rows (closed-orders/keys.ts).
 * `unused`: channels that get no rows unless they were set up before.
 */
export async function applyBatch(
  db: D1Database,
  batch: Application,
  now: string,
  listVersion = 0,
  unused: readonly string[] = unusedChannels([]),
): Promise<readonly string[]> {
  const rows = batch.outbox.map((row) => outboxCells(row, now));
  const outbox = slicedStatements(db, insertOutboxSql, rows, now, JSON.stringify(unused));
  const alerts = batch.alerts.length > 0 ? [alertStatement(db, batch.alerts, now)] : [];
  const tracking =
    batch.isSilent === true
      ? []
      : trackingStatements(db, batch.patches.rows.shipments.values(), now, unused);
  const results = await unlessListChanged(db, () =>
    db.batch<{ id: string; next_attempt_at?: string }>([
      ...outbox,
      ...alerts,
      ...tracking,
      ...archiveFence(db, keysTouched(batch.patches)),
      ...statements(db, batch, now),
      ...rewriteStatements(db, batch.erasedBodies),
      beatStatement(db, "consumed_at", Date.parse(now), CONSUMED_EVERY_MS),
      suppressionFence(db, listVersion),
    ]),
  );
  return (
    results
      .slice(0, outbox.length + alerts.length + tracking.length)
      .flatMap(({ results: inserted }) => inserted)
      // An alert is due immediately, and so is a message about changed tracking.
      .filter(({ next_attempt_at: at = now }) => at <= now)
      .map(({ id }) => id)
  );
}

/**
 * The dispatch side of the outbox: what is due, the claim with its lease, the outcomes. Messages are inserted in the
 * batch that writes the state they follow from.
 *
 * A row is written twice on its way out: by the claim, which stores the rendered bytes, and by its outcome. Both are
 * fenced by `attempts`, which counts claims: a run that has lost its lease, or that read a row before another run
 * claimed it, writes nothing. `in_flight` is 1 from the claim until the outcome is recorded. The time is passed in.
 */
import { addMs } from "../../events/field-formats/time";
import { LEASE_MS } from "../../limits";
import type { Channel } from "../../notifications/channels";
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";
import { type Template, templatesWhere } from "../../notifications/templates";
import { type Alert, alertStatement } from "./alerts";
import { escaped, escapedOrder } from "./fact-ids";
import { quoted } from "../quoted";
import { isUntimed, untimed } from "./rendered";
import { otherNameOf } from "../state/refund-names";
import { slicedRows, slicedStatements } from "../slices";
import { listVersion } from "../privacy/suppression-list";

/** A row that is due, as it was before this run's claim. */
export interface DueRow {
  readonly id: string;
  readonly template: Template;
  readonly channel: Channel;
  readonly order_number: string | null;
  readonly subject_id: string | null;
  readonly event_id: string | null;
  readonly recipient: string | null;
  /** The error of its last attempt. */
  readonly error: string | null;
  /** How often it was claimed before: the fence for every write of this run. */
  readonly attempts: number;
  readonly due_at: string;
  /** Since when it has been due. */
  readonly next_attempt_at: string;
  /** Why it was last postponed. */
  readonly reason: string | null;
  readonly created_at: string;
  /** When the reported fact happened; if that is not stored, when the row was written. */
  readonly happened_at: string;
  /** JSON, as the row was inserted. */
  readonly context: string | null;
  /** JSON, as it was first rendered; null if no request can have been sent yet. */
  readonly rendered: string | null;
  /** 1 if the outcome of an earlier claim was never recorded: the Worker or D1 failed. */
  readonly in_flight: number;
  /** 1 if another message has reported the same: another review request, the refund's other name. */
  readonly twin_notified: number;
  /** How often a person has resent it. */
  readonly resends: number;
  /** 1 if a request was sent once and no answer came: the provider may have accepted it. */
  readonly unanswered: number;
  /** The environment that the database belongs to; null if no cron has run yet (store/set-up/set-up.ts). */
  readonly environment: string | null;
  /** Of a forward: its endpoint (null if version 0.2 wrote it), and its place in that lane. */
  readonly endpoint: string | null;
  readonly lane_place: number | null;
  /** JSON of its last attempts. */
  readonly attempt_log: string | null;
  /** Set after this run has claimed it. */
  readonly claimed?: true;
}

/** Templates with one message for each order or refund, however many rows report it. */
const onceBy = (by: "order" | "refund"): string =>
  quoted(templatesWhere(({ once }) => once?.by === by));
const [onceAnOrder, onceARefund] = [onceBy("order"), onceBy("refund")];

/** `?1`: ids; `?2`: now. Primary key. A message that names only a parcel gets its order as soon as the parcel has one. */
export const nameOrderSql = `
UPDATE notifications SET order_number =
  (SELECT s.order_number FROM shipments s WHERE s.shipment_id = notifications.subject_id)
WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'pending' AND next_attempt_at <= ?2 AND template IN (${onceAnOrder}) AND order_number IS NULL
  AND EXISTS (SELECT 1 FROM shipments s WHERE s.shipment_id = notifications.subject_id
    AND s.order_number IS NOT NULL)`;

/**
 * Other messages that report the same as `n`, by their ids: those of one order, by its number or by that of a parcel,
 * and those of the refund under its other name. Primary key, shipments_order, refunds_order.
 */
const twinIds = `
    SELECT n.template || '/' || ${escapedOrder("n.order_number")} || '/' || n.channel
      WHERE n.template IN (${onceAnOrder}) AND n.order_number IS NOT NULL
    UNION ALL SELECT n.template || '/shipment:' || ${escaped("s.shipment_id")} || '/' || n.channel
      FROM shipments s WHERE n.template IN (${onceAnOrder}) AND s.order_number = n.order_number
    UNION ALL SELECT n.template || '/' || ${escaped("t.refund_id")} || '/' || n.channel
      FROM (${otherNameOf("n.subject_id")}) t
      WHERE n.template IN (${onceARefund}) AND t.refund_id IS NOT NULL`;
const twins = `notifications other WHERE other.id <> n.id AND other.id IN (${twinIds})`;
/** Whether an order or a refund gets one such message, under any of its names; `n` is the message. */
export const hasTwins = `n.template IN (${onceAnOrder}, ${onceARefund})`;

/** The columns of a DueRow; `n` is the message. Primary key. */
export const dueColumns = `
  n.id, n.template, n.channel, n.order_number, n.subject_id, n.event_id, n.recipient, n.error,
  n.attempts, n.due_at, n.next_attempt_at, n.reason, n.created_at, n.context, n.rendered, n.in_flight, n.resends,
  n.unanswered, n.endpoint, n.lane_place, n.attempt_log, coalesce(n.happened_at, n.created_at) AS happened_at,
  (SELECT place FROM cursors WHERE name = 'environment') AS environment,
  ${hasTwins} AND (EXISTS (SELECT 1 FROM reported_facts WHERE fact IN (${twinIds}))
    OR EXISTS (SELECT 1 FROM ${twins} AND (other.status = 'sent'
      OR (n.rendered IS NULL AND other.status = 'pending' AND other.rendered IS NOT NULL)
      OR (other.status = 'failed' AND other.reason = 'outcome unknown')))) AS twin_notified`;

/**
 * `?2`: now. Primary key. One review request for an order, and one message for a refund: a second one ends here once
 * the first is sent or begun (`twin_notified`). "Begun" means `rendered` is set: from then on the provider may have
 * accepted it. If two are begun, the first to be sent ends the other, even if that one has failed and is due again
 * (unsent.ts). If two are due together, the first by id goes first; the other is left out until the outcome of the
 * first is known.
 */
export const isFirstTwin = `NOT (${hasTwins} AND EXISTS (SELECT 1 FROM ${twins}
    AND other.status = 'pending' AND other.rendered IS NULL
    AND other.next_attempt_at <= ?2 AND other.id < n.id))`;

/** notifications_due. */
const listDueSql = `
SELECT id FROM notifications INDEXED BY notifications_due
WHERE status = 'pending' AND awaits_sweep = 1 AND next_attempt_at <= ?1 AND endpoint IS NULL
ORDER BY next_attempt_at LIMIT ?2`;

/** Ids of due messages that await the sweep, oldest first; for forwards to endpoints see lanes.ts. */
export async function listDue(
  db: D1Database,
  now: string,
  limit: number,
): Promise<readonly string[]> {
  const { results } = await db.prepare(listDueSql).bind(now, limit).all<{ id: string }>();
  return results.map((row) => row.id);
}

/** A message to send; it is stored before the first request. */
export interface RenderedRow {
  readonly id: string;
  /** As the row was read. */
  readonly attempts: number;
  readonly recipient: string | null;
  readonly orderNumber: string | null;
  /** What is sent if nothing was rendered before. */
  readonly rendered: string;
  /** The parcel whose tracking it shows, and the precedence of that tracking; null if it shows none. */
  readonly tracking: { readonly shipmentId: string; readonly precedence: string } | null;
}

/**
 * `?2`: now; `?3`: the end of the lease. Primary keys. A message that was rendered before keeps its bytes; if it was
 * held back since, the time for retries starts again (`recordSql`). Of messages that report the same, none is claimed
 * while another is in flight, in any run. A message about a parcel is not claimed if the tracking has changed since
 * it was read: the batch that changed it has not seen the message rendered (tracking.ts). The next run shows the new
 * tracking.
 */
const claimSql = `
UPDATE notifications AS n SET next_attempt_at = ?3, attempts = n.attempts + 1, in_flight = 1,
  recipient = CASE WHEN n.rendered IS NULL THEN m.recipient ELSE n.recipient END,
  rendered = CASE WHEN n.rendered IS NULL THEN m.rendered WHEN ${isUntimed("n.rendered")}
      THEN json_set(n.rendered, '$.firstAttemptAt', m.rendered->>'$.firstAttemptAt')
    ELSE n.rendered END,
  order_number = coalesce(n.order_number, m.order_number)
FROM ${slicedRows(
  "id",
  "attempts",
  "recipient",
  "order_number",
  "rendered",
  "shipment_id",
  "tracking_precedence",
)} m
WHERE n.id = m.id AND n.attempts = m.attempts AND n.status = 'pending' AND n.next_attempt_at <= ?2
  AND NOT (${hasTwins} AND EXISTS (SELECT 1 FROM ${twins}
    AND other.status = 'pending' AND other.in_flight = 1))
  AND (n.rendered IS NOT NULL OR m.shipment_id IS NULL OR EXISTS (SELECT 1 FROM shipments s
    WHERE s.shipment_id = m.shipment_id AND s.tracking_precedence = m.tracking_precedence))
RETURNING id, (${listVersion}) AS list_version`;

export interface Claim {
  /** Ids of the rows that this run has claimed. */
  readonly ids: ReadonlySet<string>;
  /** The version of the suppression list at the claim. */
  readonly listVersion: number;
}

/** Claims rows for LEASE_MS and stores what is to be sent, in one batch. */
export async function claim(
  db: D1Database,
  rows: readonly RenderedRow[],
  now: string,
): Promise<Claim> {
  if (rows.length === 0) return { ids: new Set(), listVersion: 0 };
  const values = rows.map((row) => [
    row.id,
    row.attempts,
    row.recipient,
    row.orderNumber,
    row.rendered,
    row.tracking?.shipmentId,
    row.tracking?.precedence,
  ]);
  const claimed = await db.batch<{ id: string; list_version: number | null }>(
    slicedStatements(db, claimSql, values, now, addMs(now, LEASE_MS)),
  );
  const own = claimed.flatMap(({ results }) => results);
  return { ids: new Set(own.map(({ id }) => id)), listVersion: own[0]?.list_version ?? 0 };
}

/** The outcome of one row. */
export interface OutcomeRow {
  readonly id: string;
  /** As the row was read, before any claim. */
  readonly attempts: number;
  /** True if this run has claimed it; otherwise it was decided without a request. */
  readonly claimed: boolean;
  readonly status: "pending" | "sent" | "suppressed" | "failed";
  readonly reason: string | null;
  readonly error: string | null;
  /** When it may be claimed again; null unless it stays pending. */
  readonly nextAttemptAt: string | null;
  readonly providerMessageId: string | null;
  readonly sentAt: string | null;
  /** Null keeps the stored value. */
  readonly recipient: string | null;
  readonly orderNumber: string | null;
  readonly dueAt: string | null;
  /** A request for it was sent and no answer came. */
  readonly isUnanswered: boolean;
  /** It waits for its channel; that does not count as time for retries. */
  readonly isHeldBack: boolean;
  /** Null keeps the stored value. */
  readonly attemptLog: string | null;
}

const outcomeRows = slicedRows(
  "id",
  "attempts",
  "status",
  "reason",
  "error",
  "next_attempt_at",
  "provider_message_id",
  "sent_at",
  "recipient",
  "order_number",
  "claimed",
  "due_at",
  "unanswered",
  "held_back",
  "attempt_log",
);

/**
 * `?2`: now. Primary key. Fenced by `attempts`; without a claim, by `next_attempt_at`, which the first run to decide
 * has moved. Pending rows await the sweep. No message to an erased person is kept. A held-back message forgets when
 * it was first tried, unless the provider may have accepted it: the provider recognizes a repeat for a day only. A
 * forward that version 0.2 wrote joins the lane of its endpoint.
 */
const recordSql = `
UPDATE notifications SET status = o.status, reason = o.reason, error = o.error,
  next_attempt_at = o.next_attempt_at, awaits_sweep = o.status = 'pending',
  provider_message_id = o.provider_message_id,
  sent_at = o.sent_at,
  recipient = iif(o.reason = 'erased', NULL, coalesce(o.recipient, notifications.recipient)),
  rendered = CASE WHEN o.reason = 'erased' THEN NULL
    WHEN o.held_back AND NOT o.unanswered AND notifications.unanswered = 0
      THEN ${untimed("notifications.rendered")}
    ELSE notifications.rendered END,
  due_at = coalesce(o.due_at, notifications.due_at),
  attempt_log = iif(o.reason = 'erased', NULL, coalesce(o.attempt_log, notifications.attempt_log)),
  endpoint = iif(notifications.channel = 'forward', coalesce(notifications.endpoint, '${DEFAULT_ENDPOINT}'), NULL),
  unanswered = max(notifications.unanswered, o.unanswered),
  order_number = coalesce(notifications.order_number, o.order_number), in_flight = 0
FROM ${outcomeRows} o
WHERE notifications.id = o.id AND notifications.attempts = o.attempts + o.claimed
  AND notifications.status = 'pending'
  AND (CASE WHEN o.claimed THEN notifications.in_flight = 1
    ELSE notifications.next_attempt_at <= ?2 END)`;

/** Records outcomes and raises alerts in one batch; returns the ids of the new alerts. */
export async function recordOutcomes(
  db: D1Database,
  outcomes: readonly OutcomeRow[],
  alerts: readonly Alert[],
  now: string,
): Promise<readonly string[]> {
  if (outcomes.length === 0 && alerts.length === 0) return [];
  const values = outcomes.map((row) => [
    row.id,
    row.attempts,
    row.status,
    row.reason,
    row.error,
    row.nextAttemptAt,
    row.providerMessageId,
    row.sentAt,
    row.recipient,
    row.orderNumber,
    row.claimed ? 1 : 0,
    row.dueAt,
    row.isUnanswered ? 1 : 0,
    row.isHeldBack ? 1 : 0,
    row.attemptLog,
  ]);
  const statements = slicedStatements(db, recordSql, values, now);
  if (alerts.length > 0) statements.push(alertStatement(db, alerts, now));
  const results = await db.batch<{ id: string }>(statements);
  return alerts.length > 0 ? (results.at(-1)?.results ?? []).map((row) => row.id) : [];
}

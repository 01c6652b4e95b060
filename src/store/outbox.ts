/**
 * The dispatch side of the outbox: what is due, the claim with its lease, the rendered bytes, the
 * outcomes, the alerts. Rows of a fact are inserted beside the state that they follow from.
 *
 * A claim is fenced by `attempts`: it counts each claim, so a run that has lost its lease writes
 * nothing. `in_flight` is 1 from the claim until the outcome is recorded. Clocks come from outside.
 */
import { addMs } from "../events/time";
import { LEASE_MS } from "../limits";
import { type Channel, factId, type Template } from "../projection/templates";
import { jsonSlices } from "./slices";

export interface ClaimedRow {
  readonly id: string;
  readonly template: Template;
  readonly channel: Channel;
  readonly order_number: string | null;
  readonly subject_id: string | null;
  readonly event_id: string | null;
  readonly recipient: string | null;
  /** What its last attempt met. */
  readonly error: string | null;
  /** How often it has been claimed, this claim included: the fencing token of this claim. */
  readonly attempts: number;
  readonly due_at: string;
  readonly created_at: string;
  /** JSON, as the row was inserted. */
  readonly context: string | null;
  /** JSON, as it was first rendered; null where no request can have gone out yet. */
  readonly rendered: string | null;
}

export interface Claim {
  readonly rows: readonly ClaimedRow[];
  /** Of these an earlier claim's outcome was never recorded: the Worker died, or D1 did. */
  readonly interrupted: ReadonlySet<string>;
}

const due = `status = 'pending' AND next_attempt_at <= ?2`;
const wanted = `id IN (SELECT value FROM json_each(?1))`;

/** Primary key. A request that names only a parcel learns its order as soon as the parcel has one. */
const nameOrderSql = `
UPDATE notifications SET order_number =
  (SELECT s.order_number FROM shipments s WHERE s.shipment_id = notifications.subject_id)
WHERE ${wanted} AND ${due} AND template = 'review_request' AND order_number IS NULL`;

/**
 * Primary key, notifications_order. One review request an order: a second one ends here once the
 * first was sent or begun. "Begun" is `rendered`: from then on the provider may have taken it.
 */
const dropAskedSql = `
UPDATE notifications SET status = 'suppressed', reason = 'already asked', next_attempt_at = NULL,
  in_flight = 0
WHERE ${wanted} AND ${due} AND template = 'review_request' AND rendered IS NULL
  AND EXISTS (SELECT 1 FROM notifications other
    WHERE other.order_number = notifications.order_number AND other.template = 'review_request'
      AND other.id <> notifications.id
      AND (other.status = 'sent' OR (other.status = 'pending' AND other.rendered IS NOT NULL)
        OR (other.status = 'failed' AND other.reason = 'outcome unknown')))`;

/** Primary key. The claim below overwrites in_flight, so its old value is read first. */
const interruptedSql = `
SELECT id FROM notifications WHERE ${wanted} AND ${due} AND in_flight = 1`;

/**
 * Primary key, notifications_order. Of two review requests of one order that are due together the
 * first by id is claimed; the other stays due and is decided once that one's fate is known.
 */
const claimSql = `
UPDATE notifications SET next_attempt_at = ?3, attempts = attempts + 1, in_flight = 1
WHERE ${wanted} AND ${due}
  AND NOT (template = 'review_request' AND EXISTS (SELECT 1 FROM notifications other
    WHERE other.order_number = notifications.order_number AND other.template = 'review_request'
      AND other.id <> notifications.id AND other.status = 'pending'
      AND (other.in_flight = 1 OR (other.next_attempt_at <= ?2 AND other.id < notifications.id))))
RETURNING id, template, channel, order_number, subject_id, event_id, recipient, error, attempts,
  due_at, created_at, context, rendered`;

/** Takes what is due of `ids` for LEASE_MS, in one batch; what another run holds is left out. */
export async function claim(db: D1Database, ids: readonly string[], now: string): Promise<Claim> {
  const list = JSON.stringify(ids);
  const [, , interrupted, claimed] = await db.batch([
    db.prepare(nameOrderSql).bind(list, now),
    db.prepare(dropAskedSql).bind(list, now),
    db.prepare(interruptedSql).bind(list, now),
    db.prepare(claimSql).bind(list, now, addMs(now, LEASE_MS)),
  ]);
  return {
    rows: (claimed?.results ?? []) as ClaimedRow[],
    interrupted: new Set(((interrupted?.results ?? []) as { id: string }[]).map((row) => row.id)),
  };
}

/** Index notifications_due. */
const listDueSql = `
SELECT id FROM notifications WHERE status = 'pending' AND next_attempt_at <= ?1
ORDER BY next_attempt_at LIMIT ?2`;

/** Ids of what may be claimed, oldest first. */
export async function listDue(
  db: D1Database,
  now: string,
  limit: number,
): Promise<readonly string[]> {
  const { results } = await db.prepare(listDueSql).bind(now, limit).all<{ id: string }>();
  return results.map((row) => row.id);
}

/** A message as it was rendered, to be stored before the first request goes out. */
export interface RenderedRow {
  readonly id: string;
  readonly attempts: number;
  readonly recipient: string | null;
  readonly orderNumber: string | null;
  readonly rendered: string;
}

/** Primary key. Fenced by attempts. */
const saveRenderedSql = `
UPDATE notifications SET recipient = m.recipient, rendered = m.rendered,
  order_number = coalesce(notifications.order_number, m.order_number)
FROM (SELECT value->>0 AS id, value->>1 AS attempts, value->>2 AS recipient,
  value->>3 AS order_number, value->>4 AS rendered FROM json_each(?1)) m
WHERE notifications.id = m.id AND notifications.attempts = m.attempts
  AND notifications.status = 'pending' AND notifications.in_flight = 1
RETURNING id`;

/** Stores the messages of a run in one batch; answers the ids that are still this run's own. */
export async function saveRendered(
  db: D1Database,
  rows: readonly RenderedRow[],
): Promise<ReadonlySet<string>> {
  if (rows.length === 0) return new Set();
  const values = rows.map((row) => [
    row.id,
    row.attempts,
    row.recipient,
    row.orderNumber,
    row.rendered,
  ]);
  const results = await db.batch<{ id: string }>(
    jsonSlices(values).map((slice) => db.prepare(saveRenderedSql).bind(slice)),
  );
  return new Set(results.flatMap((result) => result.results.map((row) => row.id)));
}

/** What became of one claimed row. */
export interface OutcomeRow {
  readonly id: string;
  readonly attempts: number;
  readonly status: "pending" | "sent" | "suppressed" | "failed";
  readonly reason: string | null;
  readonly error: string | null;
  /** When it may be claimed again; null unless it stays pending. */
  readonly nextAttemptAt: string | null;
  readonly providerMessageId: string | null;
  readonly sentAt: string | null;
  /** Null leaves what is stored. */
  readonly recipient: string | null;
  readonly orderNumber: string | null;
}

/** Primary key. Fenced by attempts. */
const recordSql = `
UPDATE notifications SET status = o.status, reason = o.reason, error = o.error,
  next_attempt_at = o.next_attempt_at, provider_message_id = o.provider_message_id,
  sent_at = o.sent_at, recipient = coalesce(o.recipient, notifications.recipient),
  order_number = coalesce(notifications.order_number, o.order_number), in_flight = 0
FROM (SELECT value->>0 AS id, value->>1 AS attempts, value->>2 AS status, value->>3 AS reason,
  value->>4 AS error, value->>5 AS next_attempt_at, value->>6 AS provider_message_id,
  value->>7 AS sent_at, value->>8 AS recipient, value->>9 AS order_number FROM json_each(?1)) o
WHERE notifications.id = o.id AND notifications.attempts = o.attempts
  AND notifications.status = 'pending' AND notifications.in_flight = 1`;

/** Something that needs a person. One row a kind and hour: the first text of the hour stands. */
export interface Alert {
  /** `dead_letter`, `channel_down:email`. */
  readonly kind: string;
  readonly text: string;
  /** The row that it is about, where there is one. */
  readonly subjectId?: string;
}

/** Primary key: an alert of the same kind and hour is there already, whatever became of it. */
const insertAlertsSql = `
INSERT OR IGNORE INTO notifications
  (id, template, channel, subject_id, status, next_attempt_at, due_at, created_at, context)
SELECT value->>0, 'alert', 'team', value->>1, 'pending', ?2, ?2, ?2, value->>2 FROM json_each(?1)`;

/**
 * The statement that raises alerts, for whoever has a batch of his own to put it in. With `only`, a
 * condition with one parameter of its own, none is raised where the condition does not hold.
 */
export function alertStatement(
  db: D1Database,
  alerts: readonly Alert[],
  now: string,
  only?: { readonly sql: string; readonly value: string },
): D1PreparedStatement {
  const rows = alerts.map((alert) => [
    factId("alert", alert.kind, now.slice(0, 13), "team"),
    alert.subjectId ?? null,
    JSON.stringify({ kind: "alert", alert: alert.kind, text: alert.text }),
  ]);
  const condition = only === undefined ? "" : `WHERE ${only.sql.replace("?", "?3")}`;
  const statement = db.prepare(`${insertAlertsSql} ${condition} RETURNING id`);
  const values = [JSON.stringify(rows), now];
  return only === undefined ? statement.bind(...values) : statement.bind(...values, only.value);
}

/** Raises alerts; answers the ids of those that are new. */
export async function insertAlerts(
  db: D1Database,
  alerts: readonly Alert[],
  now: string,
): Promise<readonly string[]> {
  if (alerts.length === 0) return [];
  const { results } = await alertStatement(db, alerts, now).all<{ id: string }>();
  return results.map((row) => row.id);
}

/** Records outcomes and raises alerts in one batch; answers the ids of the new alerts. */
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
  ]);
  const statements = jsonSlices(values).map((slice) => db.prepare(recordSql).bind(slice));
  if (alerts.length > 0) statements.push(alertStatement(db, alerts, now));
  const results = await db.batch<{ id: string }>(statements);
  return alerts.length > 0 ? (results.at(-1)?.results ?? []).map((row) => row.id) : [];
}

/**
 * The inbox: one row per distinct event id. The receiver writes it (store/inbox/receipt.ts), the consumer reads its
 * work from it, and the outcome of each event is written in the same batch as the state.
 */
import type { Subject } from "../../events/catalog";
import type { Description } from "../../events/identity";
import type { Form } from "../../events/recognition";
import { BODIES_MAX_BYTES } from "../../limits";
import { type ErasedBody, rewriteStatements } from "../privacy/erased-bodies";
import { type Alert, alertStatement } from "../outbox/alerts";
import { cellsFromJson, cellsOf, type ReceivedEvent, receivedColumns } from "./receipt";
import { beatStatement } from "../set-up/beats";
import { slicedRows, slicedStatements } from "../slices";
import { suppressionFence, unlessListChanged } from "../privacy/suppression-list";

export const eventStatuses = ["received", "processed", "ignored", "quarantined", "failed"] as const;
export type EventStatus = (typeof eventStatuses)[number];

/** Events that only the queue has, because D1 was down at receipt; repeats change nothing. */
const admitSql = `
INSERT INTO webhook_events (${receivedColumns})
SELECT ${cellsFromJson}, 'received' FROM jsonb_each(?1) WHERE true
ON CONFLICT (id) DO NOTHING`;

const readColumns = `id, event_type, form, type_hint, subject, subject_id, order_number, occurred_at,
  received_at, status, body_sha256`;

/** `?1`: ids, if no body is needed: bodies are not read. Primary key. */
const readWithoutBodiesSql = `
SELECT ${readColumns}, NULL AS payload, 0 AS deferred
FROM webhook_events WHERE id IN (SELECT value FROM json_each(?1))`;

/** `?1`: [id, 1 if the body is needed] pairs; `?2`: the total bytes of bodies. Primary key. */
const readSql = `
SELECT ${readColumns},
  CASE WHEN wanted AND bytes <= ?2 THEN payload END AS payload,
  wanted AND bytes > ?2 AS deferred
FROM (
  SELECT e.*, j.value->>1 = 1 AS wanted,
    sum(CASE WHEN j.value->>1 = 1 THEN octet_length(e.payload) ELSE 0 END)
      OVER (ORDER BY j.key ROWS UNBOUNDED PRECEDING) AS bytes
  FROM json_each(?1) j JOIN webhook_events e ON e.id = j.value->>0)`;

export interface InboxRow {
  readonly id: string;
  readonly event_type: string | null;
  /** Null if version 0.2 stored the event. */
  readonly form: Form | null;
  readonly type_hint: string | null;
  readonly subject: Subject | null;
  readonly subject_id: string | null;
  readonly order_number: string | null;
  readonly occurred_at: string | null;
  readonly received_at: string;
  readonly status: EventStatus;
  readonly body_sha256: string;
  /** Null if it was not requested, is purged, or is deferred. */
  readonly payload: string | null;
  /** 1 if the body was left for the next slice. */
  readonly deferred: number;
}

export interface InboxQuery {
  readonly id: string;
  readonly wantsBody: boolean;
}

function readStatement(db: D1Database, queries: readonly InboxQuery[]): D1PreparedStatement {
  if (queries.every(({ wantsBody }) => !wantsBody)) {
    return db.prepare(readWithoutBodiesSql).bind(JSON.stringify(queries.map(({ id }) => id)));
  }
  const pairs = JSON.stringify(queries.map(({ id, wantsBody }) => [id, wantsBody ? 1 : 0]));
  return db.prepare(readSql).bind(pairs, BODIES_MAX_BYTES);
}

/** Writes the missing events unchanged, then reads the requested ones: one round trip. */
export async function admitAndRead(
  db: D1Database,
  missing: readonly ReceivedEvent[],
  queries: readonly InboxQuery[],
): Promise<ReadonlyMap<string, InboxRow>> {
  const results = await db.batch<InboxRow>([
    ...slicedStatements(db, admitSql, missing.map(cellsOf)),
    readStatement(db, queries),
  ]);
  return new Map((results.at(-1)?.results ?? []).map((row) => [row.id, row]));
}

/** Whether the inbox has the present description of an event. */
export function isDescribed(row: InboxRow, described: Description): boolean {
  return (
    row.form === described.form &&
    row.event_type === described.eventType &&
    row.subject === described.subject &&
    row.subject_id === described.subjectId &&
    row.order_number === described.orderNumber &&
    row.occurred_at === described.occurredAt
  );
}

/** The outcome of an event. */
export interface Verdict {
  readonly id: string;
  /** The new description for the inbox; null if the inbox already has it. */
  readonly description: Description | null;
  readonly status: "processed" | "ignored" | "quarantined";
  /** Why it was ignored or quarantined. */
  readonly error: string | null;
  readonly notes: readonly string[];
  /** The precedence that it claims for the status of its subject's row; null if it claims none. */
  readonly statusPrecedence: string | null;
  /** Ids of the notifications that it asks for. */
  readonly outbox: readonly string[];
}

/** The number of notes that are kept for one event; the rest is counted. */
const NOTES_MAX = 20;

function notesJson(notes: readonly string[]): string | null {
  if (notes.length === 0) return null;
  const rest = notes.length - NOTES_MAX;
  return JSON.stringify(
    rest > 0 ? [...notes.slice(0, NOTES_MAX), `and ${String(rest)} more`] : notes,
  );
}

/** Primary key. A processed event stays processed; a later verdict changes nothing. */
const settleSql = `
UPDATE webhook_events SET status = v.status, error = v.error, processed_at = ?2,
  notes = CASE WHEN v.notes IS NULL THEN webhook_events.notes
    WHEN webhook_events.notes IS NULL THEN v.notes
    ELSE (SELECT json_group_array(value) FROM (SELECT value FROM json_each(v.notes)
      UNION SELECT value FROM json_each(webhook_events.notes))) END,
  status_precedence = v.precedence, attempts = attempts + 1, push_at = NULL,
  outbox = nullif((SELECT json_group_array(o.value) FROM json_each(v.outbox) o
    WHERE EXISTS (SELECT 1 FROM notifications n WHERE n.id = o.value)), '[]')
FROM ${slicedRows("id", "status", "error", "notes", "precedence", "outbox")} AS v
WHERE webhook_events.id = v.id AND webhook_events.status <> 'processed'`;

/**
 * Primary key. It rewrites webhook_events_subject, so it is used only for events that are now understood differently
 * than at their receipt.
 */
const describeSql = `
UPDATE webhook_events SET event_type = v.event_type, form = v.form, subject = v.subject,
  subject_id = v.subject_id, order_number = v.order_number, occurred_at = v.occurred_at
FROM ${slicedRows("id", "event_type", "form", "subject", "subject_id", "order_number", "occurred_at")} AS v
WHERE webhook_events.id = v.id`;

/** Statements that correct the descriptions of events in the inbox. */
export function describeStatements(
  db: D1Database,
  events: readonly { readonly id: string; readonly description: Description | null }[],
): readonly D1PreparedStatement[] {
  const rows = events.flatMap(({ id, description: d }) =>
    d === null
      ? []
      : [[id, d.eventType, d.form, d.subject, d.subjectId, d.orderNumber, d.occurredAt]],
  );
  return slicedStatements(db, describeSql, rows);
}

/** Statements that settle events; they are part of the batch that applies the events. */
export function settleStatements(
  db: D1Database,
  verdicts: readonly Verdict[],
  now: string,
): readonly D1PreparedStatement[] {
  const rows = verdicts.map((v) => [
    v.id,
    v.status,
    v.error,
    notesJson(v.notes),
    v.statusPrecedence,
    v.outbox.length === 0 ? null : JSON.stringify(v.outbox),
  ]);
  return [...describeStatements(db, verdicts), ...slicedStatements(db, settleSql, rows, now)];
}

/** Primary key. */
const failSql = `
UPDATE webhook_events SET status = 'failed', processed_at = ?2, push_at = NULL,
  error = coalesce(error, 'given up after the last retry')
WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'received'
RETURNING id`;

/** Primary key: finds out whether any event fails now that had not failed before. */
const failingSql = `EXISTS (SELECT 1 FROM webhook_events
  WHERE id IN (SELECT value FROM json_each(?)) AND status = 'received')`;

export interface Failure {
  readonly ids: readonly string[];
  /** The bodies of those events from which a person on the suppression list was erased. */
  readonly erasedBodies: readonly ErasedBody[];
  readonly alert: Alert;
}

/**
 * Writes events that failed after all retries, the rest of their bodies, and the alert to the team: together or not
 * at all, and not if the suppression list has changed since `listVersion`. Returns the ids that became `failed`
 * now and the ids of new alerts.
 */
export async function failEvents(
  db: D1Database,
  { ids, erasedBodies, alert }: Failure,
  now: string,
  listVersion = 0,
): Promise<{ readonly failed: readonly string[]; readonly alerts: readonly string[] }> {
  const list = JSON.stringify(ids);
  const [alerts, failed] = await unlessListChanged(db, () =>
    db.batch<{ id: string }>([
      alertStatement(db, [alert], now, { sql: failingSql, value: list }),
      db.prepare(failSql).bind(list, now),
      ...rewriteStatements(db, erasedBodies),
      beatStatement(db, "dead_letters_consumed_at", Date.parse(now)),
      suppressionFence(db, listVersion),
    ]),
  );
  return {
    failed: (failed?.results ?? []).map(({ id }) => id),
    alerts: (alerts?.results ?? []).map(({ id }) => id),
  };
}

/** Primary key. Counts a failed try and stores its error. */
export async function noteFailedTry(
  db: D1Database,
  ids: readonly string[],
  error: string,
): Promise<void> {
  await db
    .prepare(
      `UPDATE webhook_events SET error = ?2, attempts = attempts + 1
       WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'received'`,
    )
    .bind(JSON.stringify(ids), error)
    .run();
}

/** Primary key. Counts a conflict that the queue revealed. */
const conflictSql = `
UPDATE webhook_events SET conflicts = conflicts + 1, conflict_sha256 = c.sha256
FROM ${slicedRows("id", "sha256")} AS c
WHERE webhook_events.id = c.id`;

export async function recordConflicts(
  db: D1Database,
  conflicts: readonly { readonly id: string; readonly sha256: string }[],
): Promise<void> {
  const rows = conflicts.map(({ id, sha256 }) => [id, sha256]);
  await db.prepare(conflictSql).bind(JSON.stringify(rows)).run();
}

/**
 * The inbox: one row per distinct event id. The receiver writes it before it answers, the consumer
 * reads what it works on from it, and each event's outcome is written in the same batch as the state.
 */
import { BODIES_MAX_BYTES, GROUP_MAX_EVENTS } from "../limits";
import { erasedFence, unlessErased } from "./erased";
import { type Alert, alertStatement } from "./outbox";
import { slicedRows, slicedStatements } from "./slices";

export const eventStatuses = ["received", "processed", "ignored", "quarantined", "failed"] as const;
export type EventStatus = (typeof eventStatuses)[number];

/** An event as it was first received. Times are ISO 8601 with milliseconds. */
export interface ReceivedEvent {
  readonly id: string;
  readonly eventType: string;
  readonly subject: string | null;
  readonly subjectId: string | null;
  readonly orderNumber: string | null;
  readonly occurredAt: string | null;
  readonly receivedAt: string;
  readonly bodySha256: string;
  readonly verifiedBy: "current" | "previous";
  readonly payload: string;
}

export interface Receipt {
  /** False where this id was received before. */
  readonly isNew: boolean;
  /** True where it was received before with another body. */
  readonly conflict: boolean;
  /** How often it had been written before. */
  readonly redeliveries: number;
}

const columns = `id, event_type, subject, subject_id, order_number, occurred_at, received_at,
  body_sha256, verified_by, payload, status`;

/** The cells of one event, where they travel as JSON. */
const columnsFromJson = `value->>0, value->>1, value->>2, value->>3, value->>4, value->>5,
  value->>6, value->>7, value->>8, value->>9`;

/**
 * Primary key. A repeat is counted; another body under a known id changes nothing but the record of
 * the conflict.
 */
const onRepeat = (repeats = "1"): string => `
ON CONFLICT (id) DO UPDATE SET redeliveries = redeliveries + ${repeats},
  conflicts = conflicts + (body_sha256 <> excluded.body_sha256),
  conflict_sha256 = CASE WHEN body_sha256 <> excluded.body_sha256
    THEN excluded.body_sha256 ELSE conflict_sha256 END`;

const insertSql = `
INSERT INTO webhook_events (${columns})
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'received')`;

const receiveSql = `${insertSql}
${onRepeat()}
RETURNING id, redeliveries, body_sha256`;

/** As `receiveSql`, where the first try may have written the row: that is no repeat. Primary key. */
const receiveAgainSql = `${insertSql}
${onRepeat("(received_at <> excluded.received_at)")}
RETURNING id, redeliveries, body_sha256`;

/** In the order of `columns`, without the body. */
function shortCellsOf(event: ReceivedEvent): readonly (string | null)[] {
  return [
    event.id,
    event.eventType,
    event.subject,
    event.subjectId,
    event.orderNumber,
    event.occurredAt,
    event.receivedAt,
    event.bodySha256,
    event.verifiedBy,
  ];
}

/** In the order of `columns`. */
function cellsOf(event: ReceivedEvent): readonly (string | null)[] {
  return [...shortCellsOf(event), event.payload];
}

function receiptOf(
  row: { readonly redeliveries: number; readonly body_sha256: string },
  bodySha256: string,
): Receipt {
  const { redeliveries } = row;
  return { isNew: redeliveries === 0, conflict: row.body_sha256 !== bodySha256, redeliveries };
}

interface StoredRow {
  readonly id: string;
  readonly redeliveries: number;
  readonly body_sha256: string;
}

/** `isFirst`: of an isolate; it fails where anybody was ever erased. One round trip. */
async function receive(
  db: D1Database,
  statement: D1PreparedStatement,
  isFirst: boolean,
): Promise<readonly StoredRow[]> {
  if (!isFirst) return (await statement.all<StoredRow>()).results;
  const fenced = [erasedFence(db, 0), statement];
  const results = await unlessErased(db, () => db.batch<StoredRow>(fenced));
  return results[1]?.results ?? [];
}

/**
 * Stores an event at its receipt. The body is bound by itself: as JSON text it could double. `wasTried`:
 * this delivery may have been stored already, by a try whose answer did not come.
 */
export async function saveReceived(
  db: D1Database,
  event: ReceivedEvent,
  { isFirst = false, wasTried = false } = {},
): Promise<Receipt> {
  const statement = db.prepare(wasTried ? receiveAgainSql : receiveSql).bind(...cellsOf(event));
  const [row] = await receive(db, statement, isFirst);
  if (row === undefined) throw new Error("the inbox returned no row for an upsert");
  return receiptOf(row, event.bodySha256);
}

/** D1 takes 100 bound values a statement, and an event takes two here. */
const TOGETHER_MAX_EVENTS = GROUP_MAX_EVENTS;

/**
 * As `receiveSql`, for so many events that wait together; ids are distinct. Primary key. Of each event
 * the short cells travel as JSON and the body by itself: as JSON within JSON it would be quoted twice.
 */
const receiveTogetherSql = Array.from({ length: TOGETHER_MAX_EVENTS }, (_, index) => {
  const pairs = Array.from(
    { length: index + 1 },
    (__, row) => `(?${2 * row + 1}, ?${2 * row + 2})`,
  );
  return `
INSERT INTO webhook_events (${columns})
SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
  value->>8, payload, 'received'
FROM (WITH events(value, payload) AS (VALUES ${pairs.join(", ")}) SELECT * FROM events) WHERE true
${onRepeat()}
RETURNING id, redeliveries, body_sha256`;
});

/** Stores at most TOGETHER_MAX_EVENTS at their receipt in one statement; their ids are distinct. */
export async function saveReceivedTogether(
  db: D1Database,
  events: readonly ReceivedEvent[],
  isFirst = false,
): Promise<readonly Receipt[]> {
  const sql = receiveTogetherSql[events.length - 1];
  if (sql === undefined) throw new RangeError(`${String(events.length)} events at once`);
  const statement = db
    .prepare(sql)
    .bind(...events.flatMap((event) => [JSON.stringify(shortCellsOf(event)), event.payload]));
  const rows = new Map((await receive(db, statement, isFirst)).map((row) => [row.id, row]));
  return events.map(({ id, bodySha256 }) => {
    const row = rows.get(id);
    if (row === undefined) throw new Error("the inbox returned no row for an upsert");
    return receiptOf(row, bodySha256);
  });
}

/** Events that only the queue holds, because D1 was down at receipt; repeats change nothing. */
const admitSql = `
INSERT INTO webhook_events (${columns})
SELECT ${columnsFromJson}, 'received' FROM jsonb_each(?1) WHERE true
ON CONFLICT (id) DO NOTHING`;

/** `?1`: ids, where no body is wanted: bodies stay untouched. Primary key. */
const readWithoutBodiesSql = `
SELECT e.id, e.event_type, e.received_at, e.status, e.body_sha256, NULL AS payload, 0 AS deferred
FROM json_each(?1) j JOIN webhook_events e ON e.id = j.value`;

/** `?1`: [id, 1 where the body is wanted] pairs; `?2`: bytes of bodies at once. Primary key. */
const readSql = `
SELECT id, event_type, received_at, status, body_sha256,
  CASE WHEN wanted AND bytes <= ?2 THEN payload END AS payload,
  wanted AND bytes > ?2 AS deferred
FROM (
  SELECT e.*, j.value->>1 = 1 AS wanted,
    sum(CASE WHEN j.value->>1 = 1 THEN octet_length(e.payload) ELSE 0 END)
      OVER (ORDER BY j.key ROWS UNBOUNDED PRECEDING) AS bytes
  FROM json_each(?1) j JOIN webhook_events e ON e.id = j.value->>0)`;

export interface InboxRow {
  readonly id: string;
  readonly event_type: string;
  readonly received_at: string;
  readonly status: EventStatus;
  readonly body_sha256: string;
  /** Null where it was not asked for, or purged, or deferred. */
  readonly payload: string | null;
  /** 1 where the body was left for the next slice. */
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

/**
 * Writes what is missing, then reads what is asked for: one round trip. `erasedVersion`: who had been
 * erased when the missing were looked at; where somebody has been since, nothing is written.
 */
export async function admitAndRead(
  db: D1Database,
  missing: readonly ReceivedEvent[],
  queries: readonly InboxQuery[],
  erasedVersion = 0,
): Promise<ReadonlyMap<string, InboxRow>> {
  const rows = missing.map(cellsOf);
  const results = await unlessErased(db, () =>
    db.batch<InboxRow>([
      ...(rows.length === 0 ? [] : [erasedFence(db, erasedVersion)]),
      ...slicedStatements(db, admitSql, rows),
      readStatement(db, queries),
    ]),
  );
  return new Map((results.at(-1)?.results ?? []).map((row) => [row.id, row]));
}

/** What became of an event. */
export interface Verdict {
  readonly id: string;
  readonly status: "processed" | "ignored" | "quarantined";
  /** Why it was ignored or quarantined. */
  readonly error: string | null;
  readonly notes: readonly string[];
  /** The precedence that it claims for the status of its subject's row; null where it claims none. */
  readonly statusPrecedence: string | null;
  /** Ids of the notifications that it asks for. */
  readonly outbox: readonly string[];
}

/** The notes that are kept of one event; the rest is counted. */
const NOTES_MAX = 20;

function notesJson(notes: readonly string[]): string | null {
  if (notes.length === 0) return null;
  const rest = notes.length - NOTES_MAX;
  return JSON.stringify(
    rest > 0 ? [...notes.slice(0, NOTES_MAX), `and ${String(rest)} more`] : notes,
  );
}

/** Primary key. An event once processed stays so; a late second opinion changes nothing. */
const settleSql = `
UPDATE webhook_events SET status = v.status, error = v.error, processed_at = ?2,
  notes = CASE WHEN v.notes IS NULL THEN webhook_events.notes
    WHEN webhook_events.notes IS NULL THEN v.notes
    ELSE (SELECT json_group_array(value) FROM (SELECT value FROM json_each(v.notes)
      UNION SELECT value FROM json_each(webhook_events.notes))) END,
  status_precedence = v.precedence, outbox = v.outbox, attempts = attempts + 1, push_at = NULL
FROM ${slicedRows("id", "status", "error", "notes", "precedence", "outbox")} AS v
WHERE webhook_events.id = v.id AND webhook_events.status <> 'processed'`;

/** Statements that settle events; they go into the batch that applies what the events say. */
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
  return slicedStatements(db, settleSql, rows, now);
}

/** Primary key. */
const failSql = `
UPDATE webhook_events SET status = 'failed', processed_at = ?2, push_at = NULL,
  error = coalesce(error, 'given up after the last retry')
WHERE id IN (SELECT value FROM json_each(?1)) AND status = 'received'
RETURNING id`;

/** Primary key: does anything fail now that had not failed before? */
const failingSql = `EXISTS (SELECT 1 FROM webhook_events
  WHERE id IN (SELECT value FROM json_each(?)) AND status = 'received')`;

/**
 * Dead letters: events that are given up on, and the alert that calls a person, together or not at
 * all. Returns the ids that became `failed` now and those of new alerts.
 */
export async function failEvents(
  db: D1Database,
  ids: readonly string[],
  alert: Alert,
  now: string,
): Promise<{ readonly failed: readonly string[]; readonly alerts: readonly string[] }> {
  const list = JSON.stringify(ids);
  const [alerts, failed] = await db.batch<{ id: string }>([
    alertStatement(db, [alert], now, { sql: failingSql, value: list }),
    db.prepare(failSql).bind(list, now),
  ]);
  return {
    failed: (failed?.results ?? []).map(({ id }) => id),
    alerts: (alerts?.results ?? []).map(({ id }) => id),
  };
}

/** Primary key. Counts a try that failed and keeps its error. */
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

/** Primary key. Counts a conflict that the queue brought to light. */
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

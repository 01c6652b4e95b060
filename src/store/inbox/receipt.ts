/**
 * The receipt: the inbox row that the receiver writes before it answers, for one request or for several that wait
 * together. store/inbox/inbox.ts handles the event after that.
 */
import type { Description } from "../../events/identity";
import { GROUP_MAX_EVENTS } from "../../limits";

/** An event as it was first received. Times are ISO 8601 with milliseconds. */
export interface ReceivedEvent extends Description {
  readonly id: string;
  /** The unsigned type of the URL or a header; null if there was none. */
  readonly typeHint: string | null;
  readonly receivedAt: string;
  readonly bodySha256: string;
  /** Null: it was imported. */
  readonly verifiedBy: "current" | "previous" | null;
  readonly payload: string;
}

export interface Receipt {
  /** False if this id was received before. */
  readonly isNew: boolean;
  /** True if it was received before with another body. */
  readonly conflict: boolean;
  /** The number of earlier receipts. */
  readonly redeliveries: number;
}

/** The columns that a receipt writes. */
export const receivedColumns = `id, event_type, form, type_hint, subject, subject_id, order_number,
  occurred_at, received_at, body_sha256, verified_by, payload, status`;

/**
 * Primary key. A repeat is counted; another body under a known id changes only the record of the conflict.
 */
const onRepeat = (repeats = "1"): string => `
ON CONFLICT (id) DO UPDATE SET redeliveries = redeliveries + ${repeats},
  conflicts = conflicts + (body_sha256 <> excluded.body_sha256),
  conflict_sha256 = CASE WHEN body_sha256 <> excluded.body_sha256
    THEN excluded.body_sha256 ELSE conflict_sha256 END`;

const insertSql = `
INSERT INTO webhook_events (${receivedColumns})
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'received')`;

const receiveSql = `${insertSql}
${onRepeat()}
RETURNING id, redeliveries, body_sha256`;

/** Like `receiveSql`, if the first try may have written the row: this is not a repeat. Primary key. */
const receiveAgainSql = `${insertSql}
${onRepeat("(received_at <> excluded.received_at)")}
RETURNING id, redeliveries, body_sha256`;

/** In the order of `receivedColumns`, without the body. */
function shortCellsOf(event: ReceivedEvent): readonly (string | null)[] {
  return [
    event.id,
    event.eventType,
    event.form,
    event.typeHint,
    event.subject,
    event.subjectId,
    event.orderNumber,
    event.occurredAt,
    event.receivedAt,
    event.bodySha256,
    event.verifiedBy,
  ];
}

/** In the order of `receivedColumns`. */
export function cellsOf(event: ReceivedEvent): readonly (string | null)[] {
  return [...shortCellsOf(event), event.payload];
}

/** In the order of `receivedColumns`, if the cells of an event are sent as JSON. */
export const cellsFromJson = `value->>0, value->>1, value->>2, value->>3, value->>4, value->>5,
  value->>6, value->>7, value->>8, value->>9, value->>10, value->>11`;

interface StoredRow {
  readonly id: string;
  readonly redeliveries: number;
  readonly body_sha256: string;
}

function receiptOf(row: StoredRow, bodySha256: string): Receipt {
  const { redeliveries } = row;
  return { isNew: redeliveries === 0, conflict: row.body_sha256 !== bodySha256, redeliveries };
}

/**
 * Stores an event at its receipt. The body is bound separately: as JSON text it could double in size. `wasTried`:
 * this delivery may already be stored by a try whose answer did not arrive.
 */
export async function saveReceived(
  db: D1Database,
  event: ReceivedEvent,
  wasTried = false,
): Promise<Receipt> {
  const statement = db.prepare(wasTried ? receiveAgainSql : receiveSql).bind(...cellsOf(event));
  const row = await statement.first<StoredRow>();
  if (row === null) throw new Error("the inbox returned no row for an upsert");
  return receiptOf(row, event.bodySha256);
}

/** D1 allows 100 bound values per statement, and an event takes two here. */
const TOGETHER_MAX_EVENTS = GROUP_MAX_EVENTS;

/**
 * Like `receiveSql`, for several events that wait together; their ids are distinct. Primary key. The short cells of
 * each event are sent as JSON, and the body separately: as JSON within JSON it would be quoted twice.
 */
const receiveTogetherSql = Array.from({ length: TOGETHER_MAX_EVENTS }, (_, index) => {
  const pairs = Array.from(
    { length: index + 1 },
    (__, row) => `(?${2 * row + 1}, ?${2 * row + 2})`,
  );
  return `
INSERT INTO webhook_events (${receivedColumns})
SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7,
  value->>8, value->>9, value->>10, payload, 'received'
FROM (WITH events(value, payload) AS (VALUES ${pairs.join(", ")}) SELECT * FROM events) WHERE true
${onRepeat()}
RETURNING id, redeliveries, body_sha256`;
});

/** Stores at most TOGETHER_MAX_EVENTS events at their receipt in one statement; their ids are distinct. */
export async function saveReceivedTogether(
  db: D1Database,
  events: readonly ReceivedEvent[],
): Promise<readonly Receipt[]> {
  const sql = receiveTogetherSql[events.length - 1];
  if (sql === undefined) throw new RangeError(`${String(events.length)} events at once`);
  const statement = db
    .prepare(sql)
    .bind(...events.flatMap((event) => [JSON.stringify(shortCellsOf(event)), event.payload]));
  const { results } = await statement.all<StoredRow>();
  const rows = new Map(results.map((row) => [row.id, row]));
  return events.map(({ id, bodySha256 }) => {
    const row = rows.get(id);
    if (row === undefined) throw new Error("the inbox returned no row for an upsert");
    return receiptOf(row, bodySha256);
  });
}

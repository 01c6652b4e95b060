/** What a person asks of the inbox: what needs attention, one event whole. */
import type { EventRow } from "./event-list";
import { stepBackStatement } from "./cursors";
import type { EventStatus } from "./inbox";

export type TroubledStatus = "quarantined" | "failed";

export interface TroubledEvent {
  /** Its place in the inbox, in the order of receipt. */
  readonly event_row: number;
  readonly id: string;
  readonly event_type: string | null;
  readonly order_number: string | null;
  readonly received_at: string;
  readonly status: EventStatus;
  readonly attempts: number;
  readonly error: string | null;
}

/** Newest first, from the end of the index. */
const ofStatus = (status: TroubledStatus): string => `
SELECT rowid AS event_row, id, event_type, order_number, received_at, status, attempts, error
FROM webhook_events INDEXED BY webhook_events_troubled
WHERE status IN ('quarantined', 'failed') AND status = '${status}'
  AND (?2 IS NULL OR ?2 = '${status}') AND rowid < ?3
ORDER BY rowid DESC LIMIT ?1`;

/** `?1`: limit; `?2`: status or null; `?3`: before which row. webhook_events_troubled. */
const troubledSql = `
SELECT * FROM (
  SELECT * FROM (${ofStatus("quarantined")}) UNION ALL SELECT * FROM (${ofStatus("failed")}))
ORDER BY event_row DESC LIMIT ?1`;

/** Quarantined events and dead letters, newest first. */
export async function listTroubled(
  db: D1Database,
  limit: number,
  {
    status,
    before,
  }: { readonly status?: TroubledStatus | undefined; readonly before?: number | undefined } = {},
): Promise<readonly TroubledEvent[]> {
  const { results } = await db
    .prepare(troubledSql)
    .bind(limit, status ?? null, before ?? Number.MAX_SAFE_INTEGER)
    .all<TroubledEvent>();
  return results;
}

/** One event whole. */
export interface StoredEventRow extends Omit<EventRow, "event_row"> {
  readonly body_sha256: string;
  readonly conflict_sha256: string | null;
  /** JSON array of what was odd but did not hold it back. */
  readonly notes: string | null;
  readonly status_precedence: string | null;
  readonly push_at: string | null;
  readonly pushes: number;
  /** The raw body; null once purged. */
  readonly payload: string | null;
  /** JSON array of the ids of its messages. */
  readonly outbox: string | null;
}

/** One event with its body. Primary key. */
export async function loadEvent(db: D1Database, id: string): Promise<StoredEventRow | null> {
  return await db
    .prepare("SELECT * FROM webhook_events WHERE id = ?1")
    .bind(id)
    .first<StoredEventRow>();
}

/** What `doctor` and `setup` send and remove again: signed with the receiver's own secret, by nobody else. */
export const TEST_EVENT_TYPE = "receiver.test";

/** `doctor` cleans up after itself. Primary key, rowid. */
const deleteTestSql = `
DELETE FROM webhook_events WHERE id = ?1 AND event_type = ?2 AND status = 'ignored'
RETURNING id`;

/** Removes a test event, which no table followed from; false where it is none. */
export async function deleteTestEvent(db: D1Database, id: string, type: string): Promise<boolean> {
  const [removed] = await db.batch([
    db.prepare(deleteTestSql).bind(id, type),
    stepBackStatement(db),
  ]);
  return (removed?.results.length ?? 0) > 0;
}

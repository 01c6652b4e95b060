/** Inbox queries for people: the events that need attention, and one whole event. */
import { stepBackStatement } from "./cursors";
import type { EventRow } from "./event-list";
import { linkedOrder } from "./linked-order";
import type { EventRecord } from "../schema";

export type TroubledStatus = "quarantined" | "failed";

const troubledColumns = [
  "id",
  "event_type",
  "order_number",
  "received_at",
  "status",
  "attempts",
  "error",
] as const;

export type TroubledEvent = Pick<
  EventRow,
  (typeof troubledColumns)[number] | "event_row" | "linked_order"
>;

/** Newest first, from the end of the index. */
const ofStatus = (status: TroubledStatus): string => `
SELECT rowid AS event_row, ${troubledColumns.join(", ")}, ${linkedOrder("webhook_events")} AS linked_order
FROM webhook_events INDEXED BY webhook_events_troubled
WHERE status IN ('quarantined', 'failed') AND status = '${status}'
  AND (?2 IS NULL OR ?2 = '${status}') AND rowid < ?3
ORDER BY rowid DESC LIMIT ?1`;

/** `?1`: limit; `?2`: status or null; `?3`: before which row. webhook_events_troubled. */
const troubledSql = `
SELECT * FROM (
  SELECT * FROM (${ofStatus("quarantined")}) UNION ALL SELECT * FROM (${ofStatus("failed")}))
ORDER BY event_row DESC LIMIT ?1`;

/** Quarantined and failed events, newest first. */
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

/** One event with all columns. */
export type StoredEvent = EventRecord & Pick<EventRow, "linked_order">;

/** Primary keys. */
const eventSql = `SELECT e.*, ${linkedOrder("e")} AS linked_order FROM webhook_events e WHERE id = ?1`;

/** One event with its body. */
export async function loadEvent(db: D1Database, id: string): Promise<StoredEvent | null> {
  return await db.prepare(eventSql).bind(id).first<StoredEvent>();
}

/** The type of the test events that `doctor` and `setup` send, signed with the receiver's own secret, and remove. */
export const TEST_EVENT_TYPE = "receiver.test";

/** `doctor` removes its own event. Primary key, rowid. */
const deleteTestSql = `
DELETE FROM webhook_events WHERE id = ?1 AND event_type = ?2 AND status = 'ignored'
RETURNING id`;

/** Removes a test event, which changed no other table; false if it is not a test event. */
export async function deleteTestEvent(db: D1Database, id: string, type: string): Promise<boolean> {
  const [removed] = await db.batch([
    db.prepare(deleteTestSql).bind(id, type),
    stepBackStatement(db),
  ]);
  return (removed?.results.length ?? 0) > 0;
}

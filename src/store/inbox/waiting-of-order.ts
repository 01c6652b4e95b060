/** Events about one order that are stored and not applied yet. */
import type { EventRecord } from "../schema";

/** The number of newest rows, and of index rows, that are read. */
const LOOKED_AT = 5_000;

const columns = ["id", "event_type", "received_at", "status", "attempts", "error"] as const;

export type WaitingEvent = Pick<EventRecord, (typeof columns)[number]>;

/** Where an event that waits can be: by rowid after the sweep's cursor; webhook_events_waiting. */
export const maybeWaiting = `
    SELECT rowid FROM (SELECT rowid FROM webhook_events
      WHERE rowid > coalesce((SELECT position FROM cursors WHERE name = 'sweep'), 0)
      ORDER BY rowid DESC LIMIT ${String(LOOKED_AT)})
    UNION SELECT rowid FROM (SELECT rowid FROM webhook_events INDEXED BY webhook_events_waiting
      WHERE status = 'received' AND push_at IS NOT NULL LIMIT ${String(LOOKED_AT)})`;

/** `?1`: the order; `?2`: limit. */
const waitingSql = `
SELECT ${columns.join(", ")} FROM webhook_events
WHERE rowid IN (${maybeWaiting})
  AND status = 'received' AND (order_number = ?1 OR (subject = 'order' AND subject_id = ?1))
ORDER BY rowid LIMIT ?2`;

/** Oldest first. Events that name their order only through their payment are not included. */
export async function listWaitingOf(
  db: D1Database,
  orderNumber: string,
  limit: number,
): Promise<readonly WaitingEvent[]> {
  const { results } = await db.prepare(waitingSql).bind(orderNumber, limit).all<WaitingEvent>();
  return results;
}

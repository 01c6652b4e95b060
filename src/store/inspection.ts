/** What a person asks of the inbox: how it is, what needs attention, one event whole. */
import type { EventStatus } from "./inbox";

export interface Health {
  readonly received: number;
  readonly processed: number;
  readonly ignored: number;
  readonly quarantined: number;
  readonly failed: number;
  readonly oldest_waiting_seconds: number | null;
  readonly last_received_at: string | null;
  readonly without_time: number;
  readonly redeliveries: number | null;
  readonly conflicting: number;
}

/** Reads every row of the inbox once: for a person, not for a poll. */
export async function loadHealth(db: D1Database): Promise<Health | null> {
  return await db.prepare("SELECT * FROM webhook_health").first<Health>();
}

export interface TroubledEvent {
  readonly id: string;
  readonly event_type: string;
  readonly order_number: string | null;
  readonly received_at: string;
  readonly status: EventStatus;
  readonly attempts: number;
  readonly error: string | null;
}

/** webhook_events_set_aside: quarantined events and dead letters, newest first. */
export async function listTroubled(
  db: D1Database,
  limit: number,
): Promise<readonly TroubledEvent[]> {
  const { results } = await db
    .prepare(
      `SELECT id, event_type, order_number, received_at, status, attempts, error
      FROM webhook_events INDEXED BY webhook_events_set_aside
      WHERE status IN ('quarantined', 'failed', 'ignored') AND status <> 'ignored' ORDER BY rowid DESC LIMIT ?1`,
    )
    .bind(limit)
    .all<TroubledEvent>();
  return results;
}

/** One event with its body. Primary key. */
export async function loadEvent(
  db: D1Database,
  id: string,
): Promise<Readonly<Record<string, unknown>> | null> {
  return await db.prepare("SELECT * FROM webhook_events WHERE id = ?1").bind(id).first();
}

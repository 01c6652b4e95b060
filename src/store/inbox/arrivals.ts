/** What has come lately and what was refused: what the cron watches (upkeep/watch.ts). */
import { TEST_EVENT_TYPE } from "./inspection";
import { lastHourStatement, type RefusedReason } from "./refusals";

/** Rows are stored in nearly the order of receipt: what a queue held back comes later than it was received. */
const LATEST_ROWS = 100;

/** By rowid: when the sender's last authentic event was received; test events are our own. */
export const lastReceivedSql = `
SELECT max(received_at) AS last_received_at FROM webhook_events
WHERE rowid > (SELECT max(rowid) FROM webhook_events) - ${String(LATEST_ROWS)}
  AND event_type IS NOT '${TEST_EVENT_TYPE}'`;

export interface Arrivals {
  /** When the last authentic event was received; null where none ever was. */
  readonly last_received_at: string | null;
  /** What was refused within the last hour, most first. */
  readonly refused: readonly RefusedReason[];
}

/** `now`: ISO 8601. One batch. */
export async function loadArrivals(db: D1Database, now: string): Promise<Arrivals> {
  const [last, refused] = await db.batch([db.prepare(lastReceivedSql), lastHourStatement(db, now)]);
  const row = last?.results[0] as Pick<Arrivals, "last_received_at"> | undefined;
  return {
    last_received_at: row?.last_received_at ?? null,
    refused: (refused?.results ?? []) as RefusedReason[],
  };
}

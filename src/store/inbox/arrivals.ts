/** The latest authentic event and the refused deliveries, which the cron watches (upkeep/watch/deliveries.ts). */
import { IMPORT_GLOB } from "../../events/imports/import-id";
import { TEST_EVENT_TYPE } from "./inspection";
import { lastHourStatement, type RefusedReason } from "./refusals";

/** Rows are stored nearly in the order of receipt: an event that waited in the queue is stored later. */
const LATEST_ROWS = 100;

/** By rowid: when the sender's last authentic event was received, without our own test events and imports. */
export const lastReceivedSql = `
SELECT max(received_at) AS last_received_at FROM webhook_events
WHERE rowid > (SELECT max(rowid) FROM webhook_events) - ${String(LATEST_ROWS)}
  AND event_type IS NOT '${TEST_EVENT_TYPE}' AND id NOT GLOB '${IMPORT_GLOB}'`;

export interface Arrivals {
  /** When the last authentic event was received; null if there was none. */
  readonly last_received_at: string | null;
  /** The refusals of the last hour, the most frequent reason first. */
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

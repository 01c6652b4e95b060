/** What has come lately. */
import { TEST_EVENT_TYPE } from "./inspection";

/** Rows are stored in nearly the order of receipt: what a queue held back comes later than it was received. */
const LATEST_ROWS = 100;

/** By rowid: when the sender's last authentic event was received; test events are our own. */
export const lastReceivedSql = `
SELECT max(received_at) AS last_received_at FROM webhook_events
WHERE rowid > (SELECT max(rowid) FROM webhook_events) - ${String(LATEST_ROWS)}
  AND event_type IS NOT '${TEST_EVENT_TYPE}'`;

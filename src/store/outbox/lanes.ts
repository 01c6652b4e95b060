/**
 * The lanes of endpoints in the outbox: which forwards are due for an endpoint, and which wait for it. A waiting
 * forward is pending without a time (`next_attempt_at` is null), so it delays no other message. It is made due again
 * in the order of receipt, a few at a time.
 */

import { ENDPOINT_BUSY } from "../../notifications/channels/reasons";
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";

const inLanes = "status = 'pending' AND awaits_sweep = 1 AND endpoint IS NOT NULL";

/** `?1`: now. notifications_endpoint: one seek for each endpoint, and one for each of its two parts. */
const busySql = `
WITH RECURSIVE lane (endpoint) AS (
  SELECT min(endpoint) FROM notifications INDEXED BY notifications_endpoint WHERE ${inLanes}
  UNION ALL
  SELECT (SELECT min(n.endpoint) FROM notifications n INDEXED BY notifications_endpoint
    WHERE ${inLanes} AND n.endpoint > lane.endpoint) FROM lane WHERE lane.endpoint IS NOT NULL)
SELECT endpoint FROM lane WHERE endpoint IS NOT NULL AND EXISTS (
  SELECT 1 FROM notifications n INDEXED BY notifications_endpoint WHERE ${inLanes} AND n.endpoint = lane.endpoint
    AND (n.next_attempt_at IS NULL OR n.next_attempt_at <= ?1))`;

/** Endpoints with forwards that are due or wait. */
export async function listBusyLanes(db: D1Database, now: string): Promise<readonly string[]> {
  const { results } = await db.prepare(busySql).bind(now).all<{ endpoint: string }>();
  return results.map(({ endpoint }) => endpoint);
}

/** `?1`: endpoint; `?2`: now; `?3`: limit. notifications_endpoint. */
const dueSql = `
SELECT id FROM notifications INDEXED BY notifications_endpoint
WHERE ${inLanes} AND endpoint = ?1 AND next_attempt_at <= ?2 ORDER BY next_attempt_at, lane_place LIMIT ?3`;

export async function listDueOfLane(
  db: D1Database,
  endpoint: string,
  now: string,
  limit: number,
): Promise<readonly string[]> {
  const { results } = await db.prepare(dueSql).bind(endpoint, now, limit).all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** `?1`: endpoint; `?2`: now; `?3`: limit. notifications_endpoint. The reason shows that it has waited. */
const releaseSql = `
UPDATE notifications SET next_attempt_at = ?2, reason = coalesce(reason, '${ENDPOINT_BUSY}') WHERE id IN (
  SELECT id FROM notifications INDEXED BY notifications_endpoint
  WHERE ${inLanes} AND endpoint = ?1 AND next_attempt_at IS NULL ORDER BY lane_place LIMIT ?3)
RETURNING id`;

/** Makes waiting forwards due, in the order of receipt. */
export async function releaseWaiting(
  db: D1Database,
  endpoint: string,
  now: string,
  limit: number,
): Promise<readonly string[]> {
  const { results } = await db.prepare(releaseSql).bind(endpoint, now, limit).all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** `?1`: endpoint; `?2`: now; `?3`: limit. notifications_endpoint. */
const queueSql = `
UPDATE notifications SET next_attempt_at = NULL, reason = coalesce(reason, '${ENDPOINT_BUSY}') WHERE id IN (
  SELECT id FROM notifications INDEXED BY notifications_endpoint
  WHERE ${inLanes} AND endpoint = ?1 AND next_attempt_at > ?2 AND in_flight = 0 ORDER BY next_attempt_at LIMIT ?3)`;

/** Turns later retries into waiting forwards: they were received first, so they must go out first. */
export async function queueRetries(
  db: D1Database,
  endpoint: string,
  now: string,
  limit: number,
): Promise<void> {
  await db.prepare(queueSql).bind(endpoint, now, limit).run();
}

/** notifications_endpoint, one seek. */
const firstWaitingSql = `
SELECT coalesce(lane_place, 0) AS lane_place FROM notifications INDEXED BY notifications_endpoint
WHERE ${inLanes} AND endpoint = ?1 AND next_attempt_at IS NULL ORDER BY lane_place LIMIT 1`;

/** The place of the first waiting forward; null if none waits. */
export async function findFirstWaiting(db: D1Database, endpoint: string): Promise<number | null> {
  const row = await db.prepare(firstWaitingSql).bind(endpoint).first<{ lane_place: number }>();
  return row?.lane_place ?? null;
}

/** The state of the lane of one endpoint. */
export interface LaneFigures {
  readonly endpoint: string;
  /** Not sent yet and not on their way, counted up to COUNTED. */
  readonly pending: number;
  /** When the first waiting forward was written; if none waits, the one that is due next; else null. */
  readonly oldest_at: string | null;
  /** Among the events of the last MEASURED rows of the inbox. */
  readonly failed: number;
}

const COUNTED = 10_000;
const MEASURED = 1_000;

/**
 * `?1`: endpoints. notifications_endpoint: one stretch and one seek for each. For the failed forwards of the latest
 * events: the inbox by rowid, then the primary key. Waiting forwards have no time, so they come first in the index.
 */
const figuresSql = `
WITH failed AS MATERIALIZED (
  SELECT coalesce(n.endpoint, '${DEFAULT_ENDPOINT}') AS endpoint, count(*) AS forwards
  FROM webhook_events e CROSS JOIN json_each(e.outbox) j CROSS JOIN notifications n ON n.id = j.value
  WHERE e.rowid > (SELECT max(rowid) FROM webhook_events) - ${String(MEASURED)}
    AND n.channel = 'forward' AND n.status = 'failed' GROUP BY 1)
SELECT value AS endpoint,
  (SELECT count(*) FROM (SELECT 1 FROM notifications INDEXED BY notifications_endpoint
    WHERE ${inLanes} AND endpoint = json_each.value LIMIT ${String(COUNTED)})) AS pending,
  (SELECT created_at FROM notifications INDEXED BY notifications_endpoint
    WHERE ${inLanes} AND endpoint = json_each.value ORDER BY next_attempt_at, lane_place LIMIT 1) AS oldest_at,
  coalesce((SELECT forwards FROM failed WHERE failed.endpoint = json_each.value), 0) AS failed
FROM json_each(?1)`;

export async function loadLaneFigures(
  db: D1Database,
  endpoints: readonly string[],
): Promise<readonly LaneFigures[]> {
  if (endpoints.length === 0) return [];
  const { results } = await db
    .prepare(figuresSql)
    .bind(JSON.stringify(endpoints))
    .all<LaneFigures>();
  return results;
}

/** `?1`: limit for each endpoint; `?2`: endpoints. notifications_endpoint. */
const pendingSql = `
SELECT value AS endpoint, (SELECT count(*) FROM (
  SELECT 1 FROM notifications INDEXED BY notifications_endpoint
  WHERE ${inLanes} AND endpoint = json_each.value LIMIT ?1)) AS forwards FROM json_each(?2)`;

/** Counts the pending forwards of each endpoint, up to `limit`. */
export async function countPending(
  db: D1Database,
  endpoints: readonly string[],
  limit: number,
): Promise<ReadonlyMap<string, number>> {
  const { results } = await db
    .prepare(pendingSql)
    .bind(limit, JSON.stringify(endpoints))
    .all<{ endpoint: string; forwards: number }>();
  return new Map(results.map(({ endpoint, forwards }) => [endpoint, forwards]));
}

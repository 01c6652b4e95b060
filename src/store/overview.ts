/**
 * The current state of the system, without reading the whole inbox: the counts of the sweep (counts.ts), the
 * events since then, and the indexes of waiting and unapplied events.
 */
import type { Form } from "../events/recognition";
import { lastReceivedSql } from "./inbox/arrivals";
import { lastHourStatement, type RefusedReason } from "./inbox/refusals";

/** How many rows since the last count are read, and how many rows of an index are counted. */
export const TAIL_ROWS = 20_000;
const COUNT_MAX = 10_000;
/** The latest events that are read for the state of the channels, and for how long applying takes. */
export const WINDOW_ROWS = 1_000;

interface Totals {
  /** Every event ever received. */
  readonly events: number;
  readonly received: number;
  readonly quarantined: number;
  readonly failed: number;
  readonly oldest_waiting_at: string | null;
  readonly last_received_at: string | null;
  /** Milliseconds since 1970; null if the sweep has never run. */
  readonly swept_at: number | null;
}

/**
 * `?1`: most rows to count. event_counts by key; the inbox by rowid after the count; webhook_events_waiting,
 * webhook_events_troubled.
 */
const totalsSql = `
WITH tail AS (
  SELECT status, received_at FROM webhook_events
  WHERE rowid > coalesce((SELECT position FROM cursors WHERE name = 'counts'), 0)
  ORDER BY rowid DESC LIMIT ${String(TAIL_ROWS)}
), stuck AS (
  SELECT received_at FROM webhook_events INDEXED BY webhook_events_waiting
  WHERE status = 'received' AND push_at IS NOT NULL LIMIT ?1
), troubled AS (
  SELECT status FROM webhook_events INDEXED BY webhook_events_troubled
  WHERE status IN ('quarantined', 'failed') LIMIT ?1)
SELECT
  (SELECT coalesce(sum(events), 0) FROM event_counts WHERE period = 'total')
    + (SELECT count(*) FROM tail) AS events,
  max((SELECT count(*) FROM tail WHERE status = 'received'), (SELECT count(*) FROM stuck)) AS received,
  (SELECT count(*) FROM troubled WHERE status = 'quarantined') AS quarantined,
  (SELECT count(*) FROM troubled WHERE status = 'failed') AS failed,
  nullif(min(coalesce((SELECT min(received_at) FROM tail WHERE status = 'received'), '~'),
    coalesce((SELECT min(received_at) FROM stuck), '~')), '~') AS oldest_waiting_at,
  (${lastReceivedSql}) AS last_received_at,
  (SELECT position FROM cursors WHERE name = 'swept_at') AS swept_at`;

export interface SystemStatus {
  /** Null if the inbox did not answer. */
  readonly totals: Totals | null;
  /** The refusals of the last hour, the most frequent first. */
  readonly refused: readonly RefusedReason[];
}

/** The statements whose rows are the two parts of SystemStatus; `now`: ISO 8601. */
export function statusStatements(db: D1Database, now: string): readonly D1PreparedStatement[] {
  return [db.prepare(totalsSql).bind(COUNT_MAX), lastHourStatement(db, now)];
}

/** `now`: ISO 8601. One batch. */
export async function loadSystemStatus(db: D1Database, now: string): Promise<SystemStatus> {
  const [totals, refused] = await db.batch([...statusStatements(db, now)]);
  return {
    totals: (totals?.results[0] as Totals | undefined) ?? null,
    refused: (refused?.results ?? []) as RefusedReason[],
  };
}

export interface TroubledCounts {
  readonly quarantined: number;
  readonly failed: number;
}

/** `?1`: most rows to count. webhook_events_troubled. */
const troubledSql = `
SELECT count(*) FILTER (WHERE status = 'quarantined') AS quarantined,
  count(*) FILTER (WHERE status = 'failed') AS failed
FROM (SELECT status FROM webhook_events INDEXED BY webhook_events_troubled
  WHERE status IN ('quarantined', 'failed') LIMIT ?1)`;

/** The events that need a person; counts at most COUNT_MAX. */
export async function countTroubled(db: D1Database): Promise<TroubledCounts> {
  const row = await db.prepare(troubledSql).bind(COUNT_MAX).first<TroubledCounts>();
  return row ?? { quarantined: 0, failed: 0 };
}

/** Events by type and status: counted ones and later ones. */
export interface CountedEvents {
  readonly event_type: string;
  readonly status: string;
  readonly events: number;
}

/** event_counts by key; the inbox by rowid after the count. */
const byTypeSql = `
SELECT event_type, status, sum(events) AS events FROM (
  SELECT event_type, status, events FROM event_counts WHERE period = 'total'
  UNION ALL SELECT coalesce(event_type, 'unknown'), status, 1 FROM (SELECT event_type, status FROM webhook_events
    WHERE rowid > coalesce((SELECT position FROM cursors WHERE name = 'counts'), 0)
    ORDER BY rowid DESC LIMIT ${String(TAIL_ROWS)}))
GROUP BY event_type, status ORDER BY event_type, status`;

export async function countByType(db: D1Database): Promise<readonly CountedEvents[]> {
  const { results } = await db.prepare(byTypeSql).all<CountedEvents>();
  return results;
}

export interface ChannelRow {
  readonly channel: string;
  readonly status: string;
  readonly messages: number;
  /** When the latest of them was created. */
  readonly latest_at: string;
}

/** By rowid, then the primary key of notifications: the messages of the latest events, from a row on. */
export const messagesSql = (from: string): string => `
SELECT n.channel, n.status, count(*) AS messages, max(n.created_at) AS latest_at
FROM webhook_events e CROSS JOIN json_each(e.outbox) j CROSS JOIN notifications n ON n.id = j.value
WHERE e.rowid > (SELECT max(rowid) FROM webhook_events) - ${String(WINDOW_ROWS)} AND e.rowid >= ${from}
GROUP BY n.channel, n.status ORDER BY n.channel, n.status`;

export async function loadChannels(db: D1Database): Promise<readonly ChannelRow[]> {
  const { results } = await db.prepare(messagesSql("0")).all<ChannelRow>();
  return results;
}

export interface VerifiedBy {
  /** How many of the latest events were checked. */
  readonly window: number;
  readonly current: number;
  readonly previous: number;
  /** When the previous secret last verified one of them. */
  readonly last_previous_at: string | null;
}

/** `?1`: events. By rowid. */
const verifiedSql = `
SELECT count(*) AS window, count(*) FILTER (WHERE verified_by = 'current') AS current,
  count(*) FILTER (WHERE verified_by = 'previous') AS previous,
  max(received_at) FILTER (WHERE verified_by = 'previous') AS last_previous_at
FROM webhook_events WHERE rowid > (SELECT max(rowid) FROM webhook_events) - ?1`;

/** Which secret verified the latest events; shows whether the old one can be retired. */
export async function loadVerifiedBy(db: D1Database, events: number): Promise<VerifiedBy> {
  const row = await db.prepare(verifiedSql).bind(events).first<VerifiedBy>();
  return row ?? { window: 0, current: 0, previous: 0, last_previous_at: null };
}

/** The first delivery that is still stored, and the last one. */
export interface DeliveryEnds {
  readonly first_at: string;
  /** Null if version 0.2 stored it. */
  readonly first_form: Form | null;
  readonly last_at: string;
  readonly last_form: Form | null;
}

/** By rowid: the two ends of the inbox. */
export const endsSql = `
SELECT a.received_at AS first_at, a.form AS first_form, z.received_at AS last_at, z.form AS last_form
FROM webhook_events a CROSS JOIN webhook_events z
WHERE a.rowid = (SELECT min(rowid) FROM webhook_events)
  AND z.rowid = (SELECT max(rowid) FROM webhook_events)`;

/**
 * What is known about the channels: whether each was ever set up, and since when its messages are held back. The cron
 * writes it, and only if something changes. One row for each channel: the table is read whole.
 */
import { HELD_BACK } from "../../notifications/channels/reasons";

export interface ChannelRow {
  readonly channel: string;
  /** Null if it has only ever been set up in part. */
  readonly first_configured_at: string | null;
  /** To the hour. */
  readonly last_configured_at: string | null;
  readonly held_since: string | null;
}

const rowsSql = `
SELECT channel, first_configured_at, last_configured_at, held_since FROM channels ORDER BY channel`;

export async function loadChannelRows(db: D1Database): Promise<readonly ChannelRow[]> {
  const { results } = await db.prepare(rowsSql).all<ChannelRow>();
  return results;
}

/** Names of the channels that were ever set up. */
export function knownChannels(rows: readonly ChannelRow[]): ReadonlySet<string> {
  const known = rows.filter(({ first_configured_at: at }) => at !== null);
  return new Set(known.map(({ channel }) => channel));
}

export async function loadKnownChannels(db: D1Database): Promise<ReadonlySet<string>> {
  return knownChannels(await loadChannelRows(db));
}

/** `?1`: JSON array of rows. Primary key. */
const saveSql = `
INSERT INTO channels (channel, first_configured_at, last_configured_at, held_since)
SELECT value->>'channel', value->>'first_configured_at', value->>'last_configured_at', value->>'held_since'
FROM json_each(?1) WHERE true
ON CONFLICT (channel) DO UPDATE SET
  first_configured_at = coalesce(channels.first_configured_at, excluded.first_configured_at),
  last_configured_at = excluded.last_configured_at, held_since = excluded.held_since`;

export async function saveChannelRows(db: D1Database, rows: readonly ChannelRow[]): Promise<void> {
  if (rows.length > 0) await db.prepare(saveSql).bind(JSON.stringify(rows)).run();
}

/**
 * SQL: whether messages are written for a channel. False for a channel in `unused` (a JSON array: optional channels
 * without settings) that was never set up. Primary key.
 */
export const isUsed = (channel: string, unused: string): string =>
  `(${channel} NOT IN (SELECT value FROM json_each(${unused}))
    OR EXISTS (SELECT 1 FROM channels k WHERE k.channel = ${channel}))`;

/** `?1`: channel. Primary key. */
const forgetSql = "DELETE FROM channels WHERE channel = ?1";

/** A person's action: from now on, the channel counts as never set up. */
export async function forgetChannel(db: D1Database, channel: string): Promise<void> {
  await db.prepare(forgetSql).bind(channel).run();
}

/** `?1`: channel; `?2`: now; `?3`: limit. notifications_due. */
const releaseSql = `
UPDATE notifications SET next_attempt_at = ?2 WHERE id IN (
  SELECT id FROM notifications INDEXED BY notifications_due
  WHERE status = 'pending' AND awaits_sweep = 1 AND next_attempt_at > ?2
    AND in_flight = 0 AND channel = ?1 AND reason = '${HELD_BACK}'
  ORDER BY next_attempt_at LIMIT ?3)`;

/** Makes held-back messages due, longest wait first; returns how many. */
export async function releaseHeld(
  db: D1Database,
  channel: string,
  now: string,
  limit: number,
): Promise<number> {
  const { meta } = await db.prepare(releaseSql).bind(channel, now, limit).run();
  return meta.changes;
}

/** The most pending messages that a count reads. */
const HELD_MAX_COUNT = 10_000;

/** `?1`: limit. notifications_due. */
const heldSql = `
SELECT channel, count(*) AS messages FROM (
  SELECT channel, reason FROM notifications INDEXED BY notifications_due
  WHERE status = 'pending' AND awaits_sweep = 1 ORDER BY next_attempt_at DESC LIMIT ?1)
WHERE reason = '${HELD_BACK}' GROUP BY channel`;

/** Counts the messages that each channel holds back; reads at most HELD_MAX_COUNT pending messages. */
export async function countHeld(db: D1Database): Promise<ReadonlyMap<string, number>> {
  const { results } = await db
    .prepare(heldSql)
    .bind(HELD_MAX_COUNT)
    .all<{ channel: string; messages: number }>();
  return new Map(results.map(({ channel, messages }) => [channel, messages]));
}

/**
 * Messages that were not sent for a reason that lies in none of them (channels/reasons.ts), and having them sent
 * together. They go out only if they are still true and not too old: the dispatch judges each when its turn
 * comes. Other than a message that a person resends alone, it may still be too old.
 */
import { customerChannels } from "../../notifications/channels";
import type { UnsentReason } from "../../notifications/channels/reasons";
import { ifAsked } from "../filters";
import { quoted } from "../quoted";
import { messageColumns, type MessageRow } from "./message-list";
import { untimed } from "./rendered";
import { isUnsent } from "./conditions";

export interface UnsentFilter {
  readonly reason: UnsentReason;
  readonly channel?: string | undefined;
  /** When they were asked for: ISO 8601, from and before. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface UnsentCount {
  readonly messages: number;
  /** Customers' messages among them that were due too long ago: they stay as they are. */
  readonly too_old: number;
}

/** `?1`: the filter as JSON; `?2`: due before then is too old. What is bare has nothing to be sent from. */
const matching = `
${isUnsent} AND reason = ?1->>'reason' AND ${ifAsked("channel", "channel =")}
  AND ${ifAsked("from", "created_at >=")} AND ${ifAsked("to", "created_at <")}
  AND context IS NOT NULL AND due_at <> ''`;
const tooOld = `(due_at < ?2 AND channel IN (${quoted(customerChannels)}))`;

/** `?3`: limit. notifications_unsent. */
const countSql = `
SELECT count(*) AS messages, coalesce(sum(old), 0) AS too_old FROM (
  SELECT ${tooOld} AS old FROM notifications INDEXED BY notifications_unsent WHERE ${matching} LIMIT ?3)`;

/**
 * `?3`: limit; `?4`: now. notifications_unsent, oldest first. As if they had been held back: the time for retries
 * starts again, unless one may have been taken.
 */
const sendSql = `
UPDATE notifications SET status = 'pending', reason = NULL, next_attempt_at = ?4, awaits_sweep = 1,
  rendered = iif(unanswered = 0, ${untimed("rendered")}, rendered)
WHERE id IN (SELECT id FROM notifications INDEXED BY notifications_unsent
  WHERE ${matching} AND NOT ${tooOld} ORDER BY channel, created_at LIMIT ?3)
RETURNING id`;

/** `?2`: limit. notifications_unsent, oldest first of each channel. */
const listSql = `
SELECT ${messageColumns} FROM notifications n INDEXED BY notifications_unsent WHERE ${matching}
ORDER BY channel, created_at LIMIT ?2`;

/** The first of them. */
export async function listUnsent(
  db: D1Database,
  filter: UnsentFilter,
  limit: number,
): Promise<readonly MessageRow[]> {
  const { results } = await db
    .prepare(listSql)
    .bind(JSON.stringify(filter), limit)
    .all<MessageRow>();
  return results;
}

/** Counts no further than `limit`. `tooOldBefore`: empty where nothing is too old. */
export async function countUnsent(
  db: D1Database,
  filter: UnsentFilter,
  tooOldBefore: string,
  limit: number,
): Promise<UnsentCount> {
  const row = await db
    .prepare(countSql)
    .bind(JSON.stringify(filter), tooOldBefore, limit)
    .first<UnsentCount>();
  return row ?? { messages: 0, too_old: 0 };
}

/** Makes them due; answers their ids. */
export async function sendUnsent(
  db: D1Database,
  filter: UnsentFilter,
  tooOldBefore: string,
  limit: number,
  now: string,
): Promise<readonly string[]> {
  const { results } = await db
    .prepare(sendSql)
    .bind(JSON.stringify(filter), tooOldBefore, limit, now)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/**
 * Messages that were not sent for a reason outside the message (channels/reasons.ts), and how to send them together.
 * They are sent only if they are still true and not too old: the dispatch checks each when it is due. A single
 * message that a person resends has no such age limit.
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
  /** When they were written, ISO 8601: `from` is inclusive, `to` is exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface UnsentCount {
  readonly messages: number;
  /** Customers' messages among them that were due too long ago: they are not sent. */
  readonly too_old: number;
}

/** `?1`: the filter as JSON; `?2`: due before this time is too old. A bare message cannot be rendered. */
const matching = `
${isUnsent} AND reason = ?1->>'reason' AND ${ifAsked("channel", "channel =")}
  AND ${ifAsked("from", "created_at >=")} AND ${ifAsked("to", "created_at <")}
  AND context IS NOT NULL`;
const tooOld = `(due_at < ?2 AND channel IN (${quoted(customerChannels)}))`;

/** `?3`: limit. notifications_unsent. */
const countSql = `
SELECT count(*) AS messages, coalesce(sum(old), 0) AS too_old FROM (
  SELECT ${tooOld} AS old FROM notifications INDEXED BY notifications_unsent WHERE ${matching} LIMIT ?3)`;

/**
 * `?3`: limit; `?4`: now. notifications_unsent, oldest first of each channel. As for held-back messages, the time for
 * retries starts again, unless the provider may have accepted one.
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

/** The first ones of each channel, oldest first. */
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

/** Counts up to `limit`. `tooOldBefore`: empty if nothing is too old. */
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

/** Makes them due; returns their ids. */
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

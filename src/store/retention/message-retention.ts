/** Removes what has expired from the outbox and from the records of upkeep. */
import { purgeActivityStatement } from "../activity/activity";
import { PURGE_STRETCH_MESSAGES } from "../../limits";
import { factHash } from "../../projection/outbox-row";
import { forgetStatement } from "../inbox/refusals";
import { isUnasked } from "../outbox/conditions";
import { hasTwins } from "../outbox/outbox";
import type { Horizons } from "./expired";

/** `?1`: messages at once. Primary keys. After the last message the walk starts again. */
const messageStretchSql = `
WITH at AS (SELECT coalesce((SELECT place FROM cursors WHERE name = 'messages'), '') AS place)
SELECT (SELECT place FROM at) AS start, max(id) AS "end", count(*) AS messages
FROM (SELECT id FROM notifications WHERE id > (SELECT place FROM at) ORDER BY id LIMIT ?1)`;

const age = "max(created_at, coalesce(sent_at, ''))";

/**
 * A settled message keeps its identity, its outcome and its times. An alert keeps its subject too. For the reason to
 * SET the key see `stripSql`.
 */
const stripMessages = `id = id, recipient = NULL, rendered = NULL, error = NULL, provider_message_id = NULL,
  attempt_log = NULL, event_id = NULL, context = NULL`;

/**
 * `?1`, `?2`: after and up to which id; `?3`, `?4`: expiry of the content, and of everything else. Primary key.
 */
const renderedSql = `
UPDATE notifications SET id = id, rendered = NULL
WHERE id > ?1 AND id <= ?2 AND status <> 'pending' AND rendered IS NOT NULL AND ${age} <= ?3`;

/** `?1`, `?2`: after and up to which id; `?3`: age. Primary key. */
const recipientsSql = `
UPDATE notifications SET ${stripMessages}
WHERE id > ?1 AND id <= ?2 AND status <> 'pending' AND ${age} <= ?3
  AND coalesce(recipient, rendered, error, provider_message_id, event_id, context, attempt_log) IS NOT NULL`;

/**
 * `?1`, `?2`: after and up to which id; `?3`: age. Primary keys. A forward waits as long as the body of its event is
 * kept; a restore may prolong that.
 */
const overdueSql = `
UPDATE notifications SET id = id, status = 'failed', reason = 'not sent within RETENTION_DAYS', next_attempt_at = NULL
WHERE id > ?1 AND id <= ?2 AND status = 'pending' AND endpoint IS NOT NULL AND in_flight = 0 AND created_at <= ?3
  AND NOT EXISTS (SELECT 1 FROM webhook_events e WHERE e.id = event_id AND e.payload IS NOT NULL)`;

/** `?3`: age. */
const isOver = `status <> 'pending' AND ${age} <= ?3`;

/**
 * `?1`, `?2`: after and up to which id; `?3`: age. Primary key. `whole`: statements look for the message by its id, since
 * it follows from a state, or since the order or refund gets it under one of its names (outbox.ts).
 */
const leavingSql = `
SELECT id, ${isUnasked} OR ${hasTwins} AS whole FROM notifications n WHERE id > ?1 AND id <= ?2 AND ${isOver}`;

/** `?1`: facts. Primary key. */
const rememberSql = "INSERT OR IGNORE INTO reported_facts SELECT value FROM json_each(?1)";
/** `?2`: ids; `?3`: age. Primary key. */
const removeSql = `DELETE FROM notifications WHERE id IN (SELECT value FROM json_each(?2)) AND ${isOver}`;

const advanceMessagesSql = `
INSERT INTO cursors (name, position, place) VALUES ('messages', 0, ?1)
ON CONFLICT (name) DO UPDATE SET place = excluded.place WHERE place <> excluded.place`;

/**
 * Purges the next range of settled messages. Returns how many messages lost something, and whether there are more.
 */
export async function purgeMessages(
  db: D1Database,
  { rendered, recipients, bodies, rows }: Horizons,
): Promise<{ readonly messages: number; readonly more: boolean }> {
  const stretch = await db
    .prepare(messageStretchSql)
    .bind(PURGE_STRETCH_MESSAGES)
    .first<{ start: string; end: string | null; messages: number }>();
  if (stretch === null || (stretch.end === null && stretch.start === "")) {
    return { messages: 0, more: false };
  }
  const { start, end } = stretch;
  const more = stretch.messages === PURGE_STRETCH_MESSAGES;
  const ofStretch = (sql: string, before: string): D1PreparedStatement =>
    db.prepare(sql).bind(start, end ?? start, before);
  const [, all, sent, leaving] = await db.batch<{ id: string; whole: number }>([
    ofStretch(overdueSql, bodies),
    ofStretch(recipientsSql, recipients),
    ofStretch(renderedSql, rendered),
    ofStretch(leavingSql, rows),
    db.prepare(advanceMessagesSql).bind(more ? end : ""),
  ]);
  const left = leaving?.results ?? [];
  if (left.length > 0) {
    const facts = left.map(({ id, whole }) => (whole === 1 ? id : factHash(id)));
    const ids = left.map(({ id }) => id);
    await db.batch([
      db.prepare(rememberSql).bind(JSON.stringify(facts)),
      db.prepare(removeSql).bind(null, JSON.stringify(ids), rows),
    ]);
  }
  const changed = (all?.meta.changes ?? 0) + (sent?.meta.changes ?? 0);
  return { messages: changed + left.length, more };
}

/** `?1`: the first hour that stays. Primary key; the totals are not by hour. */
const countsSql = `
DELETE FROM event_counts WHERE period < ?1 AND period <= (
  SELECT max(period) FROM (SELECT period FROM event_counts WHERE period < ?1 ORDER BY period LIMIT 2000))`;

/** `?1`: rebuilds that ended before this. There are few rebuilds, because a person starts each; primary keys. */
const changesSql = `
DELETE FROM rebuild_changes WHERE (rebuild_id, entity, row_key, column_name) IN (
  SELECT c.rebuild_id, c.entity, c.row_key, c.column_name
  FROM rebuilds r CROSS JOIN rebuild_changes c ON c.rebuild_id = r.id
  WHERE r.finished_at < ?1 LIMIT 2000)`;

/** Removes counts by hour (events and refused deliveries), the changes of rebuilds, and old activity. */
export async function purgeRecords(db: D1Database, { recipients }: Horizons): Promise<void> {
  await db.batch([
    db.prepare(countsSql).bind(recipients.slice(0, 13)),
    forgetStatement(db, recipients.slice(0, 13)),
    db.prepare(changesSql).bind(recipients),
    purgeActivityStatement(db, recipients),
  ]);
}

/**
 * Finds and purges expired rows of the inbox (expired.ts). A walk by rowid goes through the whole inbox again and
 * again, so it also finds rows that settle late, are restored, or were received with a wrong clock. It needs no
 * index of its own.
 */
import { PURGE_SLICE_ROWS, PURGE_STRETCH_ROWS } from "../../limits";
import { stepBackStatement } from "../inbox/cursors";
import {
  free,
  type Horizons,
  isDated,
  isOver,
  isExpired,
  isWhole,
  keptNotes,
  losesBody,
} from "./expired";

/** `?1`: rows at once. Primary key, rowid. After the last row the walk starts again. */
const stretchSql = `
WITH at AS (SELECT CASE WHEN c.position >= m.last THEN 0 ELSE c.position END AS position
  FROM (SELECT coalesce((SELECT position FROM cursors WHERE name = 'retention'), 0) AS position) c,
    (SELECT coalesce(max(rowid), 0) AS last FROM webhook_events) m
)
SELECT (SELECT position FROM at) AS position, max(place) AS "end",
  (SELECT max(rowid) FROM webhook_events) AS last
FROM (SELECT rowid AS place FROM webhook_events
  WHERE rowid > (SELECT position FROM at) ORDER BY rowid LIMIT ?1)`;

export interface Stretch {
  readonly position: number;
  /** The last row of the range, and of the inbox. */
  readonly end: number;
  readonly last: number;
}

/** The next range; null if the inbox is empty. */
export async function findStretch(db: D1Database): Promise<Stretch | null> {
  const row = await db
    .prepare(stretchSql)
    .bind(PURGE_STRETCH_ROWS)
    .first<Stretch & { end: number | null }>();
  return row === null || row.end === null ? null : row;
}

/**
 * `?1`, `?2`: after and up to which row; `?3` to `?5`: bodies, rows, now; `?6`: the limit after which a body no
 * longer waits for others. Rowid.
 */
const expiredSql = `
SELECT rowid AS place, substr(received_at, 1, 10) AS day, received_at > ?6 AS waits,
  CASE WHEN archived = 0 THEN coalesce(octet_length(payload), 0) ELSE 0 END AS bytes
FROM webhook_events
WHERE rowid > ?1 AND rowid <= ?2 AND ${free("?5")} AND ${isExpired("?3", "?4")}
ORDER BY rowid LIMIT ${String(PURGE_SLICE_ROWS)}`;

export interface ExpiredRow {
  readonly place: number;
  /** The day of receipt: `2026-08-25`. */
  readonly day: string;
  /** The size of the body, if it is not archived yet. */
  readonly bytes: number;
  /** 1 if it may wait for other bodies of its day. */
  readonly waits: number;
}

/** At most PURGE_SLICE_ROWS expired rows of the range. */
export async function findExpired(
  db: D1Database,
  { position, end }: Stretch,
  { bodies, rows, now, unaccompanied }: Horizons,
): Promise<readonly ExpiredRow[]> {
  const { results } = await db
    .prepare(expiredSql)
    .bind(position, end, bodies, rows, now, unaccompanied)
    .all<ExpiredRow>();
  return results;
}

/** `?1`: rows. `?2` to `?4`: bodies, rows, now. Rowid. */
const chosen = `rowid IN (SELECT value FROM json_each(?1)) AND ${free("?4")}`;

/**
 * `?5`: 1 if the archive has the bodies. Rowid. Setting the rowid to itself deletes and reinserts the row, so that
 * SQLite merges pages that are nearly empty. Without it, each row would keep a page of its own after its body is
 * gone.
 */
const stripSql = `
UPDATE webhook_events SET rowid = rowid, payload = NULL, outbox = NULL, keep_until = NULL,
  archived = max(archived, ?5), notes = ${keptNotes}
WHERE ${chosen} AND ${losesBody("?2")}`;

const removeSql = `
DELETE FROM webhook_events WHERE ${chosen} AND ${isOver("?3")} AND ${isDated}`;

const bareSql = `
UPDATE webhook_events SET rowid = rowid, payload = NULL, outbox = NULL, keep_until = NULL,
  archived = max(archived, ?5), notes = ${keptNotes}, subject = NULL, subject_id = NULL,
  order_number = NULL, status_precedence = NULL, processed_at = NULL, verified_by = NULL,
  error = CASE WHEN status IN ('quarantined', 'failed') THEN status || ' and never taken again' END,
  status = CASE WHEN status = 'processed' THEN status ELSE 'ignored' END
WHERE ${chosen} AND ${isOver("?3")} AND NOT ${isDated} AND ${isWhole}`;

const advanceSql = `
INSERT INTO cursors (name, position) VALUES ('retention', ?1)
ON CONFLICT (name) DO UPDATE SET position = excluded.position WHERE position <> excluded.position`;

/** Stores the position of the walk. */
export async function advance(db: D1Database, position: number): Promise<void> {
  await db.prepare(advanceSql).bind(position).run();
}

export interface Purged {
  readonly bodies: number;
  readonly rows: number;
}

/** Purges the rows that are still expired, in one batch with `beside`. `archived`: their bodies are in the archive. */
export async function purgeRows(
  db: D1Database,
  places: readonly number[],
  { bodies, rows, now }: Horizons,
  archived: boolean,
  beside: readonly D1PreparedStatement[],
): Promise<Purged> {
  const list = JSON.stringify(places);
  const [removed, bared, stripped] = (
    await db.batch([
      db.prepare(removeSql).bind(list, bodies, rows, now),
      db.prepare(bareSql).bind(list, bodies, rows, now, archived ? 1 : 0),
      db.prepare(stripSql).bind(list, bodies, rows, now, archived ? 1 : 0),
      stepBackStatement(db),
      ...beside,
    ])
  ).map(({ meta }) => meta.changes);
  return { bodies: (stripped ?? 0) + (bared ?? 0), rows: removed ?? 0 };
}

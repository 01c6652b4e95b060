/**
 * The progress of a rebuild, its next events, and its changes: stored in D1, so that a restart continues where the
 * last run stopped.
 */
import { REBUILD_SLICE_BYTES, REBUILD_SLICE_EVENTS } from "../../limits";
import type { Change } from "../../projection/history/rebuild-plan";
import type { Entity, Value } from "../../projection/registers";
import { slicedStatements } from "../slices";

/** The events that a rebuild covers; times are times of receipt, `from` inclusive, `to` exclusive. */
export interface RebuildFilter {
  readonly orderNumber?: string;
  readonly eventType?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface Rebuild {
  readonly id: number;
  readonly filter: RebuildFilter;
  readonly dryRun: boolean;
  readonly cursor: number;
  readonly lastEvent: number;
  readonly events: number;
  readonly rowsChanged: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  /** Orders too large to be rebuilt, up to REBUILD_NAMES_MAX; an empty text stands for rows without an order. */
  readonly leftOut: readonly string[];
}

interface RebuildRow {
  readonly id: number;
  readonly filter: string;
  readonly dry_run: number;
  readonly cursor: number;
  readonly last_event: number;
  readonly events: number;
  readonly rows_changed: number;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly left_out: string;
}

function readRebuild(row: RebuildRow): Rebuild {
  return {
    id: row.id,
    filter: JSON.parse(row.filter) as RebuildFilter,
    dryRun: row.dry_run === 1,
    cursor: row.cursor,
    lastEvent: row.last_event,
    events: row.events,
    rowsChanged: row.rows_changed,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    leftOut: JSON.parse(row.left_out) as readonly string[],
  };
}

/** Later events need no rebuild: the current code applies them. */
const startSql = `
INSERT INTO rebuilds (filter, dry_run, last_event, started_at)
VALUES (?1, ?2, (SELECT coalesce(max(rowid), 0) FROM webhook_events), ?3) RETURNING *`;

export async function startRebuild(
  db: D1Database,
  filter: RebuildFilter,
  dryRun: boolean,
  now: string,
): Promise<Rebuild> {
  const row = await db
    .prepare(startSql)
    .bind(JSON.stringify(filter), dryRun ? 1 : 0, now)
    .first<RebuildRow>();
  if (row === null) throw new Error("a rebuild was inserted but not returned");
  return readRebuild(row);
}

/** The table has one row per rebuild, and there are few rebuilds. */
export async function loadUnfinished(db: D1Database): Promise<Rebuild | null> {
  const row = await db
    .prepare("SELECT * FROM rebuilds WHERE finished_at IS NULL ORDER BY id LIMIT 1")
    .first<RebuildRow>();
  return row === null ? null : readRebuild(row);
}

export async function loadRebuild(db: D1Database, id: number): Promise<Rebuild | null> {
  const row = await db.prepare("SELECT * FROM rebuilds WHERE id = ?1").bind(id).first<RebuildRow>();
  return row === null ? null : readRebuild(row);
}

/** An event in a slice of the inbox. */
interface SliceEvent {
  readonly eventRow: number;
  readonly id: string;
  readonly typeHint: string | null;
  readonly receivedAt: string;
  readonly payload: string | null;
}

/**
 * `?1`: after; `?2`: up to; `?3` to `?5`: type, from, to, or null; `?6`, `?7`: most events and bytes of bodies; the
 * first body is always read. Rowid.
 */
const sliceSql = `
SELECT e.rowid AS eventRow, e.id, e.type_hint AS typeHint, e.received_at AS receivedAt, e.payload,
  sized.found
FROM (
  SELECT event_row, count(*) OVER () AS found, sum(bytes) OVER (ORDER BY event_row
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM (
    SELECT rowid AS event_row, coalesce(octet_length(payload), 0) AS bytes FROM webhook_events
    WHERE rowid > ?1 AND rowid <= ?2 AND status = 'processed'
      AND (?3 IS NULL OR event_type = ?3) AND (?4 IS NULL OR received_at >= ?4)
      AND (?5 IS NULL OR received_at < ?5)
    ORDER BY rowid LIMIT ?6)
) sized JOIN webhook_events e ON e.rowid = sized.event_row
WHERE coalesce(sized.before, 0) < ?7 ORDER BY e.rowid`;

export interface Slice {
  readonly events: readonly SliceEvent[];
  /** True if no slice comes after it. */
  readonly isLast: boolean;
}

export async function loadSlice(
  db: D1Database,
  { cursor, lastEvent, filter: { eventType, from, to } }: Rebuild,
): Promise<Slice> {
  const { results } = await db
    .prepare(sliceSql)
    .bind(
      cursor,
      lastEvent,
      eventType ?? null,
      from ?? null,
      to ?? null,
      REBUILD_SLICE_EVENTS,
      REBUILD_SLICE_BYTES,
    )
    .all<SliceEvent & { readonly found: number }>();
  const found = results[0]?.found ?? 0;
  return { events: results, isLast: found < REBUILD_SLICE_EVENTS && found === results.length };
}

/** Primary key. The first report of a column is kept: a repeat of the same slice adds nothing. */
const reportSql = `
INSERT INTO rebuild_changes (rebuild_id, entity, row_key, column_name, from_value, to_value)
SELECT ?2, value->>0, value->>1, value->>2, value->>3, value->>4 FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING`;

function textOf(value: Value): string | null {
  return value === null ? null : String(value);
}

/** Records the changes and the progress of the rebuild together. */
export async function saveProgress(
  db: D1Database,
  rebuild: Rebuild,
  changes: readonly Change[],
  now: string,
): Promise<void> {
  const rows = changes.map((c) => [c.entity, c.key, c.column, textOf(c.from), textOf(c.to)]);
  await db.batch([
    ...slicedStatements(db, reportSql, rows, rebuild.id),
    db
      .prepare(
        `UPDATE rebuilds SET cursor = ?2, events = ?3, finished_at = ?4, left_out = ?5, rows_changed =
          (SELECT count(*) FROM (SELECT DISTINCT entity, row_key FROM rebuild_changes WHERE rebuild_id = ?1))
        WHERE id = ?1`,
      )
      .bind(
        rebuild.id,
        rebuild.cursor,
        rebuild.events,
        rebuild.finishedAt === null ? null : now,
        JSON.stringify(rebuild.leftOut),
      ),
  ]);
}

/** The changes that a rebuild has made, or would make, by row. Primary key. */
export async function loadChanges(
  db: D1Database,
  rebuildId: number,
  limit: number,
): Promise<readonly (Omit<Change, "from" | "to"> & { from: string | null; to: string | null })[]> {
  const { results } = await db
    .prepare(
      `SELECT entity, row_key AS key, column_name AS "column", from_value AS "from", to_value AS "to"
      FROM rebuild_changes WHERE rebuild_id = ?1 ORDER BY entity, row_key, column_name LIMIT ?2`,
    )
    .bind(rebuildId, limit)
    .all<{ entity: Entity; key: string; column: string; from: string | null; to: string | null }>();
  return results;
}

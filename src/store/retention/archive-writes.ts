/**
 * Archive writes in progress. A write is recorded here before it starts, so that an interrupted one is repeated
 * completely. An attempt that a later one has overtaken removes nothing.
 */
import { BODIES_MAX_BYTES, PURGE_SLICE_ROWS } from "../../limits";
import { fenceStatement, isFenced } from "../fence";
import { free, type Horizons, isExpired } from "./expired";

/** The bodies of one day between two rows, as one object. */
export interface ArchiveWrite {
  /** The name of the object, without its ending. */
  readonly name: string;
  readonly first_row: number;
  readonly last_row: number;
}

/** Primary key. `attempts` distinguishes a second attempt from the first. */
const beginSql = `
INSERT INTO archive_writes (name, first_row, last_row, attempts, started_at) VALUES (?1, ?2, ?3, 1, ?4)
ON CONFLICT (name) DO UPDATE SET attempts = attempts + 1 RETURNING attempts`;

/** Returns the number of the attempt. */
export async function beginWrite(
  db: D1Database,
  { name, first_row, last_row }: ArchiveWrite,
  now: string,
): Promise<number> {
  const attempts = await db
    .prepare(beginSql)
    .bind(name, first_row, last_row, now)
    .first<number>("attempts");
  return attempts ?? 0;
}

const FENCE = "overtaken";
const latest = "SELECT attempts = ?2 FROM archive_writes WHERE name = ?1";

/**
 * The statements that end the write, in the batch that removes the bodies; they fail unless this is the latest
 * attempt.
 */
export function endStatements(
  db: D1Database,
  name: string,
  attempt: number,
): readonly D1PreparedStatement[] {
  return [
    fenceStatement(db, FENCE, latest, name, attempt),
    db.prepare("DELETE FROM archive_writes WHERE name = ?1").bind(name),
  ];
}

/** Does work that only the latest attempt may do. */
export async function unlessOvertaken<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFenced(error, FENCE)) throw error;
    throw new Error(`${name} is written by another run`, { cause: error });
  }
}

/** The table has one row for each interrupted write: none, or one. */
export async function findBegun(db: D1Database): Promise<ArchiveWrite | null> {
  return await db
    .prepare("SELECT name, first_row, last_row FROM archive_writes ORDER BY name LIMIT 1")
    .first<ArchiveWrite>();
}

/** The columns that the archive keeps in addition to the body: all that repeats, rebuilds and people need. */
export const archivedColumns =
  "id event_type form type_hint subject subject_id order_number occurred_at received_at status status_precedence redeliveries attempts error notes processed_at body_sha256 conflicts conflict_sha256 verified_by".split(
    " ",
  );

/** A line of an archive object: those columns, the body, and the position in the inbox. */
export interface ArchivedEvent {
  readonly place: number;
  readonly id: string;
  readonly event_type: string | null;
  readonly received_at: string;
  readonly payload: string;
}

/**
 * `?1`, `?2`: first and last row; `?3`: day; `?4` to `?6`: bodies, rows, now. Rowid. More rows may have expired
 * since the slice was cut, so the bytes are limited again.
 */
const linesSql = `
SELECT place, ${archivedColumns.join(", ")}, payload FROM (
  SELECT rowid AS place, ${archivedColumns.join(", ")}, payload,
    coalesce(sum(octet_length(payload)) OVER (ORDER BY rowid
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM webhook_events
  WHERE rowid >= ?1 AND rowid <= ?2 AND substr(received_at, 1, 10) = ?3
    AND archived = 0 AND payload IS NOT NULL AND ${free("?6")} AND ${isExpired("?4", "?5")})
WHERE before < ${String(BODIES_MAX_BYTES)} ORDER BY place LIMIT ${String(PURGE_SLICE_ROWS)}`;

/**
 * The events of the object, for the latest attempt only: an overtaken attempt would miss the bodies that the other
 * one has archived and removed.
 */
export async function loadLines(
  db: D1Database,
  { name, first_row, last_row }: ArchiveWrite,
  attempt: number,
  day: string,
  { bodies, rows, now }: Horizons,
): Promise<readonly ArchivedEvent[]> {
  const results = await db.batch<ArchivedEvent>([
    fenceStatement(db, FENCE, latest, name, attempt),
    db.prepare(linesSql).bind(first_row, last_row, day, bodies, rows, now),
  ]);
  return results[1]?.results ?? [];
}

/**
 * Bodies on their way into the archive. Before the first byte is written the object is entered here, so
 * that a write that was cut off is done again whole; and a write that is overtaken removes nothing.
 */
import { BODIES_MAX_BYTES, PURGE_SLICE_ROWS } from "../../limits";
import { fenceStatement, isFenced } from "../fence";
import { free, type Horizons, isExpired } from "./expired";

/** The bodies of one day between two rows, as one object. */
export interface ArchiveWrite {
  /** Of the object, without what it ends in. */
  readonly name: string;
  readonly first_row: number;
  readonly last_row: number;
}

/** Primary key. A second try is told from the first. */
const beginSql = `
INSERT INTO archive_writes (name, first_row, last_row, attempts, started_at) VALUES (?1, ?2, ?3, 1, ?4)
ON CONFLICT (name) DO UPDATE SET attempts = attempts + 1 RETURNING attempts`;

/** Returns which try it is. */
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

/** The statements that end it, in the batch that removes the bodies: only the latest try may. */
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

/** Does work that only the latest try may do. */
export async function unlessOvertaken<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFenced(error, FENCE)) throw error;
    throw new Error(`${name} is written by another run`, { cause: error });
  }
}

/** The table holds a row for each write that was cut off: none, or one. */
export async function findBegun(db: D1Database): Promise<ArchiveWrite | null> {
  return await db
    .prepare("SELECT name, first_row, last_row FROM archive_writes ORDER BY name LIMIT 1")
    .first<ArchiveWrite>();
}

/** What the archive keeps of an event beside its body: all that a repeat, a rebuild and a person need. */
export const archivedColumns =
  "id event_type form type_hint subject subject_id order_number occurred_at received_at status status_precedence redeliveries attempts error notes processed_at body_sha256 conflicts conflict_sha256 verified_by".split(
    " ",
  );

/** A line of an archive object: those columns, the body, and the place in the inbox. */
export interface ArchivedEvent {
  readonly place: number;
  readonly id: string;
  readonly event_type: string | null;
  readonly received_at: string;
  readonly payload: string;
}

/**
 * `?1`, `?2`: first and last row; `?3`: day; `?4` to `?6`: bodies, rows, now. Rowid. More than was cut
 * may have expired since: as many bytes as are read at once.
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
 * The events whose bodies the object is to hold, for the latest try alone: one that is overtaken would
 * find those gone that the other has written.
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

/** The records of files of closed orders: begun before anything is written, so that an interrupted one is found. */

import { fenceStatement, isFenced } from "../fence";
import { slicedStatements } from "../slices";
import type { ArchivedTable } from "./connected";

/** An object of a file: the rows of one table. */
export interface FileObject {
  readonly rows: number;
  readonly sha256: string;
}
export type FileObjects = Readonly<Partial<Record<ArchivedTable, FileObject>>>;

export interface ClosedFile {
  readonly id: number;
  /** The month in which it was closed, and a name: `2026-11/20261127T020159-3f9a61c2`. */
  readonly name: string;
  readonly state: "begun" | "closed" | "placed" | "expired" | "dropped";
  readonly version: number;
  /** JSON (`FileObjects`); null while it is being written. */
  readonly objects: string | null;
  readonly written_at: string;
}

const beginSql = `
INSERT INTO closed_files (name, state, version, written_at) VALUES (?1, 'begun', ?2, ?3) RETURNING id`;

/** Returns the id of the file. */
export async function beginFile(
  db: D1Database,
  name: string,
  version: number,
  now: string,
): Promise<number> {
  const id = await db.prepare(beginSql).bind(name, version, now).first<number>("id");
  if (id === null) throw new Error("a file was inserted but not returned");
  return id;
}

/** closed_files_state. */
const dropSql =
  "UPDATE closed_files SET state = 'dropped' WHERE state = 'begun' AND written_at <= ?1";
const droppedSql =
  "SELECT * FROM closed_files WHERE state = 'dropped' ORDER BY written_at LIMIT ?1";

/**
 * Files whose objects are to be deleted: those that were begun before `begunBefore` too, since the run that wrote
 * them has ended.
 */
export async function loadDropped(
  db: D1Database,
  begunBefore: string,
  limit: number,
): Promise<readonly ClosedFile[]> {
  const [, dropped] = await db.batch<ClosedFile>([
    db.prepare(dropSql).bind(begunBefore),
    db.prepare(droppedSql).bind(limit),
  ]);
  return dropped?.results ?? [];
}

/** The file that this run has begun is not needed. Primary key. */
export async function dropFile(db: D1Database, id: number): Promise<void> {
  await db
    .prepare("UPDATE closed_files SET state = 'dropped' WHERE id = ?1 AND state = 'begun'")
    .bind(id)
    .run();
}

/** Its objects are deleted. Primary key. */
export async function forgetFile(db: D1Database, id: number): Promise<void> {
  await db.prepare("DELETE FROM closed_files WHERE id = ?1 AND state = 'dropped'").bind(id).run();
}

/** An object of a file is not there, or is not what was written; the message says which. */
export class UnreadableFile extends Error {}

/** The objects that the file was written as. */
export function objectsOf({ objects }: ClosedFile): FileObjects {
  return JSON.parse(objects ?? "{}") as FileObjects;
}

/** Sets that were brought back and that the file still has. Primary key. */
export async function loadPutBack(db: D1Database, id: number): Promise<readonly number[]> {
  const { results } = await db
    .prepare("SELECT set_no FROM put_back_sets WHERE file_id = ?1")
    .bind(id)
    .all<{ set_no: number }>();
  return results.map(({ set_no }) => set_no);
}

/** Primary keys. */
const toRewriteSql = `
SELECT * FROM closed_files WHERE id IN (SELECT DISTINCT file_id FROM put_back_sets LIMIT ?1) ORDER BY id`;

/** Files that have sets which were brought back. */
export async function loadToRewrite(db: D1Database, limit: number): Promise<readonly ClosedFile[]> {
  const { results } = await db.prepare(toRewriteSql).bind(limit).all<ClosedFile>();
  return results;
}

/** Primary key. */
const afterSql = `
SELECT * FROM closed_files WHERE id > ?1 AND state IN ('closed', 'placed') ORDER BY id LIMIT ?2`;

/** The files after this one. */
export async function loadFilesAfter(
  db: D1Database,
  id: number,
  limit: number,
): Promise<readonly ClosedFile[]> {
  const { results } = await db.prepare(afterSql).bind(id, limit).all<ClosedFile>();
  return results;
}

/** closed_files_state. */
const loadStateSql = "SELECT * FROM closed_files WHERE state = ?1 ORDER BY written_at LIMIT ?2";

export async function loadFilesIn(
  db: D1Database,
  state: ClosedFile["state"],
  limit: number,
): Promise<readonly ClosedFile[]> {
  const { results } = await db.prepare(loadStateSql).bind(state, limit).all<ClosedFile>();
  return results;
}

const REPLACED = "replaced file";

/** Primary keys. `?1`, `?2`: the file and its name; `?3`: the new one. */
const isUnchanged = `(SELECT name = ?2 FROM closed_files WHERE id = ?1)
  AND (SELECT state = 'begun' FROM closed_files WHERE id = ?3)`;
/** Primary key. `?1`: the file; `?2`: how many of its sets are known to be in D1. */
const noMorePutBack = "(SELECT count(*) = ?2 FROM put_back_sets WHERE file_id = ?1)";
const renameSql = `
UPDATE closed_files SET name = ?2, state = ?3, objects = ?4, version = ?5 WHERE id = ?1`;
const retireSql = "UPDATE closed_files SET name = ?2, state = 'dropped' WHERE id = ?1";
const forgetSetsSql = `
DELETE FROM put_back_sets WHERE file_id = ?1 AND set_no IN (SELECT value FROM json_each(?2))`;

/** Primary keys, closed_files_state. `?1`: after which file; `?2`: written before; `?3`: limit. */
const dueSql = `
SELECT * FROM closed_files WHERE id IN (
  SELECT file_id FROM put_back_sets WHERE file_id > ?1
  UNION SELECT id FROM closed_files WHERE state = 'closed' AND id > ?1
  UNION SELECT id FROM closed_files WHERE state = 'placed' AND written_at <= ?2 AND id > ?1)
ORDER BY id LIMIT ?3`;

/**
 * The next files that a night writes again: those of the day, those that have sets which were brought back, and
 * those that were written before `expired`, whose keys leave.
 */
export async function loadDue(
  db: D1Database,
  after: number,
  expired: string,
  limit: number,
): Promise<readonly ClosedFile[]> {
  const { results } = await db.prepare(dueSql).bind(after, expired, limit).all<ClosedFile>();
  return results;
}

/** Whether no other run has replaced the file. Primary key. */
export async function hasName(db: D1Database, { id, name }: ClosedFile): Promise<boolean> {
  const found = await db
    .prepare("SELECT 1 AS found FROM closed_files WHERE id = ?1 AND name = ?2")
    .bind(id, name)
    .first();
  return found !== null;
}

/** Primary key. */
const forgetKeysSql = `
DELETE FROM archived_keys WHERE file_id = ?2 AND key IN (SELECT value FROM json_each(?1))`;
/** Whole: no index leads from an order to its contacts. Once for each file. */
const forgetContactsSql = `
DELETE FROM order_contacts WHERE order_number IN (SELECT value FROM json_each(?1))`;

/** What leaves with the keys of a file. */
export interface Forgotten {
  readonly keys: readonly string[];
  readonly orders: readonly string[];
}

export interface NewObjects extends Pick<ClosedFile, "name" | "version"> {
  readonly state: "closed" | "placed" | "expired";
  readonly objects: FileObjects;
}

/**
 * The file gets the objects of the begun one, and that one the old objects, to be deleted. `without`: sets that the
 * new objects do not have. False if another run has replaced the file meanwhile, or brought back a set whose keys
 * and contacts would leave.
 */
export async function exchangeFiles(
  db: D1Database,
  { id, name }: ClosedFile,
  begunId: number,
  to: NewObjects,
  without: readonly number[],
  forgotten: Forgotten = { keys: [], orders: [] },
): Promise<boolean> {
  try {
    await db.batch([
      fenceStatement(db, REPLACED, isUnchanged, id, name, begunId),
      ...(to.state === "expired"
        ? [fenceStatement(db, REPLACED, noMorePutBack, id, without.length)]
        : []),
      db.prepare(renameSql).bind(id, to.name, to.state, JSON.stringify(to.objects), to.version),
      db.prepare(retireSql).bind(begunId, name),
      db.prepare(forgetSetsSql).bind(id, JSON.stringify(without)),
      ...slicedStatements(db, forgetKeysSql, forgotten.keys, id),
      ...slicedStatements(db, forgetContactsSql, forgotten.orders),
    ]);
    return true;
  } catch (error) {
    if (isFenced(error, REPLACED)) return false;
    throw error;
  }
}

/** Whether a file may have personal data. closed_files_state. */
export async function hasPersonsArchived(db: D1Database): Promise<boolean> {
  const found = await db
    .prepare(
      "SELECT 1 AS found FROM closed_files WHERE state IN ('begun', 'closed', 'placed', 'dropped') LIMIT 1",
    )
    .first();
  return found !== null;
}

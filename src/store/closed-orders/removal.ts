/**
 * Removes the rows of sets whose file is written, and writes their keys: one batch, in which nothing happens unless
 * every row is still as it was read, no other row belongs to the sets, and no person was erased meanwhile.
 */
import type { Value } from "../../projection/registers";
import { fenceStatement, isFenced } from "../fence";
import { suppressionFence, unlessListChanged } from "../privacy/suppression-list";
import { jsonSlices, slicedStatements } from "../slices";
import type { FileObjects } from "./closed-files";
import {
  type ArchivedTable,
  archivedTables,
  boundKeys,
  connectedRows,
  keysOfRow,
  parametersOf,
} from "./connected";
import { cellsOf, type Column, type Row, type SetRows, type TableColumns } from "./set-rows";

const CHANGED = "changed rows";
const OVERTAKEN = "dropped file";
const BLOCKED = "erasure or night";

/** `?1`: rows in the order of the columns. Primary key. */
const sameRows = (table: ArchivedTable, columns: readonly Column[]): string => {
  const same = columns.map(
    ({ name, isKey }, at) => `t.${name} ${isKey ? "=" : "IS"} v.value->>${String(at)}`,
  );
  return `(SELECT count(*) FROM jsonb_each(?1) v CROSS JOIN ${table} t ON ${same.join(" AND ")})
    = (SELECT count(*) FROM jsonb_each(?1))`;
};

/** Primary key. `?1`: rows in the order of the columns. */
function deleteSql(table: ArchivedTable, columns: readonly Column[]): string {
  const keys = columns.flatMap(({ name, isKey }, at) => (isKey ? [{ name, at }] : []));
  const names = keys.map(({ name }) => name).join(", ");
  const values = keys.map(({ at }) => `value->>${String(at)}`).join(", ");
  return keys.length === 1
    ? `DELETE FROM ${table} WHERE ${names} IN (SELECT ${values} FROM jsonb_each(?1))`
    : `DELETE FROM ${table} WHERE (${names}) IN (SELECT ${values} FROM jsonb_each(?1))`;
}

/** First all comparisons, then the deletions: a row is compared while all others are there. */
function tableStatements(
  db: D1Database,
  table: ArchivedTable,
  columns: readonly Column[],
  rows: readonly Row[],
): {
  readonly compare: readonly D1PreparedStatement[];
  readonly remove: readonly D1PreparedStatement[];
} {
  const slices = jsonSlices(rows.map((row) => cellsOf(columns, row)));
  return {
    compare: slices.map((slice) => fenceStatement(db, CHANGED, sameRows(table, columns), slice)),
    remove: slices.map((slice) => db.prepare(deleteSql(table, columns)).bind(slice)),
  };
}

/** Rows that were not read, and would be left behind without their set. */
function nothingLeft(db: D1Database, keys: readonly string[]): readonly D1PreparedStatement[] {
  const bound = boundKeys(keys);
  return archivedTables.map((table) =>
    fenceStatement(
      db,
      CHANGED,
      `NOT EXISTS (SELECT 1 FROM ${table} WHERE ${connectedRows[table]})`,
      ...parametersOf(table, bound),
    ),
  );
}

/** Every key that leads to a set: those by which it was gathered, and those of its rows. */
export function keysOfSet(rows: SetRows): readonly string[] {
  return [
    ...new Set(
      archivedTables.flatMap((table) => rows[table].flatMap((row) => keysOfRow(table, row))),
    ),
  ];
}

const keysSql = `
INSERT INTO archived_keys (key, file_id, set_no)
SELECT value->>0, ?2, value->>1 FROM jsonb_each(?1)`;

const closedSql = "UPDATE closed_files SET state = 'closed', objects = ?2 WHERE id = ?1";

/**
 * An erasure reads all rows, and a night has already placed the files of the day. Few rows: one for each erasure;
 * primary key.
 */
const isUndisturbed = `NOT EXISTS (SELECT 1 FROM erasures WHERE finished_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM cursors WHERE name = 'lake' AND place->>'phase' <> 'done')`;

export interface Removal {
  readonly fileId: number;
  readonly objects: FileObjects;
  readonly columns: TableColumns;
  /** In the order of their numbers in the file. */
  readonly sets: readonly SetRows[];
  /** Of the suppression list that applied when the rows were read. */
  readonly listVersion: number;
}

/**
 * `changed`: a row has changed since it was read, or another one has come; `blocked`: an erasure or the run of a night
 * has begun. Nothing is removed then.
 */
export async function removeSets(
  db: D1Database,
  removal: Removal,
): Promise<"removed" | "changed" | "blocked"> {
  const { fileId, objects, columns, sets, listVersion } = removal;
  const tables = archivedTables.map((table) =>
    tableStatements(
      db,
      table,
      columns[table],
      sets.flatMap((set) => set[table]),
    ),
  );
  const keys = sets.map(keysOfSet);
  const rows: readonly (readonly [Value, Value])[] = keys.flatMap((list, setNo) =>
    list.map((key) => [key, setNo] as const),
  );
  const begun = "SELECT state = 'begun' FROM closed_files WHERE id = ?1";
  try {
    await unlessListChanged(db, () =>
      db.batch([
        fenceStatement(db, OVERTAKEN, begun, fileId),
        fenceStatement(db, BLOCKED, isUndisturbed),
        suppressionFence(db, listVersion),
        ...tables.flatMap(({ compare }) => compare),
        ...tables.flatMap(({ remove }) => remove),
        ...nothingLeft(db, [...new Set(keys.flat())]),
        ...slicedStatements(db, keysSql, rows, fileId),
        db.prepare(closedSql).bind(fileId, JSON.stringify(objects)),
      ]),
    );
    return "removed";
  } catch (error) {
    if (isFenced(error, CHANGED)) return "changed";
    if (isFenced(error, BLOCKED)) return "blocked";
    throw error;
  }
}

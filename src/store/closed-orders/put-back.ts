/**
 * Brings a set back into D1: its rows are merged as if all its events were applied again, register by register, so
 * a second time changes nothing. In the same batch its keys leave, and links and derived columns are computed
 * again. Only one of several runs does it: the others find the keys gone.
 */
import { foldPatches } from "../../projection/fold";
import {
  byEntity,
  entityNames,
  type Entity,
  entities,
  type Patch,
  registersOf,
  type Setting,
} from "../../projection/registers";
import { withPrecedences } from "../../projection/shared-precedence";
import { fenceStatement, isFenced } from "../fence";
import { suppressionFence, unlessListChanged } from "../privacy/suppression-list";
import { slicedRows, slicedStatements } from "../slices";
import { deriveStatements } from "../state/derive";
import { linkMoneyStatements } from "../state/links";
import { mergeStatements } from "../state/merge";
import type { ClosedFile } from "./closed-files";
import { keyOf } from "./keys";
import { keysOfSet } from "./removal";
import { insertStatements, type Row, type SetRows, type TableColumns } from "./set-rows";

/** A set in a file. */
export interface ArchivedSet {
  readonly file: ClosedFile;
  readonly setNo: number;
}

/** `?1`: keys. Primary keys. */
const findSql = `
SELECT DISTINCT k.set_no, f.* FROM json_each(?1) j
  CROSS JOIN archived_keys k ON k.key = j.value CROSS JOIN closed_files f ON f.id = k.file_id
ORDER BY f.id, k.set_no`;

/** The sets that any of the keys leads to. */
export async function findArchived(
  db: D1Database,
  keys: readonly string[],
): Promise<readonly ArchivedSet[]> {
  if (keys.length === 0) return [];
  const { results } = await db
    .prepare(findSql)
    .bind(JSON.stringify(keys))
    .all<ClosedFile & { readonly set_no: number }>();
  return results.map(({ set_no: setNo, ...file }) => ({ file, setNo }));
}

/** `?1`: an id; `?2`: contacts; `?3`: limit; `?4`: the beginnings of keys. Primary keys. */
const archivedKeysSql = `
SELECT k.key FROM json_each(?4) kind CROSS JOIN archived_keys k ON k.key = kind.value || ?1
UNION SELECT key FROM (
  SELECT k.key FROM json_each(?2) j CROSS JOIN order_contacts c ON c.contact = j.value
  CROSS JOIN archived_keys k ON k.key = 'o:' || c.order_number LIMIT ?3)`;
const kinds = JSON.stringify(Object.values(keyOf).map((key) => key("")));

/** The keys of archived rows with this id or reference, and of orders with one of the contacts: at most so many of these. */
export async function findArchivedKeys(
  db: D1Database,
  id: string,
  contacts: readonly string[],
  limit: number,
): Promise<readonly string[]> {
  const { results } = await db
    .prepare(archivedKeysSql)
    .bind(id, JSON.stringify(contacts), limit, kinds)
    .all<{ key: string }>();
  return results.map(({ key }) => key);
}

const GONE = "archived set";

/** `?1`: a key; `?2`, `?3`: file and set. Primary key. */
const isArchived =
  "EXISTS (SELECT 1 FROM archived_keys WHERE key = ?1 AND file_id = ?2 AND set_no = ?3)";
/** Primary key. */
const deleteKeysSql = `
DELETE FROM archived_keys WHERE file_id = ?2 AND set_no = ?3 AND key IN (SELECT value FROM json_each(?1))`;
const noteSql = "INSERT INTO put_back_sets (file_id, set_no) VALUES (?1, ?2)";

function patchOfRow(entity: Entity, stored: Row): Patch {
  const row = withPrecedences(stored);
  const settings = new Map<string, Setting>();
  for (const [register, columns] of registersOf(entity)) {
    const precedence = String(row[`${register}_precedence`] ?? "");
    if (precedence === "") continue;
    const values = Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
    settings.set(register, { precedence, values });
  }
  return { entity, key: String(row[entities[entity].key]), settings };
}

/** `?1`: [key, time]. Primary key. Bringing it back is no change: it says when the last one was. */
const timesSql = (entity: Entity): string => `
UPDATE ${entity} SET updated_at = v.updated_at FROM ${slicedRows("key", "updated_at")} AS v
WHERE ${entity}.${entities[entity].key} = v.key`;

/** Messages wait for the sweep: no wake-up call of an event will start those that are pending. */
function rowStatements(
  db: D1Database,
  rows: SetRows,
  columns: TableColumns,
  now: string,
): readonly D1PreparedStatement[] {
  const patches = entityNames.flatMap((entity) =>
    rows[entity].map((row) => patchOfRow(entity, row)),
  );
  const { rows: folded } = foldPatches(patches);
  const keys = byEntity((entity) => JSON.stringify([...folded[entity].keys()]));
  return [
    ...insertStatements(db, "disputed_links", columns.disputed_links, rows.disputed_links),
    ...entityNames.flatMap((entity) => mergeStatements(db, entity, folded[entity].values(), now)),
    ...insertStatements(
      db,
      "notifications",
      columns.notifications,
      rows.notifications.map((row) => ({ ...row, awaits_sweep: 1 })),
    ),
    ...linkMoneyStatements(db, keys, now),
    ...deriveStatements(db, keys, now, null),
    ...entityNames.flatMap((entity) =>
      slicedStatements(
        db,
        timesSql(entity),
        rows[entity].map((row) => [row[entities[entity].key], row["updated_at"]]),
      ),
    ),
  ];
}

export interface PutBack {
  readonly set: ArchivedSet;
  /** Without the persons who are erased at `listVersion`. */
  readonly rows: SetRows;
  readonly columns: TableColumns;
  readonly listVersion: number;
  readonly now: string;
}

/** False if it was brought back before. */
export async function putBackSet(db: D1Database, putBack: PutBack): Promise<boolean> {
  const { set, rows, columns, listVersion, now } = putBack;
  const place = [set.file.id, set.setNo] as const;
  const key = keyOf.order(String(rows.orders[0]?.["order_number"]));
  try {
    await unlessListChanged(db, () =>
      db.batch([
        fenceStatement(db, GONE, isArchived, key, ...place),
        suppressionFence(db, listVersion),
        ...slicedStatements(db, deleteKeysSql, keysOfSet(rows), ...place),
        db.prepare(noteSql).bind(...place),
        ...rowStatements(db, rows, columns, now),
      ]),
    );
    return true;
  } catch (error) {
    if (isFenced(error, GONE)) return false;
    throw error;
  }
}

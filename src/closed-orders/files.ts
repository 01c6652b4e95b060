/**
 * Files of closed orders in R2: one object for each table that has rows in it. A file is written once and never
 * changed. Until the next night it is outside the folders that people query, since the copy of the living orders
 * there still has its orders (docs/analytics.md).
 */
import { sha256 } from "../digest";
import { errorText } from "../log";
import {
  type ClosedFile,
  type FileObject,
  type FileObjects,
  objectsOf,
  UnreadableFile,
} from "../store/closed-orders/closed-files";
import { type ArchivedTable, archivedTables } from "../store/closed-orders/connected";
import {
  byTable,
  type Column,
  type Row,
  type SetRows,
  type TableColumns,
} from "../store/closed-orders/set-rows";
import { decodeTable, encodeTable } from "./parquet";

/** The folders by table: their names are fixed, since queries of other engines contain them. */
const folders: Readonly<Record<ArchivedTable, string>> = {
  orders: "orders",
  payments: "payments",
  refunds: "refunds",
  shipments: "shipments",
  disputed_links: "links",
  notifications: "messages",
};

/** Where files are that wait for the next night. */
const WAITING_PREFIX = "waiting/";

const httpMetadata = { contentType: "application/vnd.apache.parquet" };

/** The copy of the living rows of a table: in its place, and while it is being written. */
export function livingPrefix(table: ArchivedTable): string {
  return `${folders[table]}/closed=living/`;
}
export function stagedPrefix(table: ArchivedTable): string {
  return WAITING_PREFIX + livingPrefix(table);
}

/** The column that says to which set of the file a row belongs. */
export const SET_NO = "set_no";

type Place = Pick<ClosedFile, "name" | "state">;

/** `orders/closed=2026-11/20261127T020159-3f9a61c2.parquet`. */
function objectKey({ name, state }: Place, table: ArchivedTable): string {
  const [month = "", rest = ""] = name.split("/");
  const folder = `${folders[table]}/closed=${month}/${rest}.parquet`;
  return state === "placed" || state === "expired" ? folder : WAITING_PREFIX + folder;
}

/** The month is part of the folder, and the name is new each time: no object is ever written twice. */
export function newName(month: string, now: string, random: string): string {
  return `${month}/${now.replaceAll(/[-:]|\..*/g, "")}-${random}`;
}

type NumberedRows = Readonly<Record<ArchivedTable, readonly Row[]>>;

/** The rows of all sets, each with the number of its set. */
function numberRows(sets: ReadonlyMap<number, SetRows>): NumberedRows {
  return byTable((table) =>
    [...sets].flatMap(([setNo, rows]) => rows[table].map((row) => ({ [SET_NO]: setNo, ...row }))),
  );
}

function setsOf(rows: NumberedRows): ReadonlyMap<number, SetRows> {
  const sets = new Map<number, Record<ArchivedTable, Row[]>>();
  for (const table of archivedTables) {
    for (const { [SET_NO]: setNo, ...row } of rows[table]) {
      const set = sets.get(Number(setNo)) ?? byTable<Row[]>(() => []);
      set[table].push(row);
      sets.set(Number(setNo), set);
    }
  }
  return sets;
}

async function readObject(
  bucket: R2Bucket,
  key: string,
  table: ArchivedTable,
  meant: FileObject,
): Promise<readonly Row[] | null> {
  const object = await bucket.get(key);
  if (object === null) return null;
  const bytes = await object.arrayBuffer();
  if ((await sha256(bytes)).toHex() !== meant.sha256) {
    throw new UnreadableFile(`${key} in the archive is not what was written: its hash differs`);
  }
  try {
    const rows = await decodeTable(bytes, table);
    if (rows.length === meant.rows) return rows;
  } catch (error) {
    // Without its cause, whose text alone would be stored with the event.
    // oxlint-disable-next-line eslint/preserve-caught-error
    throw new UnreadableFile(`${key} in the archive cannot be read: ${errorText(error)}`);
  }
  throw new UnreadableFile(`${key} in the archive has lost rows`);
}

/** Reads the rows of one table of a file, each with `set_no`; none if its object is missing. */
export async function readTable(
  bucket: R2Bucket,
  file: ClosedFile,
  table: ArchivedTable,
): Promise<readonly Row[]> {
  const meant = objectsOf(file)[table];
  if (meant === undefined) return [];
  return (await readObject(bucket, objectKey(file, table), table, meant)) ?? [];
}

/** Reads the sets of a file by their numbers; null if an object of it is missing. */
export async function readFile(
  bucket: R2Bucket,
  file: ClosedFile,
): Promise<ReadonlyMap<number, SetRows> | null> {
  const objects = objectsOf(file);
  const tables = await Promise.all(
    archivedTables.map(async (table) => {
      const meant = objects[table];
      return meant === undefined
        ? []
        : await readObject(bucket, objectKey(file, table), table, meant);
    }),
  );
  if (tables.includes(null)) return null;
  return setsOf(byTable((_, at) => tables[at] ?? []));
}

/** Writes the rows of one table as an object, reads them back and compares. Rows without a set have none. */
export async function writeTable(
  bucket: R2Bucket,
  key: string,
  table: ArchivedTable,
  rows: readonly Row[],
  columns: readonly Column[],
): Promise<FileObject> {
  const named = [{ name: SET_NO, type: "INTEGER" } as const, ...columns];
  const bytes = encodeTable({ name: table, rows }, named);
  const object = { rows: rows.length, sha256: (await sha256(bytes)).toHex() };
  await bucket.put(key, bytes, { httpMetadata });
  const stored = await readObject(bucket, key, table, object);
  const meant = rows.map((row) =>
    Object.fromEntries(named.map(({ name }) => [name, row[name] ?? null])),
  );
  if (JSON.stringify(stored) !== JSON.stringify(meant)) {
    throw new UnreadableFile(`${key} in the archive differs from what was written`);
  }
  return object;
}

/** Writes the rows, reads them back and compares; returns what was written. */
export async function writeFile(
  bucket: R2Bucket,
  file: Place,
  sets: ReadonlyMap<number, SetRows>,
  columns: TableColumns,
): Promise<FileObjects> {
  const numbered = numberRows(sets);
  const written: [ArchivedTable, FileObject][] = [];
  for (const table of archivedTables) {
    const rows = numbered[table];
    if (rows.length === 0) continue;
    const object = await writeTable(bucket, objectKey(file, table), table, rows, columns[table]);
    written.push([table, object]);
  }
  return Object.fromEntries(written);
}

/** Deletes all objects that a file of this name may have. */
export async function deleteFile(bucket: R2Bucket, { name }: Pick<Place, "name">): Promise<void> {
  const states = ["closed", "placed"] as const;
  await bucket.delete(
    states.flatMap((state) => archivedTables.map((table) => objectKey({ name, state }, table))),
  );
}

export function randomName(): string {
  return crypto.getRandomValues(new Uint8Array(4)).toHex();
}

async function listKeys(bucket: R2Bucket, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    keys.push(...page.objects.map(({ key }) => key));
    if (!page.truncated) return keys;
    cursor = page.cursor;
  }
}

/** Makes the objects under `to` those under `from`. */
export async function copyObjects(bucket: R2Bucket, from: string, to: string): Promise<void> {
  const names = (await listKeys(bucket, from)).map((key) => key.slice(from.length));
  for (const name of names) {
    const object = await bucket.get(from + name);
    if (object !== null) await bucket.put(to + name, await object.arrayBuffer(), { httpMetadata });
  }
  const kept = new Set(names.map((name) => to + name));
  const old = (await listKeys(bucket, to)).filter((key) => !kept.has(key));
  if (names.length > 0 && old.length > 0) await deleteKeys(bucket, old);
}

/** R2 deletes a thousand at once. */
async function deleteKeys(bucket: R2Bucket, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += 1_000) await bucket.delete(keys.slice(at, at + 1_000));
}

export async function deletePrefix(bucket: R2Bucket, prefix: string): Promise<void> {
  await deleteKeys(bucket, await listKeys(bucket, prefix));
}

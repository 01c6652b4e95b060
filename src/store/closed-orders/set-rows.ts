/** The rows of sets of orders, whole, as they are archived and brought back. */
import { byEntity, registersOf, type Value } from "../../projection/registers";
import { slicedStatements } from "../slices";
import {
  type ArchivedTable,
  archivedTables,
  boundKeys,
  connectedRows,
  keysOfRow,
  parametersOf,
} from "./connected";

export type Row = Readonly<Record<string, Value>>;

export interface Column {
  readonly name: string;
  readonly type: "TEXT" | "INTEGER";
  /** Part of the primary key. */
  readonly isKey: boolean;
}

export type TableColumns = Readonly<Record<ArchivedTable, readonly Column[]>>;

/** The rows of a set, by table. */
export type SetRows = Readonly<Record<ArchivedTable, readonly Row[]>>;

/** `extra` is generated from `short_extra`: files have it in full. */
const columnsSql =
  "SELECT name, type, pk FROM pragma_table_xinfo(?1) WHERE name <> 'short_extra' ORDER BY cid";

/** The columns as this database has them: a migration may have added some. */
export async function loadColumns(db: D1Database): Promise<TableColumns> {
  const results = await db.batch<{ name: string; type: Column["type"]; pk: number }>(
    archivedTables.map((table) => db.prepare(columnsSql).bind(table)),
  );
  return byTable((_, at) =>
    (results[at]?.results ?? []).map(({ name, type, pk }) => ({ name, type, isKey: pk > 0 })),
  );
}

/** A value for each of the tables. */
export function byTable<T>(
  valueOf: (table: ArchivedTable, at: number) => T,
): Readonly<Record<ArchivedTable, T>> {
  return Object.fromEntries(
    archivedTables.map((table, at) => [table, valueOf(table, at)]),
  ) as Record<ArchivedTable, T>;
}

/** The part of a message's id that names its row: what stands between the first two slashes. */
function partOf(id: string): string {
  return id.split("/")[1] ?? "";
}

/** The index of the set that a row belongs to, by its keys; of a message, by what its id names. */
function createFinder(sets: readonly (readonly string[])[]) {
  const ofKey = new Map(sets.flatMap((keys, at) => keys.map((key) => [key, at] as const)));
  const ofPart = new Map<string, number>();
  for (const [at, keys] of sets.entries()) {
    for (const [part, about] of JSON.parse(boundKeys(keys)[4] ?? "[]") as [string, string][]) {
      ofPart.set(`${about} ${part}`, at);
    }
  }
  return (table: ArchivedTable, row: Row): number | undefined =>
    table === "notifications"
      ? ofPart.get(`${String(row["about"])} ${partOf(String(row["id"]))}`)
      : keysOfRow(table, row).map((key) => ofKey.get(key))[0];
}

/** Reads the rows of the sets, each given by its keys: one batch. */
export async function loadSets(
  db: D1Database,
  sets: readonly (readonly string[])[],
): Promise<readonly SetRows[]> {
  const bound = boundKeys(sets.flat());
  const results = await db.batch<Row>(
    archivedTables.map((table) =>
      db
        .prepare(`SELECT * FROM ${table} WHERE ${connectedRows[table]}`)
        .bind(...parametersOf(table, bound)),
    ),
  );
  const findSet = createFinder(sets);
  const rows = sets.map(() => byTable<Row[]>(() => []));
  for (const [at, table] of archivedTables.entries()) {
    for (const row of results[at]?.results ?? []) {
      const set = rows[findSet(table, row) ?? -1];
      set?.[table].push(row);
    }
  }
  return rows;
}

/** The columns that may be long: all that events set. Beside them, a row has some 500 bytes. */
const measuredColumns: Readonly<Record<ArchivedTable, readonly string[]>> = {
  ...byEntity((entity) => registersOf(entity).flatMap(([, columns]) => columns)),
  disputed_links: [],
  notifications: ["context", "rendered", "attempt_log", "error"],
};

/** SQL: how many bytes a row has, about. What is read at once is limited by it. */
export const bytesOfRow: Readonly<Record<ArchivedTable, string>> = byTable((table) =>
  measuredColumns[table].reduce(
    (sum, name) => `${sum} + coalesce(octet_length(${name}), 0)`,
    "500",
  ),
);

/** How many bytes the rows of each set have, about; without its messages. */
export async function measureSets(
  db: D1Database,
  sets: readonly (readonly string[])[],
): Promise<readonly number[]> {
  const bound = boundKeys(sets.flat());
  const measured = ["orders", "payments", "refunds", "shipments"] as const;
  const results = await db.batch<Row>(
    measured.map((table) => {
      const keys = table === "orders" ? "order_number" : `${table.slice(0, -1)}_id`;
      return db
        .prepare(
          `SELECT ${keys}, ${bytesOfRow[table]} AS bytes FROM ${table} WHERE ${connectedRows[table]}`,
        )
        .bind(...parametersOf(table, bound));
    }),
  );
  const findSet = createFinder(sets);
  const sizes = sets.map(() => 0);
  for (const [at, table] of measured.entries()) {
    for (const row of results[at]?.results ?? []) {
      const set = findSet(table, row) ?? -1;
      if (set >= 0) sizes[set] = (sizes[set] ?? 0) + Number(row["bytes"] ?? 0);
    }
  }
  return sizes;
}

/** A value of each column, in their order. */
export function cellsOf(columns: readonly Column[], row: Row): readonly Value[] {
  return columns.map(({ name }) => row[name] ?? null);
}

/** `?1`: rows as arrays in the order of the columns. Primary key. A row that is there already stays. */
export function insertStatements(
  db: D1Database,
  table: ArchivedTable,
  columns: readonly Column[],
  rows: readonly Row[],
): readonly D1PreparedStatement[] {
  const sql = `INSERT INTO ${table} (${columns.map(({ name }) => name).join(", ")})
SELECT ${columns.map((_, at) => `value->>${String(at)}`).join(", ")} FROM jsonb_each(?1) WHERE true
ON CONFLICT DO NOTHING`;
  return slicedStatements(
    db,
    sql,
    rows.map((row) => cellsOf(columns, row)),
  );
}

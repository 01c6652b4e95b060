/**
 * Columns that keep a part of their value when a person is erased. They are read, changed by the rules for erased
 * bodies (events/kept-values.ts), and written, so that a rebuild from erased bodies gives the same rows.
 */
import { ERASED, eraseItems } from "../../events/erased-body";
import { keptCurrency, keptUrl, keptWord } from "../../events/kept-values";
import { isLarge, slicedRows, slicedStatements } from "../slices";
import { type Part, parts, type RowsWhere } from "./order-rows";

const word = (text: string): string => keptWord(text) ?? ERASED;
const currency = (text: string): string => keptCurrency(text) ?? ERASED;
const url = (text: string): string => keptUrl(text) ?? ERASED;

type Kept = Readonly<Record<string, (text: string) => string>>;

const tables = {
  orders: { currency, items: eraseItems },
  payments: { method: word },
  refunds: { payment_mode: word },
  shipments: { courier: word, tracking_url: url, items: eraseItems },
} satisfies Readonly<Record<"orders" | Part, Kept>>;
type Table = keyof typeof tables;

const keyOf = (table: Table): string => (table === "orders" ? "order_number" : parts[table].key);

const selectSql = (table: Table, where: string): string =>
  `SELECT ${keyOf(table)} AS row_key, updated_at, ${Object.keys(tables[table]).join(", ")}
  FROM ${table} WHERE ${where}`;

/** `?1`: orders. Primary key. */
const ofOrders = "order_number IN (SELECT value FROM json_each(?1))";

/** Primary key. A row that has changed since it was read stays unchanged. */
const writeSql = (table: string, key: string, column: string): string => `
UPDATE ${table} SET ${column} = v.payload
FROM ${slicedRows("row_key", "updated_at", "payload")} AS v
WHERE ${table}.${key} = v.row_key AND ${table}.updated_at = v.updated_at`;
const writeOneSql = (table: string, key: string, column: string): string =>
  `UPDATE ${table} SET ${column} = ?3 WHERE ${key} = ?1 AND updated_at = ?2`;

type Row = Readonly<Record<string, string | null>>;

function writeStatements(
  db: D1Database,
  table: Table,
  rows: readonly Row[],
): readonly D1PreparedStatement[] {
  const kept: Kept = tables[table];
  return Object.entries(kept).flatMap(([column, keep]) => {
    const changed = rows.flatMap((row) => {
      const held = row[column] ?? null;
      const payload = held === null ? null : keep(held);
      if (payload === null || payload === held) return [];
      return [{ cells: [row["row_key"] ?? "", row["updated_at"] ?? "", payload], payload }];
    });
    const small = changed.filter((one) => !isLarge(one)).map(({ cells }) => cells);
    const alone = writeOneSql(table, keyOf(table), column);
    return [
      ...slicedStatements(db, writeSql(table, keyOf(table), column), small),
      ...changed.filter(isLarge).map(({ cells }) => db.prepare(alone).bind(...cells)),
    ];
  });
}

/**
 * Erases personal data in these columns. `list`: the value of `?1` in `where`. Usually there is nothing to write.
 */
export async function eraseKeptColumns(
  db: D1Database,
  names: readonly Table[],
  list: string,
  where: RowsWhere,
): Promise<void> {
  const results = await db.batch<Row>(
    names.map((table) =>
      db.prepare(selectSql(table, table === "orders" ? ofOrders : where(table))).bind(list),
    ),
  );
  const statements = names.flatMap((table, at) =>
    writeStatements(db, table, results[at]?.results ?? []),
  );
  if (statements.length > 0) await db.batch(statements);
}

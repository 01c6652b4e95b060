/**
 * Columns that keep part of what they hold when a person is erased: read, changed by the rules of an erased
 * body (events/kept-values.ts), and put back, so that a rebuild over erased bodies gives the same rows.
 */
import { ERASED, eraseItems } from "../../events/erased-body";
import { keptUrl, keptWord } from "../../events/kept-values";
import { isLarge, slicedRows, slicedStatements } from "../slices";
import { disputedKeys } from "./order-rows";

const word = (text: string): string => keptWord(text) ?? ERASED;
const url = (text: string): string => keptUrl(text) ?? ERASED;

interface KeptTable {
  readonly key: string;
  readonly columns: Readonly<Record<string, (text: string) => string>>;
}

const tables = {
  orders: { key: "order_number", columns: { items: eraseItems } },
  payments: { key: "payment_id", columns: { method: word } },
  refunds: { key: "refund_id", columns: { payment_mode: word } },
  shipments: {
    key: "shipment_id",
    columns: { courier: word, tracking_url: url, items: eraseItems },
  },
} satisfies Readonly<Record<string, KeptTable>>;

type Part = Exclude<keyof typeof tables, "orders">;
const parts: readonly Part[] = ["payments", "refunds", "shipments"];

/** `?1`: orders. Primary key, payments_order, refunds_order, shipments_order, disputed_links_order. */
const selectSql = (table: string, { key, columns }: KeptTable, own: string): string =>
  `SELECT ${key} AS row_key, updated_at, ${Object.keys(columns).join(", ")} FROM ${table} WHERE ${own}`;
const isNamed = "order_number IN (SELECT value FROM json_each(?1))";

const reads: readonly { readonly table: string; readonly kept: KeptTable; readonly sql: string }[] =
  [
    { table: "orders", kept: tables.orders, sql: selectSql("orders", tables.orders, isNamed) },
    ...parts.map((table) => ({
      table,
      kept: tables[table],
      sql: selectSql(
        table,
        tables[table],
        `${isNamed} OR ${tables[table].key} IN (${disputedKeys(table)})`,
      ),
    })),
  ];

/** Primary key. A row that has been set anew since it was read stays as it is. */
const writeSql = (table: string, key: string, column: string): string => `
UPDATE ${table} SET ${column} = v.payload
FROM ${slicedRows("row_key", "updated_at", "payload")} AS v
WHERE ${table}.${key} = v.row_key AND ${table}.updated_at = v.updated_at`;
const writeOneSql = (table: string, key: string, column: string): string =>
  `UPDATE ${table} SET ${column} = ?3 WHERE ${key} = ?1 AND updated_at = ?2`;

type Row = Readonly<Record<string, string | null>>;

function writeStatements(
  db: D1Database,
  table: string,
  { key, columns }: KeptTable,
  rows: readonly Row[],
): readonly D1PreparedStatement[] {
  return Object.entries(columns).flatMap(([column, keep]) => {
    const changed = rows.flatMap((row) => {
      const held = row[column] ?? null;
      const payload = held === null ? null : keep(held);
      if (payload === null || payload === held) return [];
      return [{ cells: [row["row_key"] ?? "", row["updated_at"] ?? "", payload], payload }];
    });
    const small = changed.filter((one) => !isLarge(one)).map(({ cells }) => cells);
    const alone = writeOneSql(table, key, column);
    return [
      ...slicedStatements(db, writeSql(table, key, column), small),
      ...changed.filter(isLarge).map(({ cells }) => db.prepare(alone).bind(...cells)),
    ];
  });
}

/** Erases what these columns of the orders' rows hold of a person. As a rule there is nothing to write. */
export async function eraseKeptColumns(db: D1Database, orders: readonly string[]): Promise<void> {
  const list = JSON.stringify(orders);
  const results = await db.batch<Row>(reads.map(({ sql }) => db.prepare(sql).bind(list)));
  const statements = reads.flatMap(({ table, kept }, at) =>
    writeStatements(db, table, kept, results[at]?.results ?? []),
  );
  if (statements.length > 0) await db.batch(statements);
}

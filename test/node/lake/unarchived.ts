/** A database with the rows that D1 had before anything was archived, and with D1's tables and views. */
import { DatabaseSync } from "node:sqlite";
import type { Receiver } from "../../../testbed/receiver/start.ts";
import type { Row } from "./duckdb.ts";

/** The tables of the lake: the name in D1, the key, and the folder. */
export const lakeTables = [
  ["orders", "order_number", "orders"],
  ["payments", "payment_id", "payments"],
  ["refunds", "refund_id", "refunds"],
  ["shipments", "shipment_id", "shipments"],
  ["notifications", "id", "messages"],
] as const;

const views = ["order_sales", "order_items", "order_overview"];

/** The columns of a table that are not generated. */
function storedColumns(copy: DatabaseSync, table: string): readonly string[] {
  return copy
    .prepare(`SELECT name FROM pragma_table_info('${table}')`)
    .all()
    .map(({ name }) => String(name));
}

/** Copies the tables of the lake as they are now, and the views that the answers use. */
export async function copyD1(shop: Receiver): Promise<DatabaseSync> {
  const copy = new DatabaseSync(":memory:");
  const schema = await shop.query<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema",
  );
  const names = [...lakeTables.map(([table]) => table), ...views];
  for (const name of names) {
    const found = schema.find((entry) => entry.name === name);
    if (found === undefined) throw new Error(`D1 has no ${name}`);
    copy.exec(found.sql);
  }
  for (const [table] of lakeTables) {
    const columns = storedColumns(copy, table);
    for (const row of await shop.query<Record<string, string | number | null>>(
      `SELECT ${columns.join(", ")} FROM ${table}`,
    )) {
      copy
        .prepare(
          `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
        )
        .run(...Object.values(row));
    }
  }
  return copy;
}

export function askSqlite(db: DatabaseSync, sql: string): readonly Row[] {
  return db.prepare(sql).all();
}

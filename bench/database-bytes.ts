/** How many bytes the tables and indexes of a local D1 take. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * The bytes of each table with its indexes, or of each table and each index, from the file itself; D1 reports neither.
 * Of whole pages, or without their unused part.
 */
export function bytesBy(
  column: "name" | "tbl_name",
  storage: string,
  bytes: "d.pgsize" | "d.pgsize - d.unused" = "d.pgsize",
): Readonly<Record<string, number>> {
  const names = readdirSync(storage, { recursive: true, encoding: "utf8" });
  const sizes: Record<string, number> = {};
  for (const name of names.filter((one) => /D1DatabaseObject.[0-9a-f]{64}\.sqlite$/.test(one))) {
    // The Worker may be writing.
    const file = new DatabaseSync(join(storage, name), { readOnly: true, timeout: 30_000 });
    const rows = file
      .prepare(
        `SELECT s.${column} AS name, sum(${bytes}) AS bytes FROM dbstat d
         JOIN sqlite_schema s ON s.name = d.name GROUP BY 1 ORDER BY 2 DESC`,
      )
      .all() as { name: string; bytes: number }[];
    for (const row of rows) sizes[row.name] = row.bytes;
    file.close();
  }
  return sizes;
}

/** Asks DuckDB about a folder of files, as an analyst does with a copy of the bucket. */
import { DuckDBInstance } from "@duckdb/node-api";

export type Row = Readonly<Record<string, unknown>>;

export interface DuckDb {
  readonly ask: (sql: string) => Promise<readonly Row[]>;
  readonly close: () => void;
}

export async function openDuckDb(): Promise<DuckDb> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  return {
    async ask(sql) {
      const result = await connection.runAndReadAll(sql);
      return result.getRowObjectsJson().map((row) => Object.fromEntries(Object.entries(row)));
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

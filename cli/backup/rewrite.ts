/**
 * Rewrites an export of the receiver's database so that D1 can import it, and checks its bodies by their hashes.
 */
import { createWriteStream, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as z from "zod/mini";
import { restoreBody } from "./bodies.ts";
import { loadExport } from "./load.ts";
import { insertRow, piecesTable, quoteName, type Value } from "./statements.ts";

export interface Backup {
  readonly tables: number;
  readonly rows: number;
  /** Rows whose statement was too long. */
  readonly split: number;
  readonly bodies: number;
  /** Ids of events whose body the export has changed in a way that cannot be reversed. */
  readonly changed: readonly string[];
}

interface Definition {
  readonly type: string;
  readonly name: string;
  readonly sql: string;
}

const definition = z.object({ type: z.string(), name: z.string(), sql: z.string() });
const named = z.object({ name: z.string() });
const value = z.union([z.null(), z.number(), z.bigint(), z.string(), z.instanceof(Uint8Array)]);
const row = z.record(z.string(), value);
const body = z.object({ id: z.string(), payload: z.string(), body_sha256: z.string() });

/** The columns of a table, without those that are generated from others. */
function columnsOf(database: DatabaseSync, table: string): readonly string[] {
  return database
    .prepare("SELECT name FROM pragma_table_info(?)")
    .all(table)
    .map((found) => named.parse(found).name);
}

/** Tables first, then the objects that are defined on them, each in the order of creation. */
function definitionsOf(database: DatabaseSync): readonly Definition[] {
  const sql = `SELECT type, name, sql FROM sqlite_schema
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type <> 'table', type, rowid`;
  return database
    .prepare(sql)
    .all()
    .map((found) => definition.parse(found));
}

class Writer {
  rows = 0;
  split = 0;
  bodies = 0;
  readonly changed: string[] = [];
  readonly #database: DatabaseSync;
  readonly #onRow: () => void;

  constructor(database: DatabaseSync, onRow: () => void) {
    this.#database = database;
    this.#onRow = onRow;
  }

  /** The body as received, if the row is an event with a body. */
  #withBody(found: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
    const event = body.safeParse(found);
    if (!event.success) return found;
    this.bodies += 1;
    const { id, payload, body_sha256 } = event.data;
    const restored = restoreBody(payload, body_sha256);
    if (restored === null) this.changed.push(id);
    return restored === null ? found : { ...found, payload: restored };
  }

  *#rowsOf(table: string): Generator<string> {
    const columns = columnsOf(this.#database, table).map(quoteName).join(", ");
    const query = this.#database.prepare(`SELECT ${columns} FROM ${quoteName(table)}`);
    query.setReadBigInts(true);
    for (const found of query.iterate()) {
      const statements = insertRow(table, this.#withBody(row.parse(found)));
      this.rows += 1;
      if (statements.length > 1) this.split += 1;
      this.#onRow();
      yield* statements;
    }
  }

  *statements(definitions: readonly Definition[]): Generator<string> {
    yield "PRAGMA defer_foreign_keys=TRUE;";
    yield `CREATE TABLE ${piecesTable} (value INTEGER NOT NULL, place INTEGER NOT NULL, piece TEXT NOT NULL, PRIMARY KEY (value, place));`;
    for (const { type, name, sql } of definitions) {
      yield `${sql};`;
      if (type === "table") yield* this.#rowsOf(name);
      // The counters of AUTOINCREMENT; SQLite creates this table together with the first table that uses it.
      if (type === "table" && /\bAUTOINCREMENT\b/i.test(sql)) {
        yield `DELETE FROM sqlite_sequence WHERE name = '${name.replaceAll("'", "''")}';`;
        yield* this.#sequenceOf(name);
      }
    }
    yield `DROP TABLE ${piecesTable};`;
  }

  *#sequenceOf(table: string): Generator<string> {
    const query = this.#database.prepare("SELECT name, seq FROM sqlite_sequence WHERE name = ?");
    for (const found of query.iterate(table)) yield* insertRow("sqlite_sequence", row.parse(found));
  }
}

/**
 * `onRow`: called for each row that was read, and for each that was written. Only the owner can read the file, and it
 * gets its name when it is complete. Until then it is in a folder beside it, which needs as much space and is on the
 * same disk.
 */
export async function rewriteExport(
  from: string,
  to: string,
  onRow: () => void,
): Promise<Backup | null> {
  const folder = mkdtempSync(`${to}.unfinished-`);
  const unfinished = join(folder, "backup.sql");
  const database = new DatabaseSync(join(folder, "database"));
  try {
    // The database is temporary.
    database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    await loadExport(from, database, onRow);
    const definitions = definitionsOf(database);
    if (!definitions.some(({ name }) => name === "webhook_events")) return null;
    const writer = new Writer(database, onRow);
    const lines = function* () {
      for (const statement of writer.statements(definitions)) yield `${statement}\n`;
    };
    await pipeline(
      Readable.from(lines()),
      createWriteStream(unfinished, { mode: 0o600, flush: true }),
    );
    renameSync(unfinished, to);
    const tables = definitions.filter(({ type }) => type === "table").length;
    const { rows, split, bodies, changed } = writer;
    return { tables, rows, split, bodies, changed };
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

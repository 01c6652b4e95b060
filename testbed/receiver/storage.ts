/** The database file that the runtime leaves on disk, read and prepared from outside of it. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

const BUSY_MS = 10_000;

export class Storage {
  readonly #path: string;

  constructor(stateFolder: string) {
    const files = globSync(join(stateFolder, "**", "*.sqlite"));
    const path = files.find((file) => hasInbox(file));
    if (path === undefined) throw new Error(`no database of the receiver under ${stateFolder}`);
    this.#path = path;
  }

  /** Opened for each call: a handle from before a kill would know pages that are no more. */
  query<Row>(sql: string, ...values: readonly SQLInputValue[]): Row[] {
    const db = new DatabaseSync(this.#path, { readOnly: true, timeout: BUSY_MS });
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller knows its columns
      return db.prepare(sql).all(...values) as Row[];
    } finally {
      db.close();
    }
  }

  count(condition: string): number {
    const sql = `SELECT count(*) AS n FROM webhook_events WHERE ${condition}`;
    return this.query<{ n: number }>(sql)[0]?.n ?? 0;
  }

  /** What SQLite finds wrong with the file; `ok` where nothing is. */
  check(): string {
    const [row] = this.query<{ quick_check: string }>("PRAGMA quick_check(1)");
    return row?.quick_check ?? "no answer";
  }

  /** As if a minute had passed, and more: whatever waits is due for the sweep. Returns how many. */
  makeWaitingDue(): number {
    const db = new DatabaseSync(this.#path, { timeout: BUSY_MS });
    try {
      const sql = `UPDATE webhook_events SET push_at = '2000-01-01T00:00:00.000Z'
        WHERE status = 'received'`;
      return Number(db.prepare(sql).run().changes);
    } finally {
      db.close();
    }
  }
}

function hasInbox(path: string): boolean {
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    const sql = "SELECT 1 FROM sqlite_schema WHERE name = 'webhook_events'";
    return db.prepare(sql).get() !== undefined;
  } finally {
    db.close();
  }
}

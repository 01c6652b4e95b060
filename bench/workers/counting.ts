/** A D1 database that records the rows that each statement reads and writes, and each round trip. */
import { databaseOf, runIn } from "./database-of";

export interface Counted {
  readonly sql: string;
  readonly read: number;
  readonly written: number;
  /** As D1 measures it. */
  readonly ms: number;
}

export function counting(inner: D1Database): {
  readonly db: D1Database;
  readonly statements: Counted[];
  readonly trips: () => number;
} {
  const statements: Counted[] = [];
  let trips = 0;
  const db = databaseOf(async (asked) => {
    trips += 1;
    const results = await runIn(inner, asked);
    for (const [index, { meta }] of results.entries()) {
      const { rows_read: read, rows_written: written, duration: ms } = meta;
      statements.push({ sql: asked[index]?.sql ?? "", read, written, ms });
    }
    return results;
  });
  return { db, statements, trips: () => trips };
}

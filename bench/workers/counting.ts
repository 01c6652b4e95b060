/** A D1 database that notes what each of its statements read and wrote, and each round trip. */

export interface Counted {
  readonly sql: string;
  readonly read: number;
  readonly written: number;
  /** As D1 measures it. */
  readonly ms: number;
}

const texts = new WeakMap<D1PreparedStatement, { sql: string; inner: D1PreparedStatement }>();

export function counting(inner: D1Database): {
  readonly db: D1Database;
  readonly statements: Counted[];
  readonly trips: () => number;
} {
  const statements: Counted[] = [];
  let trips = 0;
  const note = (sql: string, result: D1Result): void => {
    const { rows_read: read, rows_written: written, duration: ms } = result.meta;
    statements.push({ sql, read, written, ms });
  };

  const wrap = (sql: string, statement: D1PreparedStatement): D1PreparedStatement => {
    const all = async <Row>(): Promise<D1Result<Row>> => {
      trips += 1;
      const result = await statement.all<Row>();
      note(sql, result);
      return result;
    };
    const wrapped = {
      bind: (...values: unknown[]) => wrap(sql, statement.bind(...values)),
      all,
      run: all,
      first: async <Row>(column?: string) => {
        const [row] = (await all<Record<string, unknown>>()).results;
        return (row === undefined ? null : column === undefined ? row : row[column]) as Row | null;
      },
      raw: () => {
        throw new Error("raw() is not counted");
      },
    } as unknown as D1PreparedStatement;
    texts.set(wrapped, { sql, inner: statement });
    return wrapped;
  };

  const db = {
    prepare: (sql: string) => wrap(sql, inner.prepare(sql)),
    batch: async (list: D1PreparedStatement[]) => {
      trips += 1;
      const known = list.map((statement) => {
        const text = texts.get(statement);
        if (text === undefined) throw new Error("a statement of another database");
        return text;
      });
      const results = await inner.batch(known.map((one) => one.inner));
      for (const [index, result] of results.entries()) note(known[index]?.sql ?? "", result);
      return results;
    },
  } as unknown as D1Database;
  return { db, statements, trips: () => trips };
}

/** A D1 database whose calls go through a function: `statements` are about to run, `run` runs them. */

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Called once for each round trip. */
export type Around = (
  statements: readonly Statement[],
  run: () => Promise<D1Result[]>,
) => Promise<D1Result[]>;

interface Known extends Statement {
  readonly inner: D1PreparedStatement;
}

const known = new WeakMap<D1PreparedStatement, Known>();

export function intercepted(inner: D1Database, around: Around): D1Database {
  const wrap = (statement: Known): D1PreparedStatement => {
    const all = async (): Promise<D1Result> => {
      const [result] = await around([statement], async () => [await statement.inner.all()]);
      if (result === undefined) throw new Error("a statement without a result");
      return result;
    };
    const wrapped = {
      bind: (...values: unknown[]) =>
        wrap({ sql: statement.sql, values, inner: statement.inner.bind(...values) }),
      all,
      run: all,
      first: async (column?: string) => {
        const row = (await all()).results[0] as Record<string, unknown> | undefined;
        return row === undefined ? null : column === undefined ? row : row[column];
      },
      raw: () => {
        throw new Error("raw() is not intercepted");
      },
    } as unknown as D1PreparedStatement;
    known.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (sql: string) => wrap({ sql, values: [], inner: inner.prepare(sql) }),
    batch: async (list: D1PreparedStatement[]) => {
      const statements = list.map((statement) => {
        const one = known.get(statement);
        if (one === undefined) throw new Error("a statement of another database");
        return one;
      });
      return await around(statements, () => inner.batch(statements.map((one) => one.inner)));
    },
  } as unknown as D1Database;
}

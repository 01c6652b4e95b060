/** A D1 database made of a function. */

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** Called once for each round trip. Several statements are one transaction. */
export type Run = (statements: readonly Statement[]) => Promise<D1Result[]>;

const known = new WeakMap<D1PreparedStatement, Statement>();

export function databaseOf(run: Run): D1Database {
  const wrap = (statement: Statement): D1PreparedStatement => {
    const all = async (): Promise<D1Result> => {
      const [result] = await run([statement]);
      if (result === undefined) throw new Error("a statement without a result");
      return result;
    };
    const wrapped = {
      bind: (...values: unknown[]) => wrap({ sql: statement.sql, values }),
      all,
      run: all,
      first: async (column?: string) => {
        const row = (await all()).results[0] as Record<string, unknown> | undefined;
        return row === undefined ? null : column === undefined ? row : row[column];
      },
      raw: () => {
        throw new Error("raw() is not supported");
      },
    } as unknown as D1PreparedStatement;
    known.set(wrapped, statement);
    return wrapped;
  };
  return {
    prepare: (sql: string) => wrap({ sql, values: [] }),
    batch: async (list: D1PreparedStatement[]) => {
      const statements = list.map((statement) => {
        const one = known.get(statement);
        if (one === undefined) throw new Error("a statement of another database");
        return one;
      });
      return await run(statements);
    },
  } as unknown as D1Database;
}

/** Runs the statements in a real database. */
export async function runIn(
  database: D1Database,
  statements: readonly Statement[],
): Promise<D1Result[]> {
  const prepared = statements.map(({ sql, values }) => database.prepare(sql).bind(...values));
  const [first] = prepared;
  return first !== undefined && prepared.length === 1
    ? [await first.all()]
    : await database.batch(prepared);
}

/**
 * A fence: a statement that fails its whole batch if data has changed since the batch was prepared. D1 has neither
 * transactions nor RAISE outside triggers. So the fence uses an invalid JSON path, which fails, and SQLite quotes
 * the path in its error.
 */

const pathOf = (name: string): string => `'fence ${name}'`;

/** `holds`: SQL with `?1` … for `values`; if it is not true, nothing of the batch is done. */
export function fenceStatement(
  db: D1Database,
  name: string,
  holds: string,
  ...values: readonly (string | number)[]
): D1PreparedStatement {
  return db
    .prepare(`SELECT json_extract('{}', ${pathOf(name)}) WHERE NOT coalesce((${holds}), 0)`)
    .bind(...values);
}

/** True if this fence has failed the batch. */
export function isFenced(error: unknown, name: string): boolean {
  return error instanceof Error && error.message.includes(pathOf(name));
}

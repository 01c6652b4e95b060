/**
 * A fence: a statement that fails its whole batch where something has changed since the batch was
 * thought of. D1 has neither transactions nor RAISE outside triggers; a path into JSON that is none
 * fails, and the error quotes it.
 */

const pathOf = (name: string): string => `'fence ${name}'`;

/** `holds`: SQL with `?1` … for `values`; where it is not true nothing of the batch is done. */
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

/** Whether it was that fence that failed a batch. */
export function isFenced(error: unknown, name: string): boolean {
  return error instanceof Error && error.message.includes(pathOf(name));
}

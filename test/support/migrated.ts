/**
 * An empty database with all migrations: the first time by the migrations, and from then on by the statements that make
 * what they left. (Vitest evaluates set-up files again for each test file, so this is a module beside them.)
 */
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

/** What makes an empty database as the migrations leave it; null before they have run in this Worker. */
let migrated: readonly string[] | null = null;

/** The schema and the rows, as SQL. Rows come before the triggers, which have run already. */
export async function statementsOfDatabase(): Promise<readonly string[]> {
  const { results: schema } = await env.DB.prepare(
    `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL
     AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY rowid`,
  ).all<{ type: string; name: string; sql: string }>();
  const tables = schema.filter(({ type }) => type === "table");
  const inserts: string[] = [];
  for (const { name } of tables) {
    // Generated columns are not in this list.
    const { results } = await env.DB.prepare(`PRAGMA table_info("${name}")`).all<{
      name: string;
    }>();
    const columns = results.map((column) => `"${column.name}"`);
    const { results: rows } = await env.DB.prepare(
      `SELECT concat_ws(', ', ${columns.map((column) => `quote(${column})`).join(", ")}) AS cells FROM "${name}"`,
    ).all<{ cells: string }>();
    inserts.push(
      ...rows.map(({ cells }) => `INSERT INTO "${name}" (${columns.join(", ")}) VALUES (${cells})`),
    );
  }
  const others = schema.filter(({ type }) => type !== "table");
  return [...tables.map(({ sql }) => sql), ...inserts, ...others.map(({ sql }) => sql)];
}

/** The migrations, one by one, take nine times as long as these statements, and most files take less than a second. */
export async function migrate(): Promise<void> {
  if (migrated === null) {
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    migrated = await statementsOfDatabase();
  } else {
    await env.DB.batch(migrated.map((sql) => env.DB.prepare(sql)));
  }
}

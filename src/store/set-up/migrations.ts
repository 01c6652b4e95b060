/** The migrations that this version of the Worker was built with, and those that the database does not have. */
import { entries } from "../../../migrations/meta/_journal.json";
import { errorText } from "../../log";

/** In the order in which they are applied; the journal is what drizzle-kit keeps of the folder. */
const migrationNames: readonly string[] = entries.map(({ tag }) => `${tag}.sql`);

/** The table that wrangler keeps; a row for each migration. */
const appliedSql = "SELECT name FROM d1_migrations";

/**
 * Names of migrations that were not applied; all of them in a database without wrangler's table. Migrations of a
 * newer version are no fault: a Worker that was taken back runs on them.
 */
export async function loadMissingMigrations(db: D1Database): Promise<readonly string[]> {
  try {
    const { results } = await db.prepare(appliedSql).all<{ name: string }>();
    const applied = new Set(results.map(({ name }) => name));
    return migrationNames.filter((name) => !applied.has(name));
  } catch (error) {
    if (errorText(error).includes("no such table: d1_migrations")) return migrationNames;
    throw error;
  }
}

/** The migrations that this version of the Worker was built with, and which of them the database does not have. */
import { errorText } from "../../log";
import { MIGRATIONS } from "./migration-count";

/** The names of the migrations begin with these: `0000`, `0001` … */
const numbers: readonly string[] = Array.from({ length: MIGRATIONS }, (_, place) =>
  String(place).padStart(4, "0"),
);

/** The table that wrangler maintains; one row for each migration. */
const appliedSql = "SELECT name FROM d1_migrations";

/**
 * Numbers of migrations that were not applied; all of them if the database does not have wrangler's table.
 * Migrations of a newer version are allowed: after a rollback, an older Worker runs on them.
 */
export async function loadMissingMigrations(db: D1Database): Promise<readonly string[]> {
  try {
    const { results } = await db.prepare(appliedSql).all<{ name: string }>();
    const applied = new Set(results.map(({ name }) => name.slice(0, 4)));
    return numbers.filter((number) => !applied.has(number));
  } catch (error) {
    if (errorText(error).includes("no such table: d1_migrations")) return numbers;
    throw error;
  }
}

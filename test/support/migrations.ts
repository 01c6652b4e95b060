/** The schema before a migration, and that migration alone. */
import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";

function indexOf(prefix: string): number {
  const index = env.TEST_MIGRATIONS.findIndex(({ name }) => name.startsWith(prefix));
  if (index < 0) throw new Error(`no migration begins with ${prefix}`);
  return index;
}

/** Empties the database and applies the migrations before the one whose name begins with the prefix. */
export async function migrateUpTo(prefix: string): Promise<void> {
  await env.DB.prepare("SELECT 1").run();
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, indexOf(prefix)));
}

const dropOf = (table: string, column: string): string => `ALTER TABLE ${table} DROP ${column}`;

interface AddedColumn {
  readonly add: string;
  readonly drop: string;
}

/** Columns that this and later migrations add, for current code that runs before them; drop the last one first. */
export function columnsAddedFrom(prefix: string): readonly AddedColumn[] {
  const later = env.TEST_MIGRATIONS.slice(indexOf(prefix)).flatMap(({ queries }) => queries);
  const created = new Set(
    later.flatMap((query) => /CREATE TABLE `?(\w+)`?/.exec(query)?.[1] ?? []),
  );
  const added: AddedColumn[] = [];
  for (const query of later) {
    const [add, table = "", column = ""] =
      /ALTER TABLE `?(\w+)`? ADD `?(\w+)`? [^;]*/.exec(query) ?? [];
    const [, of = "", from = "", to = ""] =
      /ALTER TABLE `(\w+)` RENAME COLUMN `(\w+)` TO `(\w+)`/.exec(query) ?? [];
    const renamed = added.findIndex(({ drop }) => drop === dropOf(of, from));
    if (renamed >= 0) {
      added[renamed] = { add: `ALTER TABLE ${of} ADD ${to} text`, drop: dropOf(of, to) };
    }
    // A table that a later migration creates has all its columns.
    if (add !== undefined && !created.has(table)) added.push({ add, drop: dropOf(table, column) });
  }
  return added;
}

/** Applies the remaining migrations. */
export async function migrateOn(): Promise<void> {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
}

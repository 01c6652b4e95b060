/** The schema as it stood before a migration, and that migration by itself. */
import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";

function indexOf(prefix: string): number {
  const index = env.TEST_MIGRATIONS.findIndex(({ name }) => name.startsWith(prefix));
  if (index < 0) throw new Error(`no migration begins with ${prefix}`);
  return index;
}

/** An empty database, migrated up to but without the one whose name begins so. */
export async function migrateUpTo(prefix: string): Promise<void> {
  await env.DB.prepare("SELECT 1").run();
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS.slice(0, indexOf(prefix)));
}

interface AddedColumn {
  readonly add: string;
  readonly drop: string;
}

/** The columns that the migrations add from this one on, for code of today that runs before them. */
export function columnsAddedFrom(prefix: string): readonly AddedColumn[] {
  const later = env.TEST_MIGRATIONS.slice(indexOf(prefix)).flatMap(({ queries }) => queries);
  const created = new Set(
    later.flatMap((query) => /CREATE TABLE `?(\w+)`?/.exec(query)?.[1] ?? []),
  );
  return later.flatMap((query) => {
    const [add, table = "", column = ""] =
      /ALTER TABLE `?(\w+)`? ADD `?(\w+)`? [^;]*/.exec(query) ?? [];
    // A table that came later comes with all its columns.
    return add === undefined || created.has(table)
      ? []
      : [{ add, drop: `ALTER TABLE ${table} DROP ${column}` }];
  });
}

/** What is left of the migrations. */
export async function migrateOn(): Promise<void> {
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
}

/** Test files start with a copy of the migrated database: it is what the migrations make. */
import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { migrate, statementsOfDatabase } from "../support/migrated";

it("is the same database, whether migrations or a copy of their work made it", async () => {
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  const migrated = await statementsOfDatabase();
  await reset();
  await migrate();
  // The times of the migrations, and a random key that one of them makes.
  const settled = (sql: string): string =>
    sql.replace(/'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d'\)$/, "").replace(/'[0-9a-f]{64}'/, "");
  expect((await statementsOfDatabase()).map(settled)).toEqual(migrated.map(settled));
  expect(migrated.filter((sql) => sql.startsWith('INSERT INTO "d1_migrations"'))).toHaveLength(
    env.TEST_MIGRATIONS.length,
  );
});

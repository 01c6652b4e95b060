/** `extra` is stored with short keys, and read in full. */
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { entities, entityNames } from "../../src/projection/registers";
import { fullKeysSql, shortenKeys } from "../../src/store/short-keys";
import { migrateOn, migrateUpTo } from "../support/migrations";
import { row, rows } from "../support/receiver";
import { clearTables } from "../support/rows";

const seed = Number(env.TEST_SEED);
const shortened = ["orders", "shipments"] as const;
type Shortened = (typeof shortened)[number];

const longKeys = (entity: Shortened): readonly string[] =>
  [...fullKeysSql(entity).matchAll(/'"(\w+)":'/g)].map(([, key = ""]) => key);

beforeEach(clearTables);

/** Stores each text as the Worker does, and reads what queries then see. */
async function readBack(entity: Shortened, texts: readonly string[]): Promise<readonly unknown[]> {
  const { key } = entities[entity];
  await env.DB.prepare(
    `INSERT INTO ${entity} (${key}, short_extra, updated_at)
     SELECT printf('%05d', key), value, '' FROM json_each(?1)`,
  )
    .bind(JSON.stringify(texts.map((json) => shortenKeys(entity, json))))
    .run();
  return (await rows(`SELECT extra FROM ${entity} ORDER BY ${key}`)).map(({ extra }) => extra);
}

it.each(shortened)("gives back any JSON of %s to the letter", async (entity) => {
  const known = longKeys(entity);
  const text = fc.oneof(
    fc.constantFrom(...known, ...known.map((key) => `"${key}":`), '""a', '"', "\\", "a"),
    fc.string({ unit: "grapheme", maxLength: 6 }),
  );
  const joined = fc.array(text, { maxLength: 4 }).map((parts) => parts.join(""));
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      joined,
      fc.constantFrom(0, 1.5, true, null, "", [], {}),
      fc.array(tie("json"), { maxLength: 3 }),
      fc.dictionary(joined, tie("json"), { maxKeys: 4 }),
    ),
  }));
  const key = fc.oneof(fc.constantFrom(...known), joined);
  const extra = fc.dictionary(key, json, { minKeys: 1, maxKeys: 6 });
  const written = fc.sample(extra, { seed, numRuns: 3_000 }).map((value) => JSON.stringify(value));
  expect(written.filter((one) => shortenKeys(entity, one) !== one).length).toBeGreaterThan(300);
  expect(await readBack(entity, written)).toEqual(written);
});

it.each(shortened)("stores every key of the list of %s as three characters", (entity) => {
  expect(longKeys(entity).length).toBeGreaterThan(5);
  for (const key of longKeys(entity)) {
    expect(shortenKeys(entity, JSON.stringify({ [key]: 1, other: { [key]: "x" } }))).toMatch(
      /^\{""([a-z])1,"other":\{""\1"x"\}\}$/,
    );
  }
});

it.each(shortened)(
  "is read by the table of %s with the keys that the code writes",
  async (entity) => {
    const { sql } = await row("SELECT sql FROM sqlite_schema WHERE name = ?1", entity);
    expect(sql).toContain(`GENERATED ALWAYS AS (${fullKeysSql(entity)}) VIRTUAL`);
  },
);

it("is what existing rows are read as after the migration, which writes none of them", async () => {
  await migrateUpTo("0038");
  const extra = JSON.stringify({ total_boxes: 2, note: '""a', created_at: "2026-11-24" });
  for (const entity of entityNames) {
    await env.DB.prepare(
      `INSERT INTO ${entity} (${entities[entity].key}, extra, updated_at) VALUES ('A', ?1, ''), ('B', NULL, '')`,
    )
      .bind(extra)
      .run();
  }
  await migrateOn();
  for (const entity of entityNames) {
    expect(await rows(`SELECT extra FROM ${entity} ORDER BY 1 DESC`), entity).toEqual([
      { extra },
      { extra: null },
    ]);
  }
});

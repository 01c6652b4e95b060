/** The journal of the migrations, from which the Worker knows the required schema. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as z from "zod";
import { migrationNames } from "../../testbed/receiver/bundle.ts";

await test("the journal names every migration of the folder, in order", () => {
  const path = new URL("../../migrations/meta/_journal.json", import.meta.url);
  const { entries } = z
    .object({ entries: z.array(z.object({ tag: z.string() })) })
    .parse(JSON.parse(readFileSync(path, "utf8")));
  assert.deepEqual(
    entries.map(({ tag }) => `${tag}.sql`),
    migrationNames(),
  );
  // The Worker knows them by their numbers.
  assert.deepEqual(
    entries.map(({ tag }) => Number(tag.slice(0, 4))),
    entries.map((_, place) => place),
  );
});

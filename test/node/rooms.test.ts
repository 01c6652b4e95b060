/** Keeps the project easy to navigate: no folder has more files than a reader can survey. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const FILES_MAX = 15;

function foldersIn(folder: string): readonly string[] {
  const inner = readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
  return [folder, ...inner.flatMap(foldersIn)];
}

await test(`no folder of src, cli, testbed or tools holds more than ${FILES_MAX} files`, () => {
  const folders = ["src", "cli", "testbed", "tools"].flatMap(foldersIn);
  const counts = folders.map((folder) => {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    return { folder, files: entries.filter((entry) => entry.isFile()).length };
  });
  assert.ok(counts.length > 20);
  assert.deepEqual(
    counts.filter(({ files }) => files > FILES_MAX),
    [],
  );
});

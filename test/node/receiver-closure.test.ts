/**
 * The imports of the receiver. It stores events and reads only their identity from them, so its direct and indirect
 * imports stay few, and none of them uses the suppression list.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

const src = resolve(import.meta.dirname, "../../src");
const room = join(src, "receiver");

/** Type imports count too: a reader must understand them as well. */
const relativeImport = /\bfrom "(\.{1,2}\/[^"]+)"/g;

function fileOf(from: string, specifier: string): string {
  const base = resolve(dirname(from), specifier);
  const found = [base, `${base}.ts`, `${base}.tsx`, join(base, "index.ts")].find(
    (path) => /\.tsx?$/.test(path) && existsSync(path),
  );
  assert.ok(found !== undefined, `${from} imports ${specifier}`);
  return found;
}

/** Every file that these import, directly or indirectly, and the files themselves. */
function closureOf(files: readonly string[]): readonly string[] {
  const closure = new Set(files);
  for (const file of closure) {
    const text = readFileSync(file, "utf8");
    for (const [, specifier = ""] of text.matchAll(relativeImport)) {
      closure.add(fileOf(file, specifier));
    }
  }
  return [...closure];
}

const own = readdirSync(room).map((name) => join(room, name));
const closure = closureOf(own);

await test("the receiver imports at most 20 files beyond its own", () => {
  const others = closure.filter((file) => !own.includes(file)).map((file) => relative(src, file));
  assert.ok(others.length > 0);
  assert.ok(others.length <= 20, `${String(others.length)}: ${others.toSorted().join(", ")}`);
});

await test("none of them mentions erasure or the suppression list", () => {
  for (const file of closure) {
    const found = /erase|erasure|erasing|suppression/i.exec(readFileSync(file, "utf8"));
    assert.equal(found?.[0], undefined, relative(src, file));
  }
});

/**
 * What the receiver pulls in. It stores what comes and understands no more of it than whose event it is,
 * so what its files import, directly or not, stays small, and none of it knows of the suppression list.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";

const src = resolve(import.meta.dirname, "../../src");
const room = join(src, "receiver");

/** Types too: what is imported for its types alone has to be understood all the same. */
const relativeImport = /\bfrom "(\.{1,2}\/[^"]+)"/g;

function fileOf(from: string, specifier: string): string {
  const base = resolve(dirname(from), specifier);
  const found = [base, `${base}.ts`, `${base}.tsx`, join(base, "index.ts")].find(
    (path) => /\.tsx?$/.test(path) && existsSync(path),
  );
  assert.ok(found !== undefined, `${from} imports ${specifier}`);
  return found;
}

/** Every file that these import, directly or not, with themselves. */
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

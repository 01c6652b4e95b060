/**
 * One word for one thing: the words that docs/glossary.md refuses are not used, neither in prose nor in a part of a
 * name. The list comes from that page.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const GLOSSARY = "docs/glossary.md";
const folders = ["src", "cli", "testbed", "tools", "docs"];

function readRefused(): readonly string[] {
  const page = readFileSync(new URL(GLOSSARY, root), "utf8");
  const section = page.split("\n## Words that are refused\n")[1]?.split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| *([^|]+?) *\| *([^|]+?) *\|$/gm)];
  return rows.slice(2).map(([, , word = ""]) => word);
}

/** `takeAgain` -> `take again`; names of columns, indexes and stored values are in snake case and not split. */
function wordsOf(line: string): string {
  return line
    .replaceAll(/([a-z0-9])(?=[A-Z])/g, "$1 ")
    .replaceAll("-", " ")
    .toLowerCase();
}

function textFiles(): readonly string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: "utf8" }).map(
        (name) => `${folder}/${name.replaceAll("\\", "/")}`,
      ),
    )
    .filter((path) => /\.(tsx?|mjs|js|css|md|yml)$/.test(path) && path !== GLOSSARY);
}

void test("the list is found", () => {
  const refused = readRefused();
  assert.ok(refused.includes("set aside") && refused.includes("mend") && refused.length > 20);
});

void test("a name is read as words", () => {
  assert.equal(wordsOf("const takeAgain = isRipe;"), "const take again = is ripe;");
});

void test("no file uses a word that the glossary refuses, in its text or its name", () => {
  const pattern = new RegExp(`\\b(?:${readRefused().join("|")})\\b`);
  const found = textFiles().flatMap((path) =>
    [path, ...readFileSync(new URL(path, root), "utf8").split("\n")].flatMap((line, index) => {
      const word = pattern.exec(wordsOf(line))?.[0];
      return word === undefined ? [] : [`${path}:${String(index)}: "${word}" in ${line.trim()}`];
    }),
  );
  assert.deepEqual(found, []);
});

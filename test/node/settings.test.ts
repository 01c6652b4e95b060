/** Compares the table of settings with config.ts, and checks that the generated files are up to date. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as z from "zod";
import { parseConfig, secretNames } from "../../src/config.ts";
import { expectedForm } from "../../tools/docs/configuration.ts";
import { askedByButton } from "../../tools/docs/dev-vars.ts";
import { madePages } from "../../tools/docs/pages.ts";
import { bindings } from "../../tools/settings/bindings.ts";
import { settings } from "../../tools/settings/table.ts";

const root = new URL("../../", import.meta.url);

await test("the table names every setting that is read, and no other", () => {
  const read = new Set<string>();
  const env = new Proxy({}, { get: (_, name) => void read.add(String(name)) });
  parseConfig(env);
  const named = settings.map(({ name }) => name);
  assert.deepEqual(named.toSorted(), [...read].toSorted());
  assert.equal(new Set(named).size, named.length);
  const secrets = settings.filter(({ kind }) => kind === "secret").map(({ name }) => name);
  assert.deepEqual(secrets, [...secretNames]);
});

await test("the default is what holds where nothing is set", () => {
  for (const { name, otherwise } of settings) {
    if (otherwise !== null)
      assert.deepEqual(parseConfig({ [name]: otherwise }), parseConfig({}), name);
  }
});

await test("what the table takes is taken; what it refuses is named, and never quoted", () => {
  for (const setting of settings) {
    const { name, taken, refused } = setting;
    for (const value of taken) assert.deepEqual(parseConfig({ [name]: value }).problems, [], name);
    for (const value of refused) {
      const [problem = "", ...others] = parseConfig({ [name]: value }).problems;
      assert.ok(problem.startsWith(`${name} is not usable`), `${name}=${value}`);
      assert.ok(!problem.includes(value) || expectedForm(setting).includes(value));
      assert.deepEqual(others, []);
    }
    assert.notEqual(expectedForm(setting), "", name);
  }
});

await test("a deploy button asks for what has to be set, and says what it is", () => {
  const example = readFileSync(new URL(".dev.vars.example", root), "utf8");
  const asked = [...example.matchAll(/^([A-Z][A-Z0-9_]+)=(.*)$/gm)];
  assert.deepEqual(
    asked.map(([, name, value]) => [name, value]),
    askedByButton.map((name) => [name, '""']),
    "a value here would be offered as one for production",
  );
  const described = z
    .object({ cloudflare: z.object({ bindings: z.record(z.string(), z.unknown()) }) })
    .parse(JSON.parse(readFileSync(new URL("package.json", root), "utf8"))).cloudflare.bindings;
  const required = bindings.filter(({ without }) => without === "required");
  assert.deepEqual(
    Object.keys(described).toSorted(),
    [...askedByButton, ...required.map(({ name }) => name)].toSorted(),
  );
});

/** The text without its layout: the formatter pads tables and breaks no lines. */
const plain = (text: string): string => text.replaceAll(/-{3,}/g, "---").replaceAll(/[ \t]+/g, " ");

await test("the pages made from the code are not stale", async () => {
  for (const { path, text } of await madePages()) {
    const stored = readFileSync(new URL(path, root), "utf8");
    assert.equal(plain(stored), plain(text), `${path} is stale: npm run docs`);
  }
});

/** Whatever somebody is called, a terminal is given text: no cursor moves, no clipboard, no turned direction. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { createOutput, type Output } from "../../../testbed/terminal/output.ts";
import { printTable } from "../../../testbed/terminal/table.ts";
import { attacks, hidden, OWN_COLOUR } from "./attacks.ts";

/** An output whose streams are read. */
function capture(env: Readonly<Record<string, string>>, isTTY = false) {
  const said = { text: "" };
  const stream = { isTTY, columns: 60, write: (text: string) => (said.text += text) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that an output asks of a stream
  const fake = stream as unknown as NodeJS.WriteStream;
  return { said, out: createOutput({ stdin: fake, stdout: fake, stderr: fake }, env) };
}

const ways: readonly (readonly [name: string, say: (out: Output, text: string) => void])[] = [
  ["a line", (out, text) => out.print(`${out.colours.bold(text)} ${text}`)],
  ["text", (out, text) => out.text(text)],
  ["a note", (out, text) => out.note(text)],
  ["an error", (out, text) => out.error(text)],
  ["JSON", (out, text) => out.json({ [text]: text })],
  ["a line of JSON", (out, text) => out.jsonLine([text])],
  [
    "a table",
    (out, text) =>
      printTable(
        out,
        [{ title: "a", narrow: "cut" }, { title: "b", narrow: "wrap" }, { title: "" }],
        [
          [text.repeat(9), out.colours.yellow(text.repeat(9)), [text, text]],
          { remark: out.colours.dim(text) },
        ],
      ),
  ],
];

for (const [name, say] of ways) {
  await test(`${name} shows what is hidden, piped or not, in colours or not`, () => {
    for (const attack of attacks) {
      for (const isTTY of [false, true]) {
        for (const env of [{ NO_COLOR: "1" }, { FORCE_COLOR: "1" }]) {
          const { said, out } = capture(env, isTTY);
          say(out, attack);
          const bare = "FORCE_COLOR" in env ? said.text.replaceAll(OWN_COLOUR, "") : said.text;
          assert.doesNotMatch(bare, hidden, JSON.stringify(said.text));
        }
      }
    }
  });
}

await test("colours in somebody's name are not taken for ours", () => {
  const { said, out } = capture({ FORCE_COLOR: "1" });
  out.print(`${out.colours.red("x")} \u001b[32mok\u001b[0m \u001b[31;1m`);
  assert.equal(said.text, "\u001b[31mx\u001b[39m \\u001b[32mok\\u001b[0m \\u001b[31;1m\n");
});

await test("a line break in a name begins no line of a list", () => {
  const { said, out } = capture({ NO_COLOR: "1" });
  printTable(out, [{ title: "order" }], [["ORD-1\n✓ processed"]]);
  out.print("ORD-1\n✓ processed");
  assert.equal(said.text, "  order\n  ORD-1\\n✓ processed\nORD-1\\n✓ processed\n");
});

await test("JSON says the same, with escapes", () => {
  for (const attack of attacks) {
    const { said, out } = capture({});
    out.json({ name: attack });
    assert.deepEqual(JSON.parse(said.text), { name: attack });
  }
});

await test("a body is given byte for byte, but to a terminal", () => {
  const [piped, shown] = [capture({}), capture({}, true)];
  for (const { out } of [piped, shown]) out.raw('{"a":"\u001b]52;c;YQ==\u0007"}');
  assert.equal(piped.said.text, '{"a":"\u001b]52;c;YQ==\u0007"}');
  assert.doesNotMatch(shown.said.text, hidden);
});

await test("nothing of the command line writes past the one output", () => {
  const allowed = new Set(["cli/ce-webhooks.mjs", "testbed/terminal/output.ts"]);
  for (const folder of ["cli", "testbed"]) {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const path = `${folder}/${name.replaceAll("\\", "/")}`;
      if (!/\.m?ts$|\.mjs$/.test(name) || allowed.has(path)) continue;
      const text = readFileSync(path, "utf8");
      assert.doesNotMatch(text, /console\.(log|error|warn)\(|std(out|err)\.write\(/, path);
    }
  }
});

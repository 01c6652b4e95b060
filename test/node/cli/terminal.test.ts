/** Text from outside reaches a terminal only as text: no cursor moves, no clipboard, no change of direction. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { createOutput, type Output } from "../../../testbed/terminal/output.ts";
import { startProgress } from "../../../testbed/terminal/progress.ts";
import { printTable } from "../../../testbed/terminal/table.ts";
import type { EventRow } from "../../../cli/api/answers.ts";
import { describeEventLine } from "../../../cli/views/events.ts";
import { attacks, hidden, OWN_COLOUR } from "./attacks.ts";

/** An output whose streams can be read. */
function capture(env: Readonly<Record<string, string>>, isTTY = false, columns = 60) {
  const said = { text: "" };
  const stream = { isTTY, columns, write: (text: string) => (said.text += text) };
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

/** Event types of all lengths that a list may have, and hostile text. */
const events = [
  "payment.refund.initiated",
  "a.type.that.nobody.knows.yet",
  "order.created",
  null,
].flatMap((event_type, index) =>
  ["7", "ORD-104001", "x".repeat(90), "ORD-\u202e1"].map((subject_id) => ({
    id: `evt_${"9".repeat(index * 20)}`,
    event_type,
    form: (["envelope", "flat", "bare", null] as const)[index] ?? null,
    subject_id,
    order_number: null,
    received_at: index % 2 === 0 ? "2026-11-24T10:42:07.123Z" : "2026-11-20T10:42:07.123Z",
    status: (["processed", "quarantined", "received", "failed"] as const)[index] ?? "ignored",
    error: null,
    redeliveries: 0,
    conflicts: 0,
  })),
);

await test("lines that are printed one by one have their columns in the same places", () => {
  const when = { now: new Date("2026-11-24T12:00:00.000Z"), timeZone: null };
  for (const columns of [60, 80, 120, 200]) {
    const { said, out } = capture({ NO_COLOR: "1" }, true, columns);
    for (const event of events) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a line shows of an event
      for (const line of describeEventLine(out, event as unknown as EventRow, when))
        out.print(line);
    }
    const lines = said.text.trimEnd().split("\n");
    assert.equal(lines.length, events.length);
    // Two spaces before every column, whatever its content.
    const starts = [13, 28, 54, ...(columns < 100 ? [] : [64])];
    for (const line of lines) {
      for (const at of starts) assert.match(line.padEnd(80).slice(at, at + 3), /^ {2}\S?/, line);
      assert.ok(line.length <= Math.max(columns, 72), `${columns}: ${line}`);
    }
  }
});

await test("progress never runs backwards, whatever is counted anew", (t) => {
  const { said, out } = capture({ NO_COLOR: "1" });
  let now = 0;
  t.mock.method(performance, "now", () => (now += 5_000));
  const { update, stop } = startProgress(out, "applying", 10);
  for (const done of [5, 3, 8, 0, 10]) update(done);
  stop();
  assert.deepEqual(
    [...said.text.matchAll(/applying: (\d+) of 10/g)].map(([, done]) => done),
    ["5", "5", "8", "8", "10"],
  );
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

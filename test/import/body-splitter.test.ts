/** The bodies of a file, in any layout, split into any chunks, or broken. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BodySplitter, type Piece } from "../../src/events/imports/body-splitter";
import { jsonTokens } from "../../src/events/json-text";

const MAX = 1_000;

function split(file: string, chunk = file.length, max = MAX): readonly Piece[] {
  const splitter = new BodySplitter(max);
  const pieces: Piece[] = [];
  for (let at = 0; at < file.length; at += chunk) {
    pieces.push(...splitter.push(file.slice(at, at + chunk)));
  }
  return [...pieces, ...splitter.end()];
}

const body = (line: number, text: string): Piece => ({ kind: "body", line, text });
const reasons = (pieces: readonly Piece[]) =>
  pieces.map((piece) =>
    piece.kind === "body" ? `${piece.line}` : `${piece.line}: ${piece.reason}`,
  );

describe("a file is split into its bodies", () => {
  it.each([
    ["one object", '{"a":1}', [body(1, '{"a":1}')]],
    [
      "one object on many lines",
      '\uFEFF{\n  "a": [ 1,\n {"b c": " "} ]\n}\n',
      [body(1, '{"a":[1,{"b c":" "}]}')],
    ],
    ["a list", '[{"a":1}, {"a":2}]', [body(1, '{"a":1}'), body(1, '{"a":2}')]],
    [
      "a list on many lines",
      '[\n  {\n    "a": 1\n  },\n  {"a": 2}\n]\n',
      [body(2, '{"a":1}'), body(5, '{"a":2}')],
    ],
    [
      "NDJSON",
      '{"a":1}\r\n\n{"a":"}"}\n{"a":"\\"["}',
      [body(1, '{"a":1}'), body(3, '{"a":"}"}'), body(4, '{"a":"\\"["}')],
    ],
    [
      "a list under a name",
      '{"total": 2, "orders": [{"a":1},\n{"a":2}], "page": {"next": [1]}}',
      [body(1, '{"a":1}'), body(2, '{"a":2}')],
    ],
    [
      "a list under two names",
      '{"success":true,"content":{"page":{},"orders":[{"a":1}]}}\n{"data":[{"a":2}]}',
      [body(1, '{"a":1}'), body(2, '{"a":2}')],
    ],
    [
      "an envelope",
      '{"event_type":"order.created","data":{"order_items":[{"a":1}]}}',
      [body(1, '{"event_type":"order.created","data":{"order_items":[{"a":1}]}}')],
    ],
    [
      "an order with lists",
      '{"order_number":"A","payments":[{"x":1}],"shipments":[]}',
      [body(1, '{"order_number":"A","payments":[{"x":1}],"shipments":[]}')],
    ],
    ["an empty list", "[]\n", []],
    [
      "a number with many digits",
      '{"id":12345678901234567890}',
      [body(1, '{"id":12345678901234567890}')],
    ],
  ])("%s", (_, file, expected) => {
    expect(split(file)).toEqual(expected);
    for (const chunk of [1, 2, 7]) expect(split(file, chunk)).toEqual(expected);
  });

  it("does so wherever the chunks end, and whatever is in the bodies", () => {
    const bodies = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 8 });
    fc.assert(
      fc.property(
        bodies,
        fc.constantFrom(0, 1, 2),
        fc.integer({ min: 1, max: 40 }),
        (list, way, chunk) => {
          // A body that has only the names of wrappers would be read as a wrapper.
          const given = list.map((one) => ({ order_number: "A", ...one }));
          const file =
            way === 0
              ? given.map((one) => JSON.stringify(one)).join("\n")
              : JSON.stringify(given, null, way === 1 ? 0 : 2);
          const texts = split(file, chunk, 1_000_000).map(
            (piece) => piece.kind === "body" && piece.text,
          );
          expect(texts).toEqual(given.map((one) => JSON.stringify(one)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("reports what is broken with its line, and goes on", () => {
    const file = [
      '{"a":1}',
      "nonsense",
      '{"a":',
      '{"a":2}',
      '{"a":"cut',
      '{"a":{"b":1}}}',
      '{"a":3}',
      '{"a":[{"b":1},',
    ].join("\n");
    expect(reasons(split(file))).toEqual([
      "1",
      "2: it is not a JSON object",
      "3: a bracket is missing in it",
      "4",
      "5: a line ends inside a text",
      "6",
      "6: it is not a JSON object",
      "7",
      "8: it has no end",
    ]);
    for (const chunk of [1, 3, 10])
      expect(reasons(split(file, chunk))).toEqual(reasons(split(file)));
  });

  it("goes on with the next body of a list", () => {
    const file =
      '[\n  {\n    "a": [{"b": 1\n  },\n  {\n    "a": [\n      {"b":1}\n    ]\n  },\n  7,\n  {"c":1}\n]';
    expect(reasons(split(file))).toEqual([
      "2: it has no end; nothing after it on its line is read",
      "5",
      "10: it is not a JSON object",
      "11",
    ]);
    expect(reasons(split('[{"a":1},\n{"b":2},\n'))).toEqual([
      "1",
      "2",
      "3: the file ends inside a list: it is cut short",
    ]);
  });

  it("refuses what is too long, and keeps no more of it", () => {
    const long = JSON.stringify({ a: "x".repeat(MAX) });
    expect(reasons(split(`{"a":1}\n${long}\n{"a":2}`, 64))).toEqual([
      "1",
      `2: it is longer than ${MAX} characters`,
      "3",
    ]);
    expect(reasons(split(`{"note":"${"x".repeat(MAX * 3)}`, 64)).length).toBe(1);
  });

  it("gives up a file that is broken everywhere, in bounded time", () => {
    const file = '{"a":[\n'.repeat(100_000);
    const startedAt = Date.now();
    const pieces = split(file, 65_536, 1_048_576);
    expect(pieces.every(({ kind }) => kind === "broken")).toBe(true);
    expect(Date.now() - startedAt).toBeLessThan(60_000);
  });

  it("leaves the tokens of a body as they are", () => {
    const text = '{ "a" : [ 1.50 , -2e9 , "\\u00e9 \\n" ] , "a" : null }';
    const [piece] = split(text);
    const tokens = Array.from(jsonTokens(text), ([token]) => token);
    expect(piece).toEqual(body(1, tokens.join("")));
  });
});

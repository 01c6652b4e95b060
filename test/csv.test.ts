/**
 * Lines of comma-separated values: quoting, formulas, amounts, and a stream that reads a page only when it is needed.
 */
import { describe, expect, it } from "vitest";
import { csvLine, csvStream } from "../src/csv";
import { decimal } from "../src/money";

describe("a line", () => {
  it.each([
    [["a", 1, null, ""], "a,1,,\r\n"],
    [
      ["a,b", 'say "x"', "two\nlines", "two\r\nlines"],
      '"a,b","say ""x""","two\nlines","two\r\nlines"\r\n',
    ],
    [[" padded ", "आशा"], " padded ,आशा\r\n"],
  ])("quotes what needs it, and nothing else: %j", (cells, line) => {
    expect(csvLine(cells)).toBe(line);
  });

  it.each([
    ["=1+1", "'=1+1"],
    ["+cmd", "'+cmd"],
    ["-cmd", "'-cmd"],
    ["@sum", "'@sum"],
    ["\tx", "'\tx"],
    ["＝1", "'＝1"],
    ["\r=1", `"'\r=1"`],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ["-1e5+1", "'-1e5+1"],
    ["+", "'+"],
  ])("makes no formula of %j", (cell, written) => {
    expect(csvLine([cell])).toBe(`${written}\r\n`);
  });

  it.each(["-12.5", "+12", "0", "-0.000001", "a=b", "***210"])("leaves %s as it is", (cell) => {
    expect(csvLine([cell])).toBe(`${cell}\r\n`);
  });
});

it.each([
  [1_234_500_000, "1234.5"],
  [1_000_000, "1"],
  [0, "0"],
  [-500_000, "-0.5"],
  [1, "0.000001"],
  [10_000_000, "10"],
  [Number.MAX_SAFE_INTEGER, "9007199254.740991"],
  [null, null],
])("writes %d millionths as a decimal", (micros, text) => {
  expect(decimal(micros)).toBe(text);
});

describe("a stream", () => {
  const columns = [
    { head: "n", cell: (row: number) => row },
    { head: "twice", cell: (row: number) => row * 2 },
  ];

  async function* pages(read: number[], missing: string | null) {
    for (const page of [1, 2, 3]) {
      read.push(page);
      yield await Promise.resolve([page, page * 10]);
    }
    return missing;
  }

  it("has a head, the rows of each page, and at the end what is missing", async () => {
    const file = "n,twice\r\n1,2\r\n10,20\r\n2,4\r\n20,40\r\n3,6\r\n30,60\r\n";
    expect(await new Response(csvStream(columns, pages([], null))).text()).toBe(file);
    const cut = await new Response(csvStream(columns, pages([], "Not complete, more"))).text();
    expect(cut).toBe(`${file}"Not complete, more"\r\n`);
  });

  it("begins with the mark by which Excel reads UTF-8", async () => {
    const bytes = new Uint8Array(
      await new Response(csvStream(columns, pages([], null))).arrayBuffer(),
    );
    expect(Array.from(bytes.slice(0, 3))).toEqual([0xef, 0xbb, 0xbf]);
  });

  it("reads a page when the one before has been taken", async () => {
    const read: number[] = [];
    const reader = csvStream(columns, pages(read, null)).getReader();
    await reader.read();
    expect(read.length).toBeLessThanOrEqual(1);
    await reader.read();
    await reader.read();
    expect(read.length).toBeLessThanOrEqual(3);
    await reader.cancel();
  });

  it("fails where a page cannot be read, and is not taken for complete", async () => {
    async function* broken(): AsyncGenerator<readonly number[], string | null> {
      yield await Promise.resolve([1]);
      throw new Error("D1 is gone");
    }
    await expect(new Response(csvStream(columns, broken())).text()).rejects.toThrow("D1 is gone");
  });
});

/** The texts that people read about refused data. */
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { describeIssues } from "../../src/events/issues";

const model = z.strictObject({
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(3))),
  count: z.optional(z.int().check(z.minimum(1), z.maximum(9))),
  kind: z.optional(z.enum(["a", "b"])),
  list: z.optional(z.array(z.string()).check(z.maxLength(1))),
  either: z.optional(z.union([z.string(), z.number()])),
  day: z.optional(z.string().check(z.regex(/^\d{4}$/, "a year is YYYY"))),
});

describe("what is wrong", () => {
  test.each<[object, string]>([
    [{ name: 1 }, "name: expected string, received number"],
    [{ name: null }, "name: expected string, received null"],
    [{ name: [] }, "name: expected string, received array; name: expected at least 1 entry"],
    [{ name: {} }, "name: expected string, received object"],
    [{ name: "" }, "name: expected at least 1 character"],
    [{ name: "long" }, "name: expected at most 3 characters"],
    [{ count: Number("x") }, "count: expected number, received NaN"],
    [{ count: 1.5 }, "count: expected int, received number"],
    [{ count: 0 }, "count: expected at least 1"],
    [{ count: 10 }, "count: expected at most 9"],
    [{ kind: "c" }, "kind: expected one of a, b"],
    [{ list: ["a", "b"] }, "list: expected at most 1 entry"],
    [{ list: [2] }, "list.0: expected string, received number"],
    [{ either: true }, "either: expected string or number, received boolean"],
    [{ day: "now" }, "day: a year is YYYY"],
    [{ color: "red", size: 1 }, "not known: color, size"],
  ])("of %j is said in words", (value, expected) => {
    const { error } = model.safeParse(value);
    expect(error && describeIssues(error)).toBe(expected);
  });

  test("stands under the path of what it is in, three things at most", () => {
    const { error } = model.safeParse({ name: 1, count: "", kind: 1, list: 1 });
    expect(error && describeIssues(error, "data")).toBe(
      "data.name: expected string, received number; data.count: expected number, received string; data.kind: expected one of a, b",
    );
  });
});

/**
 * Error texts for invalid data from outside: zod/mini has none, and its own locales describe kinds of data that
 * do not occur here.
 */
import * as z from "zod/mini";

const units: Readonly<Record<string, readonly [one: string, more: string]>> = {
  string: [" character", " characters"],
  array: [" entry", " entries"],
};

function amount(value: number | bigint, origin: string): string {
  const [one, more] = units[origin] ?? ["", ""];
  return `${String(value)}${value === 1 ? one : more}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : typeof value;
}

/** The kinds of values that a union accepts: `expected string or number, received object`. */
function unionWords({ errors, input }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  const expected = errors
    .flat()
    .map((one) => (one.code === "invalid_type" && one.path.length === 0 ? one.expected : null));
  const kinds = expected.filter((kind) => kind !== null && kind !== "bigint");
  const isPlain = expected.length > 0 && !expected.includes(null);
  return isPlain
    ? `expected ${kinds.join(" or ")}, received ${kindOf(input)}`
    : "of no form that is known";
}

function wordsFor(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}, received ${kindOf(issue.input)}`;
    case "invalid_value":
      return `expected one of ${issue.values.join(", ")}`;
    case "too_small":
      return `expected at least ${amount(issue.minimum, issue.origin)}`;
    case "too_big":
      return `expected at most ${amount(issue.maximum, issue.origin)}`;
    case "unrecognized_keys":
      return `not known: ${issue.keys.join(", ")}`;
    case "invalid_union":
      return unionWords(issue);
    case "invalid_format":
    case "invalid_key":
    case "invalid_element":
    case "not_multiple_of":
    case "custom":
      return "of no form that is known";
  }
}

z.config({ localeError: wordsFor });

/** `data.amount: expected number, received string`, for the first few errors. */
export function describeIssues(error: z.core.$ZodError, ...path: readonly string[]): string {
  const said = error.issues.slice(0, 3).map((issue) => {
    const place = [...path, ...issue.path.map(String)].join(".");
    return place === "" ? issue.message : `${place}: ${issue.message}`;
  });
  return said.join("; ");
}

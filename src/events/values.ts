/** The kinds of values in bodies, independent of their meaning. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; undefined if there is none, or if it is not JSON. */
export function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An integer that may be beyond 2^53, at a place where JSON allows a number. */
const LONG_INTEGER = /[:[,\s]-?\d{16,}(?=[\s,\]}])/;

/** A reviver. `context.source` is the original text of the number; the compiler's library does not know it yet. */
function keepDigits(
  _key: string,
  value: unknown,
  { source = "" }: { readonly source?: string } = {},
): unknown {
  const isLong = typeof value === "number" && !Number.isSafeInteger(value);
  const isKept = isLong && source.length <= INTEGER_MAX_DIGITS && /^-?\d+$/.test(source);
  return isKept ? BigInt(source) : value;
}

/**
 * A reviver costs half a microsecond for each value, so a body with more values than this (a real one of 1 MB has
 * some 20,000) is parsed without it. And a bigint costs the square of its digits; no id has more than these.
 */
const REVIVED_MAX_VALUES = 60_000;
const INTEGER_MAX_DIGITS = 200;

/** Whether there are at most so many values: each stands behind a comma or a bracket that is in no text. */
function hasAtMost(values: number, json: string): boolean {
  let count = 1;
  let isInText = false;
  for (let at = 0; at < json.length && count <= values; at += 1) {
    const sign = json[at];
    if (sign === '"') isInText = !isInText;
    else if (isInText) at += sign === "\\" ? 1 : 0;
    else if (sign === "," || sign === "[" || sign === "{") count += 1;
  }
  return count <= values;
}

/**
 * Like `parseJson`, but an integer beyond 2^53 keeps its digits, as a bigint, so that two ids that differ in the
 * last digit stay different. The slow way is used only if a body contains such a number.
 */
export function parseBody(body: string): unknown {
  // A byte order mark is not valid JSON, but some senders write one; the stored body keeps it.
  const text = body.replace(/^\uFEFF/, "");
  if (!LONG_INTEGER.test(text) || !hasAtMost(REVIVED_MAX_VALUES, text)) return parseJson(text);
  try {
    return JSON.parse(text, keepDigits);
  } catch {
    // Reads also a body that is nested too deep for a reviver's stack.
    return parseJson(text);
  }
}

/** The limit of a stored text: a row repeats some texts, and D1 allows 2 MB per row. */
const TEXT_MAX_CHARACTERS = 262_144;

/**
 * Text, or a number as text (identifiers are often numbers): well-formed Unicode, since D1 would replace a lone
 * surrogate. Blank counts as absent; a text that is too long for a row is cut.
 */
export function textOf(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "string" || value.trim() === "") return null;
  return value.slice(0, TEXT_MAX_CHARACTERS).toWellFormed();
}

/** Whether a field has a value: it is neither absent nor null. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The first value that is present. */
export function firstOf<T>(...values: readonly (T | null | undefined)[]): T | null {
  for (const value of values) if (value !== null && value !== undefined) return value;
  return null;
}

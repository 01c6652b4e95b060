/** The kinds of value that bodies are made of, and nothing about what they mean. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What JSON text says; undefined where there is none, or it is no JSON. */
export function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An integer that may lie beyond 2^53, where a JSON number may stand. */
const LONG_INTEGER = /[:[,\s]-?\d{16,}(?=[\s,\]}])/;

/** A reviver. `context.source` is the number as it was written; the compiler's library is older. */
function keepDigits(
  _key: string,
  value: unknown,
  { source = "" }: { readonly source?: string } = {},
): unknown {
  const isLong = typeof value === "number" && !Number.isSafeInteger(value);
  return isLong && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/**
 * As `parseJson`, but an integer beyond 2^53 keeps its digits, as a bigint: two ids that differ in the
 * last digit are two. The slow way is taken only where a body holds such a number.
 */
export function parseBody(body: string): unknown {
  // A byte order mark is no JSON, but some senders write one; the stored body keeps it.
  const text = body.replace(/^\uFEFF/, "");
  if (!LONG_INTEGER.test(text)) return parseJson(text);
  try {
    return JSON.parse(text, keepDigits);
  } catch {
    // A body nested so deep that a reviver has no stack for it is still read.
    return parseJson(text);
  }
}

/** No stored text is longer: a row repeats some of them, and D1 takes 2 MB a row. */
const TEXT_MAX_CHARACTERS = 262_144;

/**
 * Text, or a number written as one (identifiers often are): well-formed Unicode, since D1 would
 * replace a lone surrogate. Blank counts as absent; what is longer than a row can hold is cut.
 */
export function textOf(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "string" || value.trim() === "") return null;
  return value.slice(0, TEXT_MAX_CHARACTERS).toWellFormed();
}

/** Whether a field says anything: absent and null do not. */
export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The first value that is there. */
export function firstOf<T>(...values: readonly (T | null | undefined)[]): T | null {
  for (const value of values) if (value !== null && value !== undefined) return value;
  return null;
}

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

/** No stored text is longer: a row repeats some of them, and D1 takes 2 MB a row. */
const TEXT_MAX_CHARACTERS = 262_144;

/**
 * Text, or a number written as one (identifiers often are): well-formed Unicode, since D1 would
 * replace a lone surrogate. Blank counts as absent; what is longer than a row can hold is cut.
 */
export function textOf(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value !== "string" || value.trim() === "") return null;
  return value.slice(0, TEXT_MAX_CHARACTERS).toWellFormed();
}

/** The first value that is there. */
export function firstOf<T>(...values: readonly (T | null | undefined)[]): T | null {
  for (const value of values) if (value !== null && value !== undefined) return value;
  return null;
}

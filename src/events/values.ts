/** The kinds of value that bodies are made of, and nothing about what they mean. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Text, or a number written as one (identifiers often are): well-formed Unicode, since D1 would
 * replace a lone surrogate. Blank counts as absent.
 */
export function textOf(value: unknown): string | null {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value !== "string" || value.trim() === "") return null;
  return value.toWellFormed();
}

/** The first value that is there. */
export function firstOf<T>(...values: readonly (T | null | undefined)[]): T | null {
  for (const value of values) if (value !== null && value !== undefined) return value;
  return null;
}

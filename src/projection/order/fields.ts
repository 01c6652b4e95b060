/** Reads back what `extra` and `metadata` hold: a JSON object, field by field, in text for people. Pure. */
import { isObject, parseJson } from "../../events/values.ts";

export interface Field {
  readonly name: string;
  /** Text as it is, all else as JSON. */
  readonly says: string;
}

function textFor(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the stack holds.
    return "…";
  }
}

/** Empty where there is nothing, or what is left of an erased person's. */
export function fieldsIn(json: string | null): readonly Field[] {
  const parsed = parseJson(json);
  if (!isObject(parsed)) return [];
  return Object.entries(parsed).map(([name, value]) => ({ name, says: textFor(value) }));
}

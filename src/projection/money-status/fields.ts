/** Reads `extra` and `metadata`: a JSON object, field by field, as text for people. Pure. */
import { isObject, parseJson } from "../../events/values.ts";

export interface Field {
  readonly name: string;
  /** Text unchanged, everything else as JSON. */
  readonly says: string;
}

function textFor(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value);
  } catch {
    // Nested too deep for the stack.
    return "…";
  }
}

/** Empty if there is nothing, or only the remains of an erased person's data. */
export function fieldsIn(json: string | null): readonly Field[] {
  const parsed = parseJson(json);
  if (!isObject(parsed)) return [];
  return Object.entries(parsed).map(([name, value]) => ({ name, says: textFor(value) }));
}

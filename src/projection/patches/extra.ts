/**
 * What a body says that no column holds, as one JSON object: so that nothing of the present state is lost
 * when the body is purged, and a field that the vendor adds tomorrow can be queried today.
 */
import { ERASED } from "../../events/erased-body";
import type { ModelName } from "../../events/catalog";
import { models } from "../../events/models";
import { isObject, isPresent, type JsonObject } from "../../events/values";

/** Of `extra`, and of `metadata`, in bytes of UTF-8. */
export const EXTRA_MAX_BYTES = 8_192;

export interface Extra {
  /** Null where nothing is left to keep. */
  readonly json: string | null;
  readonly notes: readonly string[];
}

const encoder = new TextEncoder();

/** Null where it cannot be written: nested deeper than the stack holds. */
function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === "bigint" ? String(inner) : inner,
    );
  } catch {
    return null;
  }
}

/** What says nothing: an empty list or object. (A text that was erased may be empty.) */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** What is left of a body from which somebody was erased: that something was there. */
const nothingLeft: Extra = { json: "{}", notes: [] };

/** An object of the fields, as far as they fit. `what` names it in notes. */
function objectOf(fields: readonly (readonly [string, unknown])[], what: string): Extra {
  const parts: string[] = [];
  const left: string[] = [];
  let bytes = 2;
  for (const [name, value] of fields) {
    const json = jsonOf(value);
    const part = json === null ? null : `${JSON.stringify(name)}:${json}`;
    const size = part === null ? 0 : encoder.encode(part).length + 1;
    if (part === null || bytes + size > EXTRA_MAX_BYTES) {
      left.push(name.slice(0, 60));
      continue;
    }
    bytes += size;
    parts.push(part);
  }
  const named = left.slice(0, 5).join(", ");
  return {
    json: parts.length === 0 ? null : `{${parts.join(",")}}`,
    notes: left.length === 0 ? [] : [`${what}: too much to keep, left out ${named}`],
  };
}

/** Fields that a column holds in part, so that the rest would be lost. */
const heldInPart: ReadonlySet<string> = new Set([
  "id",
  "cancellation_refund_details",
  "loyalty_points_redeemed",
  "modified_at",
]);

function isHeld(model: ModelName, name: string, value: unknown): boolean {
  if (model === "OrderDetail" && name === "metadata") return isObject(value);
  return Object.hasOwn(models[model].shape, name) && !heldInPart.has(name);
}

/** Every field of `data` that no column holds. */
export function extraOf(model: ModelName, data: JsonObject, isErased: boolean): Extra {
  const fields = Object.entries(data).filter(
    ([name, value]) => isPresent(value) && !isEmpty(value) && !isHeld(model, name, value),
  );
  return isErased && fields.length > 0 ? nothingLeft : objectOf(fields, "extra");
}

/** The order's `metadata`, where it is an object that says something. */
export function metadataOf(metadata: unknown, isErased: boolean): Extra {
  const fields = isObject(metadata) ? Object.entries(metadata) : [];
  return isErased && fields.length > 0 ? nothingLeft : objectOf(fields, "metadata");
}

/** Whether a body holds the word that stands in the place of what was erased. */
export function holdsErased(payload: string): boolean {
  return payload.includes(`"${ERASED}"`);
}

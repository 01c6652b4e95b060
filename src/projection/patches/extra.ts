/**
 * The fields of a body that have no column, as one JSON object. So no part of the present state is lost when the
 * body is purged, and fields that the vendor adds later can be queried immediately.
 */
import { ERASED } from "../../events/erased-body";
import type { ModelName } from "../../events/catalog";
import { lenientText, models } from "../../events/models";
import { knownTime, parseTimeOrDay } from "../../events/field-formats/time";
import { isObject, isPresent, type JsonObject, textOf } from "../../events/values";
import type { DecodedEvent } from "../decoded-event";

/** The limit of `extra` and of `metadata`, in bytes of UTF-8. */
export const EXTRA_MAX_BYTES = 8_192;
/** The most fields of one object that are read: more than would fit. */
const FIELDS_MAX = 2_000;
/** The most fields that a note names as left out. */
const NAMED_MAX = 5;

export interface Extra {
  /** Null if there is nothing to keep. */
  readonly json: string | null;
  readonly notes: readonly string[];
}

const encoder = new TextEncoder();

const bigAsText = (_key: string, value: unknown): unknown =>
  typeof value === "bigint" ? String(value) : value;

/** Null if it cannot be written, because it is nested too deep for the stack. */
function jsonOf(value: unknown, replace?: typeof bigAsText): string | null {
  try {
    return JSON.stringify(value, replace);
  } catch {
    // A number with too many digits: a replacer, which is slow, writes it.
    return replace === undefined ? jsonOf(value, bigAsText) : null;
  }
}

/** A value without content: an empty list or object. (An erased text may be empty.) */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** The remains of a body from which a person was erased: they say only that there was a value. */
const nothingLeft: Extra = { json: "{}", notes: [] };

/** The first FIELDS_MAX fields with their values, and the names of the next few. */
function fieldsOf(data: JsonObject): {
  readonly fields: readonly (readonly [string, unknown])[];
  readonly rest: readonly string[];
} {
  const names = Object.keys(data);
  const fields = names.slice(0, FIELDS_MAX).map((name) => [name, data[name]] as const);
  return { fields, rest: names.slice(FIELDS_MAX, FIELDS_MAX + NAMED_MAX) };
}

/**
 * An object with as many of the fields as fit. `rest`: names of fields that are not read. `what`: its name in notes.
 */
function objectOf(
  fields: readonly (readonly [string, unknown])[],
  rest: readonly string[],
  what: string,
): Extra {
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
  left.push(...rest.map((name) => name.slice(0, 60)));
  const named = left.slice(0, NAMED_MAX).join(", ");
  return {
    json: parts.length === 0 ? null : `{${parts.join(",")}}`,
    notes: left.length === 0 ? [] : [`${what}: too much to keep, left out ${named}`],
  };
}

/** Fields that a column stores only in part, so that the rest would be lost. */
const heldInPart: ReadonlySet<string> = new Set([
  "id",
  "cancellation_refund_details",
  "loyalty_points_redeemed",
  "modified_at",
]);

/** What an event or a nested entry sets: `raw` are its fields, `status` is null if it sets none. */
type Setting = Pick<
  DecodedEvent,
  "subject" | "status" | "raw" | "isErased" | "receivedAt" | "timeZone"
> & { readonly isNested?: true };

type Rule = (value: unknown, setting: Setting) => boolean;

const isTime: Rule = (value, frame) => knownTime(value, frame) !== null;
const setsStatus: Rule = (_value, { status }) => status !== null;

/** Fields that a column holds only sometimes: not of a type or at a place where it cannot. */
const heldIf: Readonly<Record<string, Rule>> = {
  metadata: isObject,
  currency: (value) => !isObject(value) || textOf(value["code"]) !== null,
  order_date: isTime,
  shipped_date: isTime,
  delivered_date: isTime,
  eta_delivery: (value, { timeZone }) => parseTimeOrDay(value, timeZone) !== null,
  transaction_type: (value) => value === "payment" || value === "refund",
  payment_method: (_value, { subject }) => subject === "payment",
  payment_date: (value, setting) => setsStatus(value, setting) && isTime(value, setting),
  refund_date: (value, setting) => setsStatus(value, setting) && isTime(value, setting),
  refund_remarks: setsStatus,
};

/** Whether a field has a column that can hold all of it. */
function hasColumn(model: ModelName, name: string): boolean {
  return Object.hasOwn(models[model].shape, name) && !heldInPart.has(name);
}

function isHeld(model: ModelName, name: string, value: unknown, setting: Setting): boolean {
  if (!hasColumn(model, name)) return false;
  const shape: Readonly<Record<string, unknown>> = models[model].shape;
  if (shape[name] === lenientText) return textOf(value) !== null;
  return heldIf[name]?.(value, setting) ?? true;
}

/**
 * Every field without a column. Of a nested entry, what its columns cannot hold is kept only beside such fields: alone
 * it would take the place of all that an event of its own has said.
 */
export function extraOf(model: ModelName, setting: Setting): Extra {
  const { raw, isErased, isNested = false } = setting;
  const { fields: all, rest } = fieldsOf(raw);
  const fields = all.filter(
    ([name, value]) => isPresent(value) && !isEmpty(value) && !isHeld(model, name, value, setting),
  );
  if (isNested && fields.every(([name]) => hasColumn(model, name)))
    return objectOf([], rest, "extra");
  return isErased && fields.length > 0 ? nothingLeft : objectOf(fields, rest, "extra");
}

/** The order's `metadata`, if it is an object with content. */
export function metadataOf(metadata: unknown, isErased: boolean): Extra {
  const { fields, rest } = fieldsOf(isObject(metadata) ? metadata : {});
  return isErased && fields.length > 0 ? nothingLeft : objectOf(fields, rest, "metadata");
}

/** Whether a body contains the word that replaces erased values. */
export function holdsErased(payload: string): boolean {
  return payload.includes(`"${ERASED}"`);
}

/**
 * How a delivery was understood, as text for people; the console and the command line use the same. The imports have
 * their file extensions, here and in the imported files, since the command line runs these files in Node
 * directly.
 */
import { typeByStatus } from "./catalog.ts";
import { type Form, type KnownBody, recognize, statedStatus } from "./recognition.ts";
import { isKnownStatus } from "./stages.ts";
import { isObject } from "./values.ts";

/** An event's type; a body without a known form has none. */
export function nameType(type: string | null): string {
  return type ?? "unknown body";
}

/** What the inbox stores about the form of a delivery. */
export interface StoredForm {
  /** Null if version 0.2 stored the event. */
  readonly form: Form | null;
  /** The unsigned type of the URL or a header. */
  readonly type_hint: string | null;
  /** Null once purged. */
  readonly payload: string | null;
}

const STATUS_MAX_CHARACTERS = 60;

function describeBare({ row, type, data }: KnownBody): string {
  if (row === null) return type;
  const status = isObject(data) ? statedStatus(row.subject, data) : null;
  if (typeByStatus(row.subject, status).type !== type) {
    return `type hinted by the URL or a header: ${type}`;
  }
  if (status === null) return "type by its fields, since it states no status";
  const quoted = JSON.stringify(status.slice(0, STATUS_MAX_CHARACTERS));
  return isKnownStatus(row.subject, status)
    ? `type by its status ${quoted}`
    : `type by its fields, since its status ${quoted} is unknown`;
}

/**
 * The form, and how the type was found: `bare · type by its status "confirmed"`. If the body is gone, only the
 * form; null if the form was not stored either.
 */
export function describeForm({ form, type_hint: hint, payload }: StoredForm): string | null {
  if (payload === null) return form;
  const body = recognize(payload, hint);
  switch (body.form) {
    case "unknown":
      return `unknown: ${body.reason}`;
    case "bare":
      return `bare · ${describeBare(body)}`;
    case "envelope":
    case "flat":
      return `${body.form} · type named by the body`;
  }
}

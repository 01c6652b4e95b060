/**
 * A verified body in, its envelope out: which type it says it is, under which id, at which times,
 * and the data it carries. Two forms exist. An envelope names its own type, which the signature
 * covers. A bare body is the model itself; its type came from the URL or a header, unsigned.
 */
import { identifierOf } from "./keys";
import { isObject, type JsonObject, parseJson, textOf } from "./values";

/** Longer ids are stored as their hash: an id stands in every precedence that its event sets. */
export const EVENT_ID_MAX_CHARACTERS = 512;

export interface Envelope {
  readonly form: "envelope" | "bare";
  readonly type: string;
  /** The sender's id; null where it is missing, and always for a bare body (its id is the entity's). */
  readonly id: string | null;
  /** Where a time may stand, most likely first, with the field's name; not judged yet. */
  readonly times: readonly { readonly field: string; readonly value: unknown }[];
  /** An order number beside `data`, where one is given. */
  readonly orderNumber: string | null;
  readonly data: unknown;
}

export type EnvelopeResult =
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly problem: EnvelopeProblem };

export type EnvelopeProblem = "not JSON" | "not an object" | "no event type";

const timeFields = ["created_at", "timestamp", "occurred_at", "event_time"];

function readEnvelope(body: JsonObject, type: string): Envelope {
  return {
    form: "envelope",
    type: type.toWellFormed(),
    id: textOf(body["id"]),
    times: timeFields
      .map((field) => ({ field, value: body[field] }))
      .filter(({ value }) => value !== undefined && value !== null),
    orderNumber: identifierOf(body["order_number"]),
    data: body["data"],
  };
}

/** Bytes to text; null where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/**
 * Reads the body of an event. `unsignedType` is what the URL or the header says; it counts only for
 * a body that has no `event_type` of its own.
 */
export function parseEnvelope(body: string, unsignedType: string | null): EnvelopeResult {
  // A byte order mark is no JSON, but some senders write one; the stored body keeps it.
  const json = parseJson(body.replace(/^\uFEFF/, ""));
  if (json === undefined) return { ok: false, problem: "not JSON" };
  if (!isObject(json)) return { ok: false, problem: "not an object" };
  const type = json["event_type"];
  if (typeof type === "string" && type !== "") {
    return { ok: true, envelope: readEnvelope(json, type) };
  }
  // Where the field is there but says nothing, the body is neither an envelope nor bare.
  if (type !== undefined || unsignedType === null || unsignedType === "")
    return { ok: false, problem: "no event type" };
  const envelope: Envelope = {
    form: "bare",
    type: unsignedType.toWellFormed(),
    id: null,
    times: [],
    orderNumber: null,
    data: json,
  };
  return { ok: true, envelope };
}

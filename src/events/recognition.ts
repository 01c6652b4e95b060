/**
 * A verified body in; its form, type, id, times and data out. Only signed data decides these; a hint from the URL
 * or a header can name an order's event more precisely, and changes no state. No body is refused: a body without
 * a known form is `unknown`, with the reason.
 */
import { type CatalogRow, findEventType, type Subject, typeByStatus } from "./catalog.ts";
import { isImported } from "./imports/import-id.ts";
import { identifierOf } from "./keys.ts";
import { stageOf } from "./stages.ts";
import { findSubject, isRefundAsPayment, refundStatus } from "./subjects.ts";
import { isObject, type JsonObject, parseBody, textOf } from "./values.ts";

/** Longer ids are stored as their hash, so that they fit into a row and a message. */
export const EVENT_ID_MAX_CHARACTERS = 512;

/** `envelope`: a type and `data`; `flat`: a type beside the model's fields; `bare`: the model alone. */
export const forms = ["envelope", "flat", "bare", "unknown"] as const;
export type Form = (typeof forms)[number];

/** A possible time, with the name of its field; not checked yet. */
export interface StatedTime {
  readonly field: string;
  readonly value: unknown;
}

/** A body of one of the three known forms. */
export interface KnownBody {
  readonly form: Exclude<Form, "unknown">;
  /** The catalog's spelling of a known type, or an unknown type as it was sent. */
  readonly type: string;
  /** Null if the type is not one of the 14. */
  readonly row: CatalogRow | null;
  /** The sender's id; null if it is missing, and for a bare body, whose `id` is the entity's. */
  readonly id: string | null;
  /** The fields in which the event may state its time, the most likely first; none in a bare body. */
  readonly times: readonly StatedTime[];
  /** An order number beside `data`, if there is one. */
  readonly orderNumber: string | null;
  readonly data: unknown;
}

/** A body with a valid signature and without a known form. */
interface UnknownBody {
  readonly form: "unknown";
  readonly reason: string;
  /** Its order number, if it has one, so that it can be found. */
  readonly orderNumber: string | null;
}

export type Recognition = KnownBody | UnknownBody;

/** Fields that name the type. The later ones are common words, so they count only if their value is a known type. */
const [TYPE_FIELD, ...otherTypeFields] = ["event_type", "type", "event", "topic"] as const;
const dataFields = ["data", "payload"] as const;
const timeFields = ["created_at", "timestamp", "occurred_at", "event_time"] as const;

/** Bytes to text; null if they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

interface NamedType {
  readonly field: string;
  readonly name: string;
}

/** The type that an object names; null if it names none. */
function namedType(body: JsonObject): NamedType | null {
  const stated = body[TYPE_FIELD];
  if (typeof stated === "string" && stated.trim() !== "")
    return { field: TYPE_FIELD, name: stated };
  for (const field of otherTypeFields) {
    const name = body[field];
    if (typeof name === "string" && findEventType(name) !== null) return { field, name };
  }
  return null;
}

function statedTimes(body: JsonObject, except: string | null): readonly StatedTime[] {
  return timeFields
    .filter((field) => field !== except && body[field] !== undefined && body[field] !== null)
    .map((field) => ({ field, value: body[field] }));
}

/**
 * The model's fields of a flat body: without the event's id, type and times. They are removed from the body itself,
 * which was parsed for this: copying 100,000 fields would take a tenth of a second.
 */
function modelFields(body: JsonObject, type: NamedType, times: readonly StatedTime[]): JsonObject {
  for (const name of ["id", type.field, ...times.map(({ field }) => field)]) {
    Reflect.deleteProperty(body, name);
  }
  return body;
}

/** The sender's id. One that looks like an import's would silence its event: then the body has none. */
function idOf(value: unknown): string | null {
  const id = textOf(value);
  return id === null || isImported(id) ? null : id;
}

function recognizeTyped(body: JsonObject, type: NamedType): KnownBody {
  const { name } = type;
  const row = findEventType(name);
  const common = {
    type: row?.type ?? name.toWellFormed(),
    row,
    id: idOf(body["id"]),
    orderNumber: identifierOf(body["order_number"]),
  };
  const given = dataFields.filter((field) => body[field] !== undefined);
  const field = given.find((one) => isObject(body[one])) ?? given[0];
  if (field !== undefined) {
    return { form: "envelope", ...common, times: statedTimes(body, null), data: body[field] };
  }
  // A flat body's id is the event's; a shipment has a `created_at` of its own.
  const times = statedTimes(body, row?.subject === "shipment" ? "created_at" : null);
  return { form: "flat", ...common, times, data: modelFields(body, type, times) };
}

/** The status in `data`, from the field that its model uses. */
export function statedStatus(subject: Subject, data: JsonObject): string | null {
  if (subject === "payment") return textOf(data["payment_status"]);
  const status = textOf(data["status"]);
  if (subject !== "refund" || !isRefundAsPayment(data)) return status;
  return status ?? refundStatus(textOf(data["payment_status"]));
}

/**
 * The type from a hint, for an order whose status means none of the 14: the type of an order that is not further
 * along than the body. It sets no status, so a forged hint changes no state.
 */
function hintedType(row: CatalogRow, status: string | null, hint: string | null): CatalogRow {
  const hinted = hint === null ? null : findEventType(hint);
  if (row.type !== "order.updated" || hinted?.subject !== "order") return row;
  const isReached = stageOf("order", hinted.status, null) <= stageOf("order", status, null);
  return isReached ? hinted : row;
}

function recognizeBare(body: JsonObject, hint: string | null): Recognition {
  const orderNumber = identifierOf(body["order_number"]);
  const found = findSubject(body);
  if (!found.ok) {
    return {
      form: "unknown",
      reason: `the body names no event type, and ${found.reason}`,
      orderNumber,
    };
  }
  const status = statedStatus(found.subject, body);
  const row = hintedType(typeByStatus(found.subject, status), status, hint);
  return { form: "bare", type: row.type, row, id: null, times: [], orderNumber, data: body };
}

function unknown(reason: string): UnknownBody {
  return { form: "unknown", reason, orderNumber: null };
}

/** `hint`: the unsigned type from the URL or a header; null if there is none. */
export function recognize(body: string, hint: string | null): Recognition {
  const json = parseBody(body);
  if (json === undefined) return unknown("the body is not JSON");
  if (!isObject(json)) return unknown("the body is JSON, but not an object");
  const type = namedType(json);
  return type === null ? recognizeBare(json, hint) : recognizeTyped(json, type);
}

/**
 * The message on ce-events: either the whole event or only its id, if the inbox has the body (it is too large for
 * a message, or the sweep or a replay pushes it again). The text is one line of JSON, followed by the original
 * body, which could double in size if it were quoted inside the JSON.
 */
import * as z from "zod/mini";
import { parseJson } from "./values";

const frame = z.object({
  id: z.string(),
  /** Empty if none was found. A Worker of version 0.2 needs it after a rollback. */
  eventType: z.string(),
  /** The unsigned type of the URL or a header; null if there was none. */
  typeHint: z._default(z.nullable(z.string()), null),
  receivedAt: z.string(),
  bodySha256: z.string(),
  /** Null: it was imported. */
  verifiedBy: z.nullable(z.enum(["current", "previous"])),
  /** True if the inbox had stored the event before it was sent. */
  stored: z.boolean(),
});
/** The whole message as JSON, for bodies with a NUL character. */
const quoted = z.object({ ...frame.shape, payload: z.string() });
const eventId = z.object({ id: z.string(), payload: z.optional(z.never()) });
const line = z.union([quoted, eventId]);

export type WholeEvent = z.infer<typeof frame> & { readonly payload: string };
export type EventMessage = WholeEvent | z.infer<typeof eventId>;

export function encodeMessage(value: WholeEvent | { readonly id: string }): string {
  if (!("payload" in value)) return JSON.stringify(value);
  // Text on a queue may end at a NUL; inside JSON it is escaped.
  if (value.payload.includes("\0")) return JSON.stringify(value);
  const { payload, ...rest } = value;
  return `${JSON.stringify(rest)}\n${payload}`;
}

/** Null if the body of a message is not one of ours. */
export function decodeMessage(body: unknown): EventMessage | null {
  if (typeof body !== "string") return null;
  // JSON text contains no line break, so the first one ends the line.
  const end = body.indexOf("\n");
  if (end === -1) {
    const parsed = line.safeParse(parseJson(body));
    return parsed.success ? parsed.data : null;
  }
  const parsed = frame.safeParse(parseJson(body.slice(0, end)));
  return parsed.success ? { ...parsed.data, payload: body.slice(end + 1) } : null;
}

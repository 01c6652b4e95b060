/**
 * The message on ce-events: either the whole event, or its id alone, for bodies that the inbox holds
 * (too large for a message, or pushed again by the sweep or a replay). JSON text, so that its size
 * is known before it is sent.
 */
import * as z from "zod/mini";

const wholeEvent = z.object({
  id: z.string(),
  eventType: z.string(),
  receivedAt: z.string(),
  bodySha256: z.string(),
  verifiedBy: z.enum(["current", "previous"]),
  /** True where the inbox had taken the event before it was sent. */
  stored: z.boolean(),
  payload: z.string(),
});
const eventId = z.object({ id: z.string(), payload: z.optional(z.undefined()) });
const message = z.union([wholeEvent, eventId]);

export type WholeEvent = z.infer<typeof wholeEvent>;
export type EventMessage = z.infer<typeof message>;

export function encodeMessage(value: WholeEvent | { readonly id: string }): string {
  return JSON.stringify(value);
}

/** Null where the body of a message is not one of ours. */
export function decodeMessage(body: unknown): EventMessage | null {
  if (typeof body !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const parsed = message.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/**
 * The column `rendered` of the outbox: a message as it was first rendered, which every retry sends again
 * and a person can look at. Of a forward only the time is kept: its body is the event's.
 */
import * as z from "zod/mini";
import { parseJson } from "../events/values";

const stored = z.object({
  /** ISO time; retries end RETRY_FOR_MS after it. */
  firstAttemptAt: z.string(),
  message: z.union([
    z.object({
      channel: z.literal("email"),
      template: z.string(),
      to: z.string(),
      subject: z.string(),
      html: z.string(),
      text: z.string(),
    }),
    z.object({ channel: z.literal("sms"), to: z.string(), text: z.string() }),
    z.object({
      channel: z.literal("team"),
      text: z.string(),
      blocks: z.array(z.looseObject({ type: z.string() })),
    }),
    z.object({ channel: z.literal("forward") }),
  ]),
  // Beside them, of a message about a parcel, `tracking`: what it showed (store/tracking.ts reads it).
});

export type Rendered = z.infer<typeof stored>;

/** Null where nothing was rendered yet, or it cannot be read. */
export function parseRendered(json: string | null): Rendered | null {
  const parsed = stored.safeParse(parseJson(json));
  return parsed.success ? parsed.data : null;
}

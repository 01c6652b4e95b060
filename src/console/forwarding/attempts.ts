/** Reads the attempts in the row of a message, as notifications/channels/attempt-log.ts writes them. */
import * as z from "zod/mini";
import { parseJson } from "../../events/values";

const kept = z.array(
  z.object({
    at: z.string(),
    ms: z.number(),
    status: z.nullable(z.number()),
    answer: z.nullable(z.string()),
  }),
);
export type Attempt = z.infer<typeof kept>[number];

/** Newest first. */
export function readAttempts(log: string | null): readonly Attempt[] {
  const parsed = kept.safeParse(parseJson(log));
  return parsed.success ? parsed.data.toReversed() : [];
}

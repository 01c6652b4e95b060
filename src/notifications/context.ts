/** The `context` column: the data that a row was made from. The template reads the fields other than `kind`. */
import * as z from "zod/mini";
import { parseJson } from "../events/values";
import type { OutboxContext } from "../projection/outbox-row";

const stored = z.looseObject({ kind: z.string(), isHistory: z.optional(z.literal(true)) });

/** Unreadable text counts as no context: the row is then judged by its subject alone. */
export function parseContext(text: string | null): OutboxContext {
  const parsed = stored.safeParse(parseJson(text));
  return parsed.success ? parsed.data : { kind: "none" };
}

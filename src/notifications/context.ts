/** The `context` column: what a row was made from, as typed data. */
import * as z from "zod/mini";
import { parseJson } from "../events/values";
import { renewPrecedence } from "../projection/precedence-0-2";
import type { OutboxContext } from "../projection/templates";

const isHistory = z.optional(z.literal(true));

const contexts = z.union([
  z.object({ kind: z.literal("none"), isHistory }),
  z.object({ kind: z.literal("shipment_status"), status: z.string(), isHistory }),
  z.object({
    kind: z.literal("payment_failure"),
    // A Worker of version 0.2 may have written it.
    precedence: z.pipe(
      z.string(),
      z.transform((text) => renewPrecedence(text, "payment")),
    ),
    paymentDate: z.nullable(z.string()),
    isHistory,
  }),
  z.object({ kind: z.literal("tracking"), tracking: z.string() }),
  z.object({ kind: z.literal("alert"), alert: z.string(), text: z.string() }),
]);

/** Unreadable text counts as no context: the row is then judged by its subject alone. */
export function parseContext(text: string | null): OutboxContext {
  const parsed = contexts.safeParse(parseJson(text));
  return parsed.success ? parsed.data : { kind: "none" };
}

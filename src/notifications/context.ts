/** The `context` column: what a row was made from, as typed data. */
import * as z from "zod/mini";
import { parseJson } from "../events/values";
import type { OutboxContext } from "../projection/templates";

const contexts = z.union([
  z.object({ kind: z.literal("none") }),
  z.object({ kind: z.literal("shipment_status"), status: z.string() }),
  z.object({
    kind: z.literal("payment_failure"),
    precedence: z.string(),
    paymentDate: z.nullable(z.string()),
  }),
  z.object({ kind: z.literal("tracking"), tracking: z.string() }),
  z.object({ kind: z.literal("alert"), alert: z.string(), text: z.string() }),
]);

/** Unreadable text counts as no context: the row is then judged by its subject alone. */
export function parseContext(text: string | null): OutboxContext {
  const parsed = contexts.safeParse(parseJson(text));
  return parsed.success ? parsed.data : { kind: "none" };
}

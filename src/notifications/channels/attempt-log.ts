/** The last attempts of a message, as its row stores them: JSON, the newest last. */
import * as z from "zod/mini";
import { parseJson } from "../../events/values";
import { ATTEMPTS_KEPT, FORWARD_ATTEMPTS_KEPT } from "../../limits";
import type { Outcome } from "./channel";

const stored = z.array(z.looseObject({ at: z.string() }));

/** Adds an attempt. `at`: when it began, ISO time; `ms`: the time until its answer. */
export function addAttempt(
  { channel, attempt_log: log }: { readonly channel: string; readonly attempt_log: string | null },
  at: string,
  ms: number,
  outcome: Outcome,
): string {
  const parsed = stored.safeParse(parseJson(log));
  const before = parsed.success ? parsed.data : [];
  const { answered } = outcome;
  const error = "error" in outcome ? outcome.error : null;
  const one = { at, ms, status: answered?.status ?? null, answer: answered?.start ?? error };
  const kept = channel === "forward" ? FORWARD_ATTEMPTS_KEPT : ATTEMPTS_KEPT;
  return JSON.stringify([...before, one].slice(-kept));
}

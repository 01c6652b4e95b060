/** The last attempts of a forward, as they stand in its row: JSON, the newest last. */
import * as z from "zod/mini";
import { parseJson } from "../../events/values";
import { ATTEMPTS_KEPT } from "../../limits";
import type { Attempt } from "../outcome";

const stored = z.array(z.looseObject({ at: z.string() }));

/** With one more. `at`: when it began, ISO time; `ms`: until its answer. */
export function addAttempt(log: string | null, at: string, ms: number, attempt: Attempt): string {
  const parsed = stored.safeParse(parseJson(log));
  const before = parsed.success ? parsed.data : [];
  const answered = attempt.kind === "suppressed" ? undefined : attempt.answered;
  const error = "error" in attempt ? attempt.error : null;
  const one = { at, ms, status: answered?.status ?? null, answer: answered?.start ?? error };
  return JSON.stringify([...before, one].slice(-ATTEMPTS_KEPT));
}

/** What a check of the doctor has found, and what to do about it. */

export type FindingState = "ok" | "warn" | "fail" | "skip";

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly state: FindingState;
  readonly detail: string;
  /** What to do; null where there is nothing to be done. */
  readonly fix: string | null;
}

type Make = (check: string, detail: string, fix?: string) => Finding;

const make =
  (state: FindingState): Make =>
  (check, detail, fix) => ({ check, state, detail, fix: fix ?? null });

export const found = { ok: make("ok"), warn: make("warn"), fail: make("fail"), skip: make("skip") };

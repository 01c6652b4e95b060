/** The result of one check of the doctor, and what to do about it. */

export type FindingState = "ok" | "warn" | "fail" | "skip";

export interface Finding {
  /** The name of the check, in a word or two. */
  readonly check: string;
  readonly state: FindingState;
  readonly detail: string;
  /** What to do; null if there is nothing to do. */
  readonly fix: string | null;
}

type Make = (check: string, detail: string, fix?: string) => Finding;

const make =
  (state: FindingState): Make =>
  (check, detail, fix) => ({ check, state, detail, fix: fix ?? null });

export const found = { ok: make("ok"), warn: make("warn"), fail: make("fail"), skip: make("skip") };

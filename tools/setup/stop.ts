/** What ends a set-up early: what went wrong, and what a person does about it. */

export interface StopDetails {
  /** What wrangler printed, or whatever else explains it. */
  readonly detail?: string;
  /** The next thing to do, one line each. */
  readonly advice?: readonly string[];
  /** A person said no: nothing went wrong. */
  readonly cancelled?: boolean;
}

export class SetupStop extends Error {
  readonly detail: string;
  readonly advice: readonly string[];
  readonly cancelled: boolean;

  constructor(message: string, details: StopDetails = {}) {
    super(message);
    this.detail = details.detail ?? "";
    this.advice = details.advice ?? [];
    this.cancelled = details.cancelled ?? false;
  }
}

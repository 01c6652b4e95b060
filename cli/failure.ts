/** What a person can do something about: one line that says what is wrong and what to do, and how it ends. */
import type { Ending } from "./exit-codes.ts";

export class Failure extends Error {
  readonly ending: Ending;
  /** It may pass: what keeps on asking goes on. */
  readonly isTemporary: boolean;

  constructor(ending: Ending, message: string, isTemporary = false) {
    super(message);
    this.name = "Failure";
    this.ending = ending;
    this.isTemporary = isTemporary;
  }
}

/** The reason with which a signal aborts what is under way. */
export class Interruption extends Failure {
  constructor(ending: "interrupted" | "terminated") {
    super(ending, "Stopped");
    this.name = "Interruption";
  }
}

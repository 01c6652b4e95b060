/** An error that a person can act on: one line that says what is wrong and what to do, and an exit code. */
import type { Ending } from "./exit-codes.ts";

export class Failure extends Error {
  readonly ending: Ending;
  /** The cause may be temporary: code that polls should continue. */
  readonly isTemporary: boolean;

  constructor(ending: Ending, message: string, isTemporary = false) {
    super(message);
    this.name = "Failure";
    this.ending = ending;
    this.isTemporary = isTemporary;
  }
}

/** The reason with which a signal aborts running work. */
export class Interruption extends Failure {
  constructor(ending: "interrupted" | "terminated") {
    super(ending, "Stopped");
    this.name = "Interruption";
  }
}

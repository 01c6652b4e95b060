/** Asks before something that cannot be taken back; a script says --yes. */
import type { Cli } from "../cli.ts";
import { Failure, Interruption } from "../failure.ts";
import { safeLine } from "../../testbed/terminal/safe-text.ts";

export async function confirm(cli: Cli, question: string, isAgreed: boolean): Promise<void> {
  if (isAgreed) return;
  if (!cli.out.isInteractive) {
    throw new Failure("usage", `${question} There is nobody to ask: add --yes`);
  }
  // Seldom asked, and the largest of the libraries.
  const prompts = await import("@clack/prompts");
  const answer = await prompts.confirm({ message: safeLine(question), initialValue: false });
  if (prompts.isCancel(answer)) throw new Interruption("interrupted");
  if (!answer) throw new Failure("problem", "Nothing was done");
}

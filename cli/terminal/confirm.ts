/** Asks before an action that cannot be undone; scripts use --yes. */
import type { Cli } from "../cli.ts";
import { Failure, Interruption } from "../failure.ts";
import { safeLine } from "../../testbed/terminal/safe-text.ts";

export async function confirm(cli: Cli, question: string, isAgreed: boolean): Promise<void> {
  if (isAgreed) return;
  if (!cli.out.isInteractive) {
    throw new Failure("usage", `${question} No terminal: pass --yes`);
  }
  // Loaded only here: it is the largest library, and rarely needed.
  const prompts = await import("@clack/prompts");
  const answer = await prompts.confirm({ message: safeLine(question), initialValue: false });
  if (prompts.isCancel(answer)) throw new Interruption("interrupted");
  if (!answer) throw new Failure("problem", "Nothing was done");
}

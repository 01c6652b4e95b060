/** The demo's own judgement: every check with its claim, and what was off. */
import pc from "picocolors";
import { checkMessages } from "./messages.ts";
import { checkReceipt } from "./receipt.ts";
import { checkState } from "./orders.ts";
import type { Evidence } from "./evidence.ts";
import { clip, count, print, printHeading, signs } from "../terminal/terminal.ts";

/** Problems shown of one check; the rest is counted. */
const SHOWN = 8;

/** Prints every check; true where all held. */
export function judge(evidence: Evidence): boolean {
  const rested = { claim: "the receiver came to rest", problems: evidence.unsettled };
  const checks = [
    rested,
    ...checkReceipt(evidence),
    ...checkState(evidence),
    ...checkMessages(evidence),
  ];
  printHeading("Checked", "against the stories, which know nothing of the receiver's code");
  for (const { claim, problems } of checks) {
    const held = problems.length === 0;
    print(`  ${held ? pc.green(signs.ok) : pc.red(signs.bad)} ${held ? claim : pc.red(claim)}`);
    for (const problem of problems.slice(0, SHOWN)) print(`      ${clip(problem, 88)}`);
    const more = problems.length - SHOWN;
    if (more > 0) print(pc.dim(`      and ${count(more)} more`));
  }
  const off = checks.filter((check) => check.problems.length > 0).length;
  print();
  const seconds = (performance.now() / 1000).toFixed(0);
  if (off === 0)
    print(pc.green(pc.bold(`  All ${checks.length} checks held, in ${seconds} seconds.`)));
  else print(pc.red(pc.bold(`  ${count(off)} of ${count(checks.length, "check")} failed.`)));
  print();
  return off === 0;
}

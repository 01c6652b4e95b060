/** Prints every check with its claim, and its problems. */
import { colours, print, printHeading, printList } from "../terminal/report.ts";
import { count, signs } from "../terminal/text.ts";
import type { Evidence } from "./evidence.ts";
import { checkMessages } from "./messages.ts";
import { checkState } from "./orders.ts";
import { checkReceipt } from "./receipt.ts";

/** The number of problems shown per check; the rest is counted. */
const SHOWN = 8;

/** True if all checks passed. */
export function judge(evidence: Evidence): boolean {
  const { day, state, unsettled } = evidence;
  const checks = [
    { claim: "the receiver came to rest", problems: unsettled },
    ...checkReceipt(evidence),
    ...checkState({ stories: day.stories, state }),
    ...checkMessages(evidence),
  ];
  const { green, red, bold } = colours;
  printHeading("Checked", "against the stories, which know nothing of the receiver's code");
  for (const { claim, problems } of checks) {
    print(problems.length === 0 ? `  ${green(signs.ok)} ${claim}` : red(`  ${signs.bad} ${claim}`));
    printList(problems, SHOWN, "      ");
  }
  const off = checks.filter((check) => check.problems.length > 0).length;
  const seconds = (performance.now() / 1000).toFixed(0);
  print();
  print(
    off === 0
      ? green(bold(`  All ${checks.length} checks held, in ${seconds} seconds.`))
      : red(bold(`  ${count(off)} of ${count(checks.length, "check")} failed.`)),
  );
  print();
  return off === 0;
}

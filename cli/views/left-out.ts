/** Prints what an answer about a very large order or event leaves out, and where to find it. */
import { describeLeftOut, type LeftOut } from "../../src/console/left-out.ts";
import type { Output } from "../../testbed/terminal/output.ts";

export function printLeftOut({ colours, print }: Output, of: readonly LeftOut[] | undefined): void {
  for (const one of of ?? []) print(colours.yellow(describeLeftOut(one)));
}

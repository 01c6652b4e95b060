/** Facts as lines of name and value; unknown values are left out. */
import type { Output } from "../../testbed/terminal/output.ts";
import { printTable } from "../../testbed/terminal/table.ts";

/** An array is printed as several lines. */
export type Fact = readonly [name: string, value: string | readonly string[] | null];

export function printFacts(out: Output, facts: readonly Fact[]): void {
  const known = facts.flatMap(([name, value]) =>
    value === null || value.length === 0 ? [] : [[out.colours.dim(name), value]],
  );
  printTable(out, [{ title: "" }, { title: "", narrow: "wrap" }], known);
}

/** A title, after an empty line. */
export function printTitle({ colours, print }: Output, title: string, aside = ""): void {
  print();
  print(`${colours.bold(title)}${aside === "" ? "" : colours.dim(`  ${aside}`)}`);
}

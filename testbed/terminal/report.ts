/** The screen of the scenarios, under 100 columns wide: headings, problems, tables. */
import { createOutput, type Output } from "./output.ts";
import { clip, count, signs } from "./text.ts";

export const WIDTH = 96;

export const out: Output = { ...createOutput(process, process.env), width: WIDTH };
export const { colours, print } = out;

/** A title over a rule, with an empty line before it. */
export function printHeading(title: string, note = ""): void {
  print();
  print(`${colours.bold(title)}${note === "" ? "" : `  ${colours.dim(note)}`}`);
  print(colours.dim(signs.rule.repeat(WIDTH)));
}

/** At most this number of lines; the rest is counted. */
export function printList(lines: readonly string[], most: number, indent: string): void {
  for (const line of lines.slice(0, most)) print(indent + clip(line, WIDTH - 8));
  if (lines.length > most) print(colours.dim(`${indent}and ${count(lines.length - most)} more`));
}

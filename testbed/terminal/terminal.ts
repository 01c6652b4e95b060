/**
 * How the demo looks: colours where they are wanted, signs that a dumb terminal can show, aligned
 * tables, money as India writes it. Lines stay under 100 columns.
 */
import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";

const plain = process.env["TERM"] === "dumb";

export const signs = plain
  ? { ok: "ok", bad: "!!", bar: "#", rest: ".", dot: "-", rule: "-" }
  : { ok: "✓", bad: "✗", bar: "█", rest: "░", dot: "·", rule: "─" };

export const WIDTH = 96;
const GAP = "   ";

export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** A title over a rule, with an empty line before it. */
export function printHeading(title: string, note = ""): void {
  print();
  print(`${pc.bold(title)}${note === "" ? "" : `  ${pc.dim(note)}`}`);
  print(pc.dim(signs.rule.repeat(WIDTH)));
}

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

function pad(text: string, width: number, align: Column["align"]): string {
  const gap = " ".repeat(Math.max(0, width - widthOf(text)));
  return align === "right" ? gap + text : text + gap;
}

/** Breaks a text between words into lines of at most `width`. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/**
 * Prints rows under dim titles. A column is as wide as its widest cell; where that is too much, the
 * last one, which must have no colours then, is wrapped into what is left.
 */
export function printTable(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => widthOf(row[index] ?? ""))),
  );
  const last = columns.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 2);
  widths[last] = Math.min(widths[last] ?? 0, WIDTH - before);
  const line = (cells: readonly string[]) =>
    `  ${columns
      .map(({ align }, index) => pad(cells[index] ?? "", widths[index] ?? 0, align))
      .join(GAP)}`.trimEnd();
  if (columns.some(({ title }) => title !== "")) print(pc.dim(line(columns.map((c) => c.title))));
  for (const row of rows) {
    const cell = row[last] ?? "";
    const [first = "", ...rest] =
      widthOf(cell) > (widths[last] ?? 0) ? wrap(cell, widths[last] ?? 0) : [cell];
    print(line([...row.slice(0, last), first]));
    for (const more of rest) print(" ".repeat(before) + more);
  }
}

/** A bar of at most `width` signs for a share of the largest. */
export function bar(value: number, largest: number, width = 24): string {
  if (value === 0 || largest === 0) return "";
  return pc.cyan(signs.bar.repeat(Math.max(1, Math.round((value / largest) * width))));
}

/** Made when first needed: the first one of a process takes some 40 ms. */
let rupees: Intl.NumberFormat | null = null;
let numbers: Intl.NumberFormat | null = null;

/** 123456789000000 -> ₹12,34,56,789.00 */
export function money(micros: number): string {
  rupees ??= new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2 });
  return `${plain ? "Rs " : "₹"}${rupees.format(micros / 1_000_000)}`;
}

export function count(value: number, one?: string, many = `${one ?? ""}s`): string {
  // Below a thousand there is nothing to group.
  const isSmall = Number.isInteger(value) && Math.abs(value) < 1_000;
  if (!isSmall) numbers ??= new Intl.NumberFormat("en-IN");
  const text = isSmall ? String(value) : (numbers?.format(value) ?? "");
  return one === undefined ? text : `${text} ${value === 1 ? one : many}`;
}

/** A text cut to a width, at its end. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 3)}...`;
}

/** Tables without rules: as wide as their content, and cut or wrapped if the terminal is narrower. */
import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import type { Output } from "./output.ts";
import { safeLine } from "./safe-text.ts";
import { signs } from "./text.ts";

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** What happens if the terminal is too narrow; nothing by default. */
  readonly narrow?: "cut" | "wrap";
}

/** A line of text, or several. */
type Cell = string | readonly string[];

/** Cells by column; or a remark about the row before, which replaces the columns from the second on. */
export type TableRow = readonly Cell[] | { readonly remark: string };

const INDENT = 2;
const GAP = 2;
const LEAST_WIDTH = 12;
const ESCAPE = String.fromCodePoint(27);

/** No rules: only an indent, and gaps between columns. */
const sides = ["top", "bottom", "left", "right"] as const;
const bare = {
  ...Object.fromEntries(
    sides
      .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
      .map((name) => [name, ""]),
  ),
  mid: "",
  "mid-mid": "",
  left: " ".repeat(INDENT),
  middle: " ".repeat(GAP),
};

function widthOf(cell: string): number {
  return Math.max(
    ...stripVTControlCharacters(cell)
      .split("\n")
      .map((line) => line.length),
  );
}

/** The widths that fit: the last column that may shrink shrinks first. */
function fit(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let excess = sumOf(widths) - width;
  for (let index = columns.length - 1; index >= 0 && excess > 0; index -= 1) {
    if (columns[index]?.narrow === undefined) continue;
    const given = Math.min(excess, Math.max(0, (widths[index] ?? 0) - LEAST_WIDTH));
    widths[index] = (widths[index] ?? 0) - given;
    excess -= given;
  }
  return widths;
}

/** The width of a row with these columns, including indent and gaps. */
function sumOf(widths: readonly number[]): number {
  return INDENT + widths.reduce((sum, one) => sum + one, 0) + GAP * (widths.length - 1);
}

/** Widens the last column for the remarks, as far as there is space. */
function widen(widths: readonly number[], longest: number, width: number): number[] {
  const [first = 0] = widths;
  // The library counts a gap between spanned columns as one character.
  const unseen = (GAP - 1) * Math.max(0, widths.length - 2);
  const wanted = Math.min(width, INDENT + first + GAP + longest + unseen);
  const missing = Math.max(0, wanted - sumOf(widths));
  return widths.map((one, index) => (index === widths.length - 1 ? one + missing : one));
}

/** A cell with a maximum width; colours end with the cell. */
export function cut(cell: string, width: number): string {
  if (widthOf(cell) <= width) return cell;
  const codes = cell.match(new RegExp(`${ESCAPE}\\[[0-9;]*m`, "g")) ?? [];
  const [first = "", last = ""] = [codes[0], codes.at(-1)];
  return `${first}${stripVTControlCharacters(cell).slice(0, width - 1)}${signs.cut}${last}`;
}

/** Runs before the layout: a line break in text from outside must not start a new line. */
function safeRow(row: TableRow): readonly string[] | { readonly remark: string } {
  return "remark" in row
    ? { remark: safeLine(row.remark) }
    : row.map((cell) => [cell].flat().map(safeLine).join("\n"));
}

/** One line per row, under dim titles if there are any; nothing if there are no rows. */
export function printTable(
  { colours, width, printLaidOut }: Output,
  columns: readonly Column[],
  given: readonly TableRow[],
): void {
  if (given.length === 0) return;
  const rows = given.map(safeRow);
  const titles = columns.map(({ title }) => title);
  const cellRows = rows.filter((row): row is readonly string[] => !("remark" in row));
  const natural = columns.map(({ title }, index) =>
    Math.max(title.length, ...cellRows.map((row) => widthOf(row[index] ?? ""))),
  );
  const remarks = rows.flatMap((row) => ("remark" in row ? [widthOf(row.remark)] : []));
  const widths = fit(columns, natural, width);
  const hasTitles = titles.some((title) => title !== "");
  const table = new Table({
    ...(hasTitles ? { head: titles.map((title) => safeLine(colours.dim(title))) } : {}),
    chars: bare,
    colWidths: remarks.length === 0 ? widths : widen(widths, Math.max(...remarks), width),
    colAligns: columns.map(({ align }) => align ?? "left"),
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
  });
  for (const row of rows) {
    if ("remark" in row) {
      const wordWrap = Number.isFinite(width);
      const remark = { content: row.remark, colSpan: columns.length - 1, wordWrap };
      table.push(["", remark]);
      continue;
    }
    table.push(
      columns.map(({ narrow }, index) => ({
        content: narrow === "cut" ? cut(row[index] ?? "", widths[index] ?? 0) : (row[index] ?? ""),
        wordWrap: narrow === "wrap",
        wrapOnWordBoundary: true,
      })),
    );
  }
  for (const line of table.toString().split("\n")) printLaidOut(line.trimEnd());
}

/** Output for any terminal: signs that a dumb terminal can show, and numbers in the Indian format. */
import type { Colours } from "./safe-text.ts";

const plain = process.env["TERM"] === "dumb";

export const signs = plain
  ? { ok: "ok", bad: "!!", bar: "#", rest: ".", dot: "-", rule: "-", wait: "..", none: "--" }
  : { ok: "✓", bad: "✗", bar: "█", rest: "░", dot: "·", rule: "─", wait: "…", none: "–" };

/** A bar of at most `width` signs for a share of the largest. */
export function bar({ cyan }: Colours, value: number, largest: number, width = 24): string {
  if (value === 0 || largest === 0) return "";
  return cyan(signs.bar.repeat(Math.max(1, Math.round((value / largest) * width))));
}

/** Created at first use: the first one of a process takes about 40 ms. */
let numbers: Intl.NumberFormat | null = null;

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

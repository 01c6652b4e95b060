/** Output for any terminal: signs that a dumb terminal can show, and numbers in the Indian format. */
import type { Colours } from "./safe-text.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A dumb terminal moves no cursor: no line is rewritten in place, and no question is asked. */
export function isDumb(env: Env): boolean {
  return env["TERM"] === "dumb";
}

/** Only ASCII is sure to be shown: the terminal is dumb, or the locale names a character set other than UTF-8. */
export function isPlain(env: Env): boolean {
  const names = ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => env[name] ?? "");
  const locale = names.find((name) => name !== "") ?? "UTF-8";
  return isDumb(env) || !/utf-?8/i.test(locale);
}

const typographic = "·–—…×→‘’“”";
const ascii = `---~x>''""`;

/** Our own punctuation, and a receiver's, one ASCII sign for each; the letters of names do not change. */
export function punctuateInAscii(text: string): string {
  return text.replaceAll(/[·–—…×→‘’“”]/g, (sign) => ascii.charAt(typographic.indexOf(sign)));
}

export const plain = isPlain(process.env);

export const signs = plain
  ? {
      ok: "ok",
      bad: "!!",
      bar: "#",
      rest: ".",
      dot: "-",
      rule: "-",
      wait: "..",
      none: "--",
      cut: "~",
    }
  : { ok: "✓", bad: "✗", bar: "█", rest: "░", dot: "·", rule: "─", wait: "…", none: "–", cut: "…" };

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

/**
 * Makes text from outside safe for a terminal: it must not move the cursor, set the clipboard, change colours or
 * change the direction of the text around it. Everything that is printed goes through this file, to a pipe too.
 *
 * Our own colours contain a random number until they are printed, so that colours in text from outside, for
 * example in a name, are not mistaken for them.
 */
import { randomInt } from "node:crypto";
import type { createColors } from "picocolors";
import { visible } from "../../src/console/text.ts";

export type Colours = ReturnType<typeof createColors>;

const ESCAPE = String.fromCodePoint(27);
const OURS = String(randomInt(2 ** 47));
const ourCode = new RegExp(`(${ESCAPE}\\[\\d+);${OURS}m`, "g");

type Paint = (text: string | number | null | undefined) => string;

function ownPaint(paint: Paint): Paint {
  const [open = "", close = ""] = paint("\n")
    .split("\n")
    .map((code) => code.replace(/m$/, `;${OURS}m`));
  return (text) => `${open}${String(text)}${close}`;
}

/** The same colours, in codes that `safeText` recognises as ours. */
export function ownColours(colours: Colours): Colours {
  const { isColorSupported, ...paints } = colours;
  if (!isColorSupported) return colours;
  const own = Object.entries<Paint>(paints).map(([name, paint]) => [name, ownPaint(paint)]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same names, functions for functions
  return { isColorSupported, ...Object.fromEntries(own) } as Colours;
}

/** Text of several lines: hidden characters are shown as `\u001b`, except our own colours. */
export function safeText(text: string): string {
  return text
    .split(ourCode)
    .map((part, index) => (index % 2 === 0 ? visible(part) : `${part}m`))
    .join("");
}

/** One line: line breaks are shown as well. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll("\n", "\\n").replaceAll("\t", " ");
}

/** JSON with hidden characters escaped: the values are the same, and a terminal finds no control codes. */
export function safeJson(value: unknown, indent?: number): string {
  return visible(JSON.stringify(value, null, indent));
}

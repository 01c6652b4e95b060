/**
 * What a terminal is given: text from outside must not move the cursor, set the clipboard, change colours or
 * turn the direction of what stands around it. Everything that is printed comes through here, piped or not.
 *
 * Our own colours are told from those in somebody's name by a number that nobody outside can know: it stands
 * in their codes until they are printed.
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

/** The same colours, in codes that `safeText` knows for ours. */
export function ownColours(colours: Colours): Colours {
  const { isColorSupported, ...paints } = colours;
  if (!isColorSupported) return colours;
  const own = Object.entries<Paint>(paints).map(([name, paint]) => [name, ownPaint(paint)]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same names, functions for functions
  return { isColorSupported, ...Object.fromEntries(own) } as Colours;
}

/** Text of several lines: what is hidden in it is shown as `\u001b`, but for our own colours. */
export function safeText(text: string): string {
  return text
    .split(ourCode)
    .map((part, index) => (index % 2 === 0 ? visible(part) : `${part}m`))
    .join("");
}

/** One line: a line break in it is shown, too. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll("\n", "\\n").replaceAll("\t", " ");
}

/** JSON in which what is hidden is escaped: the same values, nothing for a terminal to obey. */
export function safeJson(value: unknown, indent?: number): string {
  return visible(JSON.stringify(value, null, indent));
}

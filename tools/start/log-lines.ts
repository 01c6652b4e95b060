/**
 * Selects the lines of wrangler's output that `npm start` shows: the Worker's own log lines, in words, and wrangler's
 * line for each request that was refused or failed. `--verbose` shows every line unchanged.
 */
import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import * as z from "zod/mini";
import { safeLine } from "../../testbed/terminal/safe-text.ts";

const logLine = z.looseObject({ level: z.enum(["info", "warn", "error"]), event: z.string() });

const colours = { info: (text: string) => text, warn: pc.yellow, error: pc.red } as const;

/** `["evt_1"]` -> `evt_1`; an empty text for an empty value or zero. */
function valueOf(value: unknown): string {
  if (value === null || value === 0 || value === "") return "";
  if (Array.isArray(value)) return value.map(valueOf).join(" ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** `dispatched  claimed 9, suppressed 9` */
function inWords(event: string, fields: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(fields).flatMap(([name, value]) => {
    const text = valueOf(value);
    return text === "" ? [] : [`${name.replaceAll("_", " ")} ${text}`];
  });
  return `  ${event.replaceAll("_", " ").padEnd(12)} ${said.join(", ")}`.trimEnd();
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

/**
 * The line as the Worker wrote it: wrangler adds a sign and colours before warnings and errors, and blank lines after
 * them.
 */
function asWritten(line: string): string {
  return stripVTControlCharacters(line).replace(/^(?:▲ \[WARNING\]|✘ \[ERROR\]) (?=\{)/, "");
}

/** Null if the line is not shown. */
export function quietLine(line: string): string | null {
  const text = asWritten(line);
  if (text.trim() === "") return null;
  const parsed = z.safeParse(logLine, parse(text));
  if (parsed.success) {
    const { level, event, ...fields } = parsed.data;
    return colours[level](safeLine(inWords(event, fields)));
  }
  const request = /^\[wrangler:info\] (.*)$/.exec(text)?.[1];
  if (request === undefined) return line;
  return /^[A-Z]+ \S+ [45]\d\d /.test(request) ? pc.yellow(`  ${safeLine(request)}`) : null;
}

/**
 * The output of a command: results on stdout, progress on stderr. Colours are used only on a terminal that shows
 * them, and if NO_COLOR is not set; a pipe gets every column in full. All output is made safe for a terminal here
 * (safe-text.ts), so that no command can forget it.
 */
import type { WriteStream } from "node:tty";
import { createColors } from "picocolors";
import { type Colours, ownColours, safeJson, safeLine, safeText } from "./safe-text.ts";
import { isDumb, isPlain, punctuateInAscii } from "./text.ts";

export type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>;
export interface Output {
  readonly colours: Colours;
  /** Columns of the terminal; infinite if there is no terminal and COLUMNS is not set. */
  readonly width: number;
  /** A person reads the output and can answer questions. */
  readonly isInteractive: boolean;
  /** One line. */
  readonly print: (line?: string) => void;
  /** A line of a table, whose cells were made safe one by one before it was laid out. */
  readonly printLaidOut: (line: string) => void;
  /** Text of several lines; no line break is added at its end. */
  readonly text: (text: string) => void;
  /** Unchanged for a program that reads it; made safe for a terminal. */
  readonly raw: (text: string) => void;
  /** A whole result as JSON. */
  readonly json: (value: unknown) => void;
  /** One of many results as a line of JSON. */
  readonly jsonLine: (value: unknown) => void;
  /** On stderr. */
  readonly note: (line?: string) => void;
  readonly error: (line: string) => void;
  readonly progress: Stream;
}

const USUAL_WIDTH = 80;

type Env = Readonly<Record<string, string | undefined>>;

function isColoured(stream: Stream, env: Env): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  if ((env["FORCE_COLOR"] ?? "0") !== "0") return true;
  return stream.isTTY === true && !isDumb(env);
}

/** A terminal without a known width reports 0; a pipe has no limit, unless COLUMNS sets one. */
function widthOf({ isTTY, columns = 0 }: Stream, env: Env): number {
  const stated = Number(env["COLUMNS"] ?? "");
  if (isTTY !== true) return stated >= 1 ? stated : Number.POSITIVE_INFINITY;
  return columns >= 1 ? columns : USUAL_WIDTH;
}

export function createOutput(
  { stdin, stdout, stderr }: { stdin: { isTTY?: boolean }; stdout: Stream; stderr: Stream },
  env: Env,
): Output {
  const colours = ownColours(createColors(isColoured(stdout, env)));
  const aside = ownColours(createColors(isColoured(stderr, env)));
  const shown = isPlain(env) ? punctuateInAscii : (text: string): string => text;
  const write = (text: string): void => void stdout.write(text);
  const say = (text: string): void => write(shown(text));
  const sayAside = (line: string): void => void stderr.write(`${shown(safeLine(line))}\n`);
  return {
    colours,
    width: widthOf(stdout, env),
    isInteractive: [stdin, stdout, stderr].every(({ isTTY }) => isTTY === true) && !isDumb(env),
    print: (line = "") => say(`${safeLine(line)}\n`),
    printLaidOut: (line) => say(`${line}\n`),
    text: (text) => say(safeText(text)),
    raw: (text) => write(stdout.isTTY === true ? safeText(text) : text),
    json: (value) => write(`${safeJson(value, 2)}\n`),
    jsonLine: (value) => write(`${safeJson(value)}\n`),
    note: (line = "") => sayAside(line === "" ? "" : aside.dim(line)),
    error: (line) => sayAside(aside.red(line)),
    progress: stderr,
  };
}

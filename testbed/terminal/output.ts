/**
 * The output of a command: results on stdout, progress on stderr. Colours are used only on a terminal that shows
 * them, and if NO_COLOR is not set; a pipe gets every column in full. All output is made safe for a terminal here
 * (safe-text.ts), so that no command can forget it.
 */
import type { WriteStream } from "node:tty";
import { createColors } from "picocolors";
import { type Colours, ownColours, safeJson, safeLine, safeText } from "./safe-text.ts";

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>;
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
const LEAST_WIDTH = 40;

type Env = Readonly<Record<string, string | undefined>>;

function isColoured(stream: Stream, env: Env): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  if ((env["FORCE_COLOR"] ?? "0") !== "0") return true;
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

/** A terminal without a known width reports 0; a pipe has no limit, unless COLUMNS sets one. */
function widthOf({ isTTY, columns = 0 }: Stream, env: Env): number {
  const stated = Number(env["COLUMNS"] ?? "");
  if (isTTY !== true) return stated >= LEAST_WIDTH ? stated : Number.POSITIVE_INFINITY;
  return columns >= LEAST_WIDTH ? columns : USUAL_WIDTH;
}

export function createOutput(
  { stdin, stdout, stderr }: { stdin: { isTTY?: boolean }; stdout: Stream; stderr: Stream },
  env: Env,
): Output {
  const colours = ownColours(createColors(isColoured(stdout, env)));
  const aside = ownColours(createColors(isColoured(stderr, env)));
  const say = (text: string): void => void stdout.write(text);
  const sayAside = (line: string): void => void stderr.write(`${safeLine(line)}\n`);
  return {
    colours,
    width: widthOf(stdout, env),
    isInteractive: stdin.isTTY === true && stdout.isTTY === true && stderr.isTTY === true,
    print: (line = "") => say(`${safeLine(line)}\n`),
    printLaidOut: (line) => say(`${line}\n`),
    text: (text) => say(safeText(text)),
    raw: (text) => say(stdout.isTTY === true ? safeText(text) : text),
    json: (value) => say(`${safeJson(value, 2)}\n`),
    jsonLine: (value) => say(`${safeJson(value)}\n`),
    note: (line = "") => sayAside(line === "" ? "" : aside.dim(line)),
    error: (line) => sayAside(aside.red(line)),
    progress: stderr,
  };
}

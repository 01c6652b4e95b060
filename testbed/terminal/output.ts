/**
 * The output of a command: results on stdout, progress on stderr. Colours are used only on a terminal that shows
 * them, and if NO_COLOR is not set; a pipe gets every column in full.
 */
import type { WriteStream } from "node:tty";
import { createColors } from "picocolors";

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>;
type Colours = ReturnType<typeof createColors>;

export interface Output {
  readonly colours: Colours;
  /** Columns of the terminal; infinite if there is no terminal and COLUMNS is not set. */
  readonly width: number;
  /** A person reads the output and can answer questions. */
  readonly isInteractive: boolean;
  readonly print: (line?: string) => void;
  /** Unchanged, without a line break at the end. */
  readonly write: (text: string) => void;
  /** A whole result as JSON. */
  readonly json: (value: unknown) => void;
  /** One of many results as a line of JSON. */
  readonly jsonLine: (value: unknown) => void;
  /** On stderr. */
  readonly note: (line: string) => void;
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
  const colours = createColors(isColoured(stdout, env));
  const aside = createColors(isColoured(stderr, env));
  return {
    colours,
    width: widthOf(stdout, env),
    isInteractive: stdin.isTTY === true && stdout.isTTY === true && stderr.isTTY === true,
    print: (line = "") => void stdout.write(`${line}\n`),
    write: (text) => void stdout.write(text),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    jsonLine: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    note: (line) => void stderr.write(`${aside.dim(line)}\n`),
    error: (line) => void stderr.write(`${aside.red(line)}\n`),
    progress: stderr,
  };
}

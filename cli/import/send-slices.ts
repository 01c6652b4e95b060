/**
 * Sends files to the receiver, slice by slice. A slice without an answer, or with a temporary failure, is sent again:
 * the receiver skips what it already has.
 */
import { count } from "../../testbed/terminal/text.ts";
import { startProgress } from "../../testbed/terminal/progress.ts";
import type { Api } from "../api/api.ts";
import type { Imported } from "../api/answers.ts";
import type { Cli } from "../cli.ts";
import { Failure } from "../failure.ts";
import { pause } from "../terminal/pace.ts";
import { BODY_MAX_BYTES, nameOf, readPieces, sizeOf } from "./read-file.ts";

/** Bodies and bytes per request. */
const SLICE_BODIES = 200;
const SLICE_BYTES = 1_000_000;
/** A dry run returns every difference: those of fewer bodies fit into an answer. */
const DRY_SLICE_BODIES = 50;
const TRIES_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
/** The pause after the receiver could not apply all of a slice. */
const WAITING_MS = 2_000;

export type Difference = Imported["differences"][number];
type Figures = Record<"bodies" | "known" | "new" | "changed" | "unchanged" | "waiting", number>;

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export interface Totals extends Figures {
  errors: number;
  differences_left_out: number;
}

export interface Listener {
  readonly onProblem: (problem: Problem) => void;
  readonly onDifference?: (file: string, difference: Difference) => void;
}

interface Slice {
  readonly file: string;
  readonly bodies: { readonly line: number; readonly text: string }[];
  bytes: number;
}

async function sendOnce(cli: Cli, api: Api, lines: string, isDryRun: boolean): Promise<Imported> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await api.importLines(lines, isDryRun);
    } catch (error) {
      const waitMs = TRIES_MS[attempt];
      if (!(error instanceof Failure) || !error.isTemporary || waitMs === undefined) throw error;
      cli.out.note(`  ${error.message}; once more in ${waitMs / 1_000} s`);
      await pause(waitMs, cli.signal);
    }
  }
}

class Sender {
  readonly totals: Totals = {
    bodies: 0,
    known: 0,
    new: 0,
    changed: 0,
    unchanged: 0,
    waiting: 0,
    errors: 0,
    differences_left_out: 0,
  };
  readonly #cli: Cli;
  readonly #api: Api;
  readonly #isDryRun: boolean;
  readonly #listener: Listener;

  constructor(cli: Cli, api: Api, isDryRun: boolean, listener: Listener) {
    this.#cli = cli;
    this.#api = api;
    this.#isDryRun = isDryRun;
    this.#listener = listener;
  }

  report(problem: Problem): void {
    this.totals.errors += 1;
    this.#listener.onProblem(problem);
  }

  async send({ file, bodies }: Slice): Promise<void> {
    if (bodies.length === 0) return;
    const lines = bodies.map(({ text }) => text).join("\n");
    const answer = await sendOnce(this.#cli, this.#api, lines, this.#isDryRun);
    const { totals } = this;
    for (const name of ["bodies", "known", "new", "changed", "unchanged", "waiting"] as const) {
      totals[name] += answer[name];
    }
    totals.differences_left_out += answer.differences_left_out;
    // Each line of the request is one body.
    const lineOf = (line: number): number => bodies[line - 1]?.line ?? 0;
    for (const { line, reason } of answer.errors) this.report({ file, line: lineOf(line), reason });
    for (const one of answer.differences) {
      this.#listener.onDifference?.(file, { ...one, line: lineOf(one.line) });
    }
    if (answer.waiting > 0) await pause(WAITING_MS, this.#cli.signal);
  }
}

async function sendFile(
  cli: Cli,
  name: string,
  sender: Sender,
  most: number,
  onRead: (bytes: number) => void,
): Promise<void> {
  const file = nameOf(name);
  const begin = (): Slice => ({ file, bodies: [], bytes: 0 });
  let slice = begin();
  for await (const piece of readPieces(cli, name, onRead)) {
    const { line } = piece;
    if (piece.kind === "broken") {
      sender.totals.bodies += 1;
      sender.report({ file, line, reason: piece.reason });
      continue;
    }
    const bytes = Buffer.byteLength(piece.text);
    if (bytes > BODY_MAX_BYTES) {
      sender.totals.bodies += 1;
      sender.report({ file, line, reason: `it is over ${BODY_MAX_BYTES} bytes` });
      continue;
    }
    if (slice.bodies.length === most || slice.bytes + bytes > SLICE_BYTES) {
      await sender.send(slice);
      slice = begin();
    }
    slice.bodies.push({ line, text: piece.text });
    slice.bytes += bytes;
  }
  await sender.send(slice);
}

/** Sends all of the files; returns the sum of the answers. */
export async function sendFiles(
  cli: Cli,
  api: Api,
  names: readonly string[],
  isDryRun: boolean,
  listener: Listener,
): Promise<Totals> {
  const size = await sizeOf(names);
  const sender = new Sender(cli, api, isDryRun, listener);
  const progress =
    size === null ? null : startProgress(cli.out, "KB read", Math.ceil(size / 1_000));
  let read = 0;
  const onRead = (bytes: number): void => {
    read += bytes;
    progress?.update(Math.round(read / 1_000), count(sender.totals.bodies, "body", "bodies"));
  };
  const most = isDryRun ? DRY_SLICE_BODIES : SLICE_BODIES;
  try {
    for (const name of names) await sendFile(cli, name, sender, most, onRead);
  } finally {
    progress?.stop();
  }
  return sender.totals;
}

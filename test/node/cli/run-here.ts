/** Runs a command of the command line within this thread. */
import { Readable, Writable } from "node:stream";
import { runCommand } from "../../../cli/run.ts";

export interface Ended {
  /** Null if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Command {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input: Uint8Array | null;
}

class Gathered extends Writable {
  text = "";
  override _write(chunk: Buffer | string, _encoding: unknown, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

export async function runHere({ args, env, input }: Command): Promise<Ended> {
  const [stdout, stderr] = [
    new Gathered({ decodeStrings: false }),
    new Gathered({ decodeStrings: false }),
  ];
  const stdin = Readable.from(input === null ? [] : [Buffer.from(input)]);
  const surroundings = { env, stdin, stdout, stderr };
  const code = await runCommand(args, surroundings, new AbortController().signal);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

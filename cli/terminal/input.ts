/** Reads a body from a file or from standard input, byte for byte, up to the receiver's limit. */
import { createReadStream } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import type { Cli } from "../cli.ts";
import { Failure } from "../failure.ts";

/** The receiver refuses a larger body with 413. */
const BODY_MAX_BYTES = 1_048_576;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
};

async function collect(stream: Readable): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_MAX_BYTES) {
      throw new Failure(
        "usage",
        `The body is over ${BODY_MAX_BYTES} bytes: the receiver takes no more`,
      );
    }
    chunks.push(bytes);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** `file`: a path; `-` or undefined: standard input. */
export async function readBody(
  cli: Cli,
  file: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const isPiped = file === undefined || file === "-";
  if (isPiped && cli.stdin.isTTY === true)
    cli.out.note("  Reading standard input; Ctrl-D ends it.");
  const source = isPiped ? cli.stdin : createReadStream(file);
  try {
    return await collect(addAbortSignal(cli.signal, source));
  } catch (error) {
    cli.signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "?";
    throw new Failure(
      "usage",
      `Cannot read ${isPiped ? "standard input" : file}: ${reasons[code] ?? code}`,
    );
  }
}

/**
 * The bodies in a file, one after another: JSON or NDJSON, also gzipped, from a path or standard input. Memory is
 * bounded by the largest body, however large the file.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { addAbortSignal, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { BodySplitter, type Piece } from "../../src/events/imports/body-splitter.ts";
import type { Cli } from "../cli.ts";
import { Failure } from "../failure.ts";

/** The receiver accepts no larger body. */
export const BODY_MAX_BYTES = 1_048_576;

/** Standard input. */
const STDIN = "-";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "it may not be read",
  Z_BUF_ERROR: "it is cut short; what is before that was read",
  Z_DATA_ERROR: "its gzip data is damaged; what is before that was read",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8; what is before that was read",
};

function unreadable(name: string, error: unknown): Failure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "?";
  return new Failure("usage", `Cannot read ${nameOf(name)}: ${reasons[code] ?? code}`);
}

export function nameOf(name: string): string {
  return name === STDIN ? "standard input" : name;
}

/** How many bytes the files have; null if that is not known. */
export async function sizeOf(names: readonly string[]): Promise<number | null> {
  if (names.includes(STDIN)) return null;
  const sizes = names.map(async (name) => {
    try {
      return (await stat(name)).size;
    } catch (error) {
      throw unreadable(name, error);
    }
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function isGzip(chunk: Buffer): boolean {
  return chunk[0] === 0x1f && chunk[1] === 0x8b;
}

/** The bytes of a file, decompressed if gzipped; `onRead` gets the number of bytes read from the file itself. */
async function* bytesOf(
  source: Readable,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, void, void> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  const read = async (): Promise<Buffer | null> => {
    const { done, value } = await chunks.next();
    if (done === true) return null;
    const chunk = Buffer.from(value);
    onRead(chunk.length);
    return chunk;
  };
  const first = await read();
  if (first === null) return;
  async function* rest(): AsyncGenerator<Buffer, void, void> {
    for (let chunk = first; chunk !== null; chunk = await read()) yield chunk;
  }
  if (!isGzip(first)) {
    yield* rest();
    return;
  }
  const packed = Readable.from(rest());
  const unpacked = createGunzip();
  packed.on("error", (error) => unpacked.destroy(error));
  const bytes: AsyncIterable<Buffer> = packed.pipe(unpacked);
  for await (const chunk of bytes) yield chunk;
}

/** Every body, and every piece that is no body, with its line. */
export async function* readPieces(
  cli: Cli,
  name: string,
  onRead: (bytes: number) => void,
): AsyncGenerator<Piece, void, void> {
  const source = name === STDIN ? process.stdin : createReadStream(name);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const splitter = new BodySplitter(BODY_MAX_BYTES);
  try {
    for await (const chunk of bytesOf(addAbortSignal(cli.signal, source), onRead)) {
      yield* splitter.push(decoder.decode(chunk, { stream: true }));
    }
    yield* splitter.push(decoder.decode());
    yield* splitter.end();
  } catch (error) {
    cli.signal.throwIfAborted();
    if (error instanceof Failure) throw error;
    throw unreadable(name, error);
  }
}

/**
 * The raw bytes of a request. Memory is allocated when bytes arrive, whatever Content-Length says, and reading ends
 * at a limit of bytes and a limit of time.
 */
import type { RefusalReason } from "../events/refusals";
import { BODY_SLICE_BYTES } from "../limits";
import { within } from "../time-limit";

export interface BodyLimits {
  readonly maxBytes: number;
  /** How long the body may take to arrive completely, in milliseconds. */
  readonly timeoutMs: number;
}

export type BodyResult =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly reason: Extract<RefusalReason, "too large" | "cut off"> };

const TOO_LARGE = { ok: false, reason: "too large" } as const;
const CUT_OFF = { ok: false, reason: "cut off" } as const;

/** The part of `stream.getReader({ mode: "byob" })` that is used. */
type Reader = Pick<ReadableStreamBYOBReader, "readAtLeast">;

function join(slices: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const slice of slices) {
    bytes.set(slice, offset);
    offset += slice.length;
  }
  return bytes;
}

/**
 * Reads slice by slice; each slice is full, except the last. A reader that returns whatever has arrived would keep
 * 4 KiB for each chunk, and a sender may write chunks of one byte.
 */
async function readSlices(reader: Reader, maxBytes: number): Promise<BodyResult> {
  const slices: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const room = new Uint8Array(BODY_SLICE_BYTES);
    const { done, value } = await reader.readAtLeast(room.length, room);
    if (done) return { ok: true, bytes: join(slices, length) };
    length += value.length;
    if (length > maxBytes) return TOO_LARGE;
    slices.push(value);
    // The usual body is one slice; to ask for more would take another turn of the event loop.
    if (value.length < BODY_SLICE_BYTES) return { ok: true, bytes: join(slices, length) };
  }
}

/** Reads the whole body, unless it is over the limit, too slow, or ends before its declared length. */
export async function readBody(
  { headers, body }: Pick<Request, "headers" | "body">,
  { maxBytes, timeoutMs }: BodyLimits,
): Promise<BodyResult> {
  const declared = Number(headers.get("content-length") ?? "0");
  if (declared > maxBytes) return TOO_LARGE;
  if (body === null) return { ok: true, bytes: new Uint8Array(0) };
  const reader = body.getReader({ mode: "byob" });
  const result = await within(readSlices(reader, maxBytes), timeoutMs).catch(() => CUT_OFF);
  // Releases the connection. Not awaited: the answer must not wait for a stalled stream.
  if (!result.ok) reader.cancel().catch(() => undefined);
  return result.ok && result.bytes.length < declared ? CUT_OFF : result;
}

/** The raw bytes of a request, read up to a limit and no further. */

export type BodyResult =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly problem: "too large" | "cut short" };

/** The stream's own bytes reader; null for streams that have none. */
function byteReader(body: ReadableStream): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return null;
  }
}

/**
 * At a stroke, where the length was declared and is kept to, as HTTP sees to. One byte is asked for beyond it, to see the end.
 */
async function readDeclared(
  reader: ReadableStreamBYOBReader,
  declared: number,
): Promise<BodyResult> {
  try {
    const read = await reader.readAtLeast(declared + 1, new Uint8Array(declared + 1));
    const bytes = read.value ?? new Uint8Array(0);
    if (bytes.length > declared) {
      await reader.cancel();
      return { ok: false, problem: "too large" };
    }
    const isWhole = bytes.length === declared;
    return isWhole ? { ok: true, bytes } : { ok: false, problem: "cut short" };
  } catch {
    return { ok: false, problem: "cut short" };
  }
}

/** A body over `maxBytes` is refused before it is read whole, whatever its Content-Length says. */
export async function readBody(request: Request, maxBytes: number): Promise<BodyResult> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > maxBytes) return { ok: false, problem: "too large" };
  if (request.body === null) return { ok: true, bytes: new Uint8Array(0) };
  const whole = declared > 0 ? byteReader(request.body) : null;
  if (whole !== null) return await readDeclared(whole, declared);
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const read = await reader.read();
      if (read.done) break;
      const chunk: unknown = read.value;
      if (!(chunk instanceof Uint8Array)) return { ok: false, problem: "cut short" };
      length += chunk.length;
      if (length > maxBytes) {
        await reader.cancel();
        return { ok: false, problem: "too large" };
      }
      chunks.push(chunk);
    }
  } catch {
    return { ok: false, problem: "cut short" };
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return { ok: true, bytes };
}

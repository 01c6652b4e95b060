/** The raw bytes of a request, read up to a limit and no further. */

export type BodyResult =
  | { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly ok: false; readonly problem: "too large" | "cut short" };

/** A body over `maxBytes` is refused before it is read whole, whatever its Content-Length says. */
export async function readBody(request: Request, maxBytes: number): Promise<BodyResult> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > maxBytes) return { ok: false, problem: "too large" };
  if (request.body === null) return { ok: true, bytes: new Uint8Array(0) };
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

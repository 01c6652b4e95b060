/**
 * Rows travel into SQL as one JSON array through one bound parameter, read by json_each. D1 takes
 * 2 MB a parameter, so long lists are cut into slices by their size in bytes.
 */
import { PARAMETER_MAX_BYTES } from "../limits";

const encoder = new TextEncoder();

/** Each row as JSON text, gathered into JSON arrays of at most `maxBytes` (one row may exceed it). */
export function jsonSlices(
  rows: Iterable<unknown>,
  maxBytes: number = PARAMETER_MAX_BYTES,
): readonly string[] {
  const slices: string[] = [];
  let texts: string[] = [];
  let bytes = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    // A character takes at most three bytes of UTF-8, so short texts need no counting.
    const size = text.length * 3 < 4_096 ? text.length * 3 : encoder.encode(text).length;
    if (texts.length > 0 && bytes + size > maxBytes) {
      slices.push(`[${texts.join(",")}]`);
      texts = [];
      bytes = 0;
    }
    texts.push(text);
    bytes += size + 1;
  }
  if (texts.length > 0) slices.push(`[${texts.join(",")}]`);
  return slices;
}

/**
 * Rows are passed to SQL as one JSON array in one bound parameter, read by json_each. D1 allows 2 MB for a
 * parameter, so long lists are cut into slices by their size in bytes.
 */
import { PARAMETER_MAX_BYTES } from "../limits";

const encoder = new TextEncoder();

/** A character takes at most three bytes of UTF-8. */
const CHARACTER_MAX_BYTES = 3;

/** JSON texts gathered into JSON arrays of at most `maxBytes`. */
function gatherTexts(texts: readonly string[], maxBytes: number): readonly string[] {
  const slices: string[] = [];
  let first = 0;
  let bytes = 0;
  for (const [index, text] of texts.entries()) {
    const size = encoder.encode(text).length;
    if (index > first && bytes + size > maxBytes) {
      slices.push(`[${texts.slice(first, index).join(",")}]`);
      first = index;
      bytes = 0;
    }
    bytes += size + 1;
  }
  return [...slices, `[${texts.slice(first).join(",")}]`];
}

/** Each row as JSON text, gathered into JSON arrays of at most `maxBytes` (one row may exceed it). */
export function jsonSlices(
  rows: readonly unknown[],
  maxBytes: number = PARAMETER_MAX_BYTES,
): readonly string[] {
  if (rows.length === 0) return [];
  const whole = JSON.stringify(rows);
  // The usual case: a text that certainly fits need not be measured.
  if (whole.length * CHARACTER_MAX_BYTES <= maxBytes) return [whole];
  return gatherTexts(
    rows.map((row) => JSON.stringify(row)),
    maxBytes,
  );
}

/** One statement for each slice of the rows, which it reads as `?1`; the other values are bound after it. */
export function slicedStatements(
  db: D1Database,
  sql: string,
  rows: readonly unknown[],
  ...values: readonly (string | number | null)[]
): D1PreparedStatement[] {
  return jsonSlices(rows).map((slice) => db.prepare(sql).bind(slice, ...values));
}

/** A slice, `?1`, as a table: its columns have these names, in the order of a row's cells. */
export function slicedRows(...names: readonly string[]): string {
  const cells = names.map((name, index) => `value->>${String(index)} AS ${name}`);
  return `(SELECT ${cells.join(", ")} FROM jsonb_each(?1))`;
}

/** Longer texts are bound on their own: as JSON text inside JSON, their size could double. */
const ALONE_CHARACTERS = 100_000;

export function isLarge({ payload }: { readonly payload: string }): boolean {
  return payload.length > ALONE_CHARACTERS;
}

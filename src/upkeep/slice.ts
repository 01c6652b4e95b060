/** Decides which expired rows are purged together. Pure. */
import { BODIES_MAX_BYTES } from "../limits";
import type { ArchiveWrite } from "../store/retention/archive-writes";
import type { ExpiredRow } from "../store/retention/retention";
import { objectName } from "./archive";

/** The rows of one slice: bodies of one day, and as many bytes as are read at once. */
export interface Slice {
  readonly write: ArchiveWrite | null;
  /** Rows that have no body to archive. */
  readonly others: readonly number[];
  /** The last row that the slice covers. */
  readonly last: number;
}

/** Null if there is nothing to do yet: a few bodies wait for more of the same day. */
export function cutSlice(expired: readonly ExpiredRow[], isFull: boolean): Slice | null {
  const taken: ExpiredRow[] = [];
  let bytes = 0;
  const day = expired.find((row) => row.bytes > 0)?.day;
  for (const row of expired) {
    const fits = row.bytes === 0 || (row.day === day && bytes + row.bytes <= BODIES_MAX_BYTES);
    if (!fits && bytes > 0) break;
    bytes += row.bytes;
    taken.push(row);
  }
  const bodies = taken.filter((row) => row.bytes > 0);
  const isWhole = isFull || taken.length < expired.length;
  const waits = !isWhole && bodies.every((row) => row.waits === 1);
  const [first, last] = [bodies[0], bodies.at(-1)];
  const others = taken.filter((row) => row.bytes === 0).map(({ place }) => place);
  const end = taken.at(-1)?.place;
  if (end === undefined || (waits && others.length === 0)) return null;
  if (waits || first === undefined || last === undefined) return { write: null, others, last: end };
  const name = objectName(first.day, first.place, last.place);
  const write = { name, first_row: first.place, last_row: last.place };
  return { write, others, last: end };
}

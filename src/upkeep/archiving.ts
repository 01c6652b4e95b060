/**
 * Moves bodies from the inbox to the archive. The write is recorded in D1 before it starts, so that a later run
 * finds an interrupted write and repeats it completely. Bodies are removed only after the object has been read
 * back and compared, only by the latest attempt, and only if nobody was erased meanwhile.
 */
import {
  type ArchiveWrite,
  beginWrite,
  endStatements,
  findBegun,
  loadLines,
  unlessOvertaken,
} from "../store/retention/archive-writes";
import {
  suppressionFence,
  loadSuppressionList,
  unlessListChanged,
} from "../store/privacy/suppression-list";
import { type Purged, purgeRows } from "../store/retention/retention";
import type { Horizons } from "../store/retention/expired";
import { dayOf, eraseArchived, etagOf, writeObject } from "./archive";

export interface ArchivingDeps {
  readonly db: D1Database;
  readonly archive: R2Bucket;
}

export interface Archived extends Purged {
  readonly archived: number;
}

/** Writes the bodies of a range and purges their rows, together with `others`: rows without a body to keep. */
export async function archiveAndPurge(
  { db, archive }: ArchivingDeps,
  write: ArchiveWrite,
  others: readonly number[],
  horizons: Horizons,
): Promise<Archived> {
  const { name } = write;
  const attempt = await beginWrite(db, write, horizons.now);
  const list = await loadSuppressionList(db);
  // Read before the bodies: a later attempt either replaces this version or sees that it has changed.
  const etag = await etagOf(archive, name);
  return await unlessOvertaken(name, async () => {
    const lines = await loadLines(db, write, attempt, dayOf(name), horizons);
    const events = await eraseArchived(lines, list);
    // If no events are left, an object of an earlier attempt is overwritten with an empty one.
    if (events.length > 0 || etag !== null) await writeObject(archive, name, events, etag);
    const places = [...events.map(({ place }) => place), ...others];
    const purged = await unlessListChanged(db, () =>
      purgeRows(db, places, horizons, true, [
        suppressionFence(db, list.version),
        ...endStatements(db, name, attempt),
      ]),
    );
    return { ...purged, archived: events.length };
  });
}

/** Repeats an interrupted write; null if there is none. */
export async function finishBegun(
  deps: ArchivingDeps,
  horizons: Horizons,
): Promise<Archived | null> {
  const begun = await findBegun(deps.db);
  return begun === null ? null : await archiveAndPurge(deps, begun, [], horizons);
}

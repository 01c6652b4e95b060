/**
 * Bodies into the archive and out of the inbox. A write is entered before it is begun, so that one that was
 * cut off is found and done again whole; bodies are removed once the object has been read back as it was
 * meant, by the latest try alone, and only where nobody was erased meanwhile.
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
  /** Bodies written into the archive. */
  readonly archived: number;
}

/** Writes the bodies of a stretch and purges their rows, with `others` that have no body to keep. */
export async function archiveAndPurge(
  { db, archive }: ArchivingDeps,
  write: ArchiveWrite,
  others: readonly number[],
  horizons: Horizons,
): Promise<Archived> {
  const { name } = write;
  const attempt = await beginWrite(db, write, horizons.now);
  const list = await loadSuppressionList(db);
  // Before the lines: whoever begins later writes another object over this one, or finds it replaced.
  const etag = await etagOf(archive, name);
  return await unlessOvertaken(name, async () => {
    const lines = await loadLines(db, write, attempt, dayOf(name), horizons);
    const events = await eraseArchived(lines, list);
    // Empty only where a try before this one left an object whose events are none of it any more.
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

/** Finishes a write that was cut off; null where there is none. */
export async function finishBegun(
  deps: ArchivingDeps,
  horizons: Horizons,
): Promise<Archived | null> {
  const begun = await findBegun(deps.db);
  return begun === null ? null : await archiveAndPurge(deps, begun, [], horizons);
}

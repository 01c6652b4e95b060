/**
 * Brings archived sets back into D1, each in one batch. What cannot be read stays where it is, and the answer says
 * which object is at fault.
 */
import { FILE_LOOKS } from "./limits";
import { log } from "../log";
import { UnreadableFile } from "../store/closed-orders/closed-files";
import {
  type ArchivedSet,
  findArchived,
  findArchivedKeys,
  putBackSet,
} from "../store/closed-orders/put-back";
import { loadColumns } from "../store/closed-orders/set-rows";
import { loadSuppressionList } from "../store/privacy/suppression-list";
import type { PutBackAnswer } from "../closed-orders-service";
import { readFile } from "./files";
import { eraseSet } from "./persons";
import type { FilesDeps } from "./rewriting";

/** Brings back sets of one file, which is read once; returns how many were still where they were. */
async function putBackOf(
  { db, archive, now }: FilesDeps,
  sets: readonly ArchivedSet[],
): Promise<number> {
  const [first] = sets;
  if (first === undefined) return 0;
  const list = await loadSuppressionList(db);
  // Null if the file was replaced meanwhile.
  const read = await readFile(archive, first.file);
  const columns = await loadColumns(db);
  let done = 0;
  for (const set of sets) {
    const found = read?.get(set.setNo);
    if (found === undefined) continue;
    const rows = await eraseSet(found, list);
    const { version: listVersion } = list;
    if (await putBackSet(db, { set, rows, columns, listVersion, now: now().toISOString() })) {
      done += 1;
    }
  }
  return done;
}

/** Brings back every set that the keys lead to. Throws `UnreadableFile` if one of them cannot be read. */
async function bringAllBack(deps: FilesDeps, keys: readonly string[]): Promise<number> {
  const { db } = deps;
  let done = 0;
  for (let looks = 0; ; looks += 1) {
    const sets = await findArchived(db, keys);
    const [first] = sets;
    if (first === undefined) return done;
    if (looks === FILE_LOOKS) {
      throw new UnreadableFile(
        `${first.file.name} in the archive is missing, or has no set ${String(first.setNo)}`,
      );
    }
    for (const ofFile of Map.groupBy(sets, ({ file }) => file.id).values()) {
      done += await putBackOf(deps, ofFile);
    }
  }
}

/** Brings back every set that the keys lead to. */
export async function putBack(deps: FilesDeps, keys: readonly string[]): Promise<PutBackAnswer> {
  try {
    const sets = await bringAllBack(deps, keys);
    if (sets > 0) log.info("orders_put_back", { sets });
    return { ok: true, sets };
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    log.error("archive_unreadable", { error: error.message });
    return { ok: false, problem: error.message };
  }
}

/** Orders of one person that a search brings back at most: as many as a page shows. */
const SEARCH_MAX = 50;

/** Brings back the orders to which this id or reference leads, and orders that have one of the contacts. */
export async function putBackFound(
  deps: FilesDeps,
  id: string,
  contacts: readonly string[],
): Promise<PutBackAnswer> {
  return await putBack(deps, await findArchivedKeys(deps.db, id, contacts, SEARCH_MAX));
}

/**
 * Brings archived sets back into D1, each in one batch. What cannot be read stays where it is, and the answer says
 * which object is at fault.
 */
import { FILE_LOOKS, PUT_BACK_MS } from "./limits";
import { log } from "../log";
import { UnreadableFile } from "../store/closed-orders/closed-files";
import {
  type ArchivedSet,
  findArchived,
  findArchivedKeys,
  putBackSet,
} from "../store/closed-orders/put-back";
import { loadColumns } from "../store/closed-orders/set-rows";
import { loadSuppressionList, SuppressionListChanged } from "../store/privacy/suppression-list";
import type { PutBackAnswer } from "../closed-orders-service";
import { readFile } from "./files";
import { eraseSet } from "./persons";
import type { FilesDeps } from "./rewriting";

/**
 * Brings back sets of one file, which is read once, until the time is over; returns how many were still where they were.
 */
async function putBackOf(
  { db, archive, now }: FilesDeps,
  sets: readonly ArchivedSet[],
  isOver: () => boolean,
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
    if (isOver()) break;
  }
  return done;
}

/**
 * Brings back every set that the keys lead to, or as many as there is time for: at least one. Throws `UnreadableFile` if
 * one of them cannot be read, after all others.
 */
async function bringBack(
  deps: FilesDeps,
  keys: readonly string[],
): Promise<Extract<PutBackAnswer, { readonly ok: true }>> {
  const { db, now } = deps;
  const endsMs = now().getTime() + PUT_BACK_MS;
  const isOver = (): boolean => now().getTime() > endsMs;
  let done = 0;
  for (let looks = 0; ; looks += 1) {
    const sets = await findArchived(db, keys);
    const [first] = sets;
    if (first === undefined) return { ok: true, sets: done, more: false };
    if (looks === FILE_LOOKS) {
      throw new UnreadableFile(
        `${first.file.name} in the archive is missing, or has no set ${String(first.setNo)}`,
      );
    }
    let unreadable: UnreadableFile | null = null;
    for (const ofFile of Map.groupBy(sets, ({ file }) => file.id).values()) {
      try {
        done += await putBackOf(deps, ofFile, isOver);
      } catch (error) {
        if (error instanceof UnreadableFile) unreadable = error;
        // Otherwise somebody is erased meanwhile: the next look has the new list.
        else if (!(error instanceof SuppressionListChanged)) throw error;
      }
      if (done > 0 && isOver()) return { ok: true, sets: done, more: true };
    }
    if (unreadable !== null) throw unreadable;
  }
}

/** Brings back the sets that the keys lead to; of many perhaps not all, so that it answers in time. */
export async function putBack(deps: FilesDeps, keys: readonly string[]): Promise<PutBackAnswer> {
  try {
    const answer = await bringBack(deps, keys);
    if (answer.sets > 0) log.info("orders_put_back", { sets: answer.sets });
    return answer;
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
  const answer = await putBack(deps, await findArchivedKeys(deps.db, id, contacts, SEARCH_MAX));
  // A search shows what there was time for.
  return answer.ok ? { ...answer, more: false } : answer;
}

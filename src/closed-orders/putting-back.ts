/**
 * Brings archived sets back into D1, each in one batch. What cannot be read stays where it is, and the answer says
 * which object is at fault.
 */
import { FILE_LOOKS } from "./limits";
import { log } from "../log";
import { UnreadableFile } from "../store/closed-orders/closed-files";
import { keyOf } from "../store/closed-orders/keys";
import {
  type ArchivedSet,
  findArchived,
  findArchivedOrders,
  putBackSet,
} from "../store/closed-orders/put-back";
import { loadColumns, type SetRows } from "../store/closed-orders/set-rows";
import { loadSuppressionList } from "../store/privacy/suppression-list";
import type { PutBackAnswer } from "../closed-orders-service";
import { readFile } from "./files";
import { eraseSet } from "./persons";
import type { FilesDeps } from "./rewriting";

/** Reads a set; null if it is no longer where it was: it was brought back, or its file was replaced. */
async function readSet(archive: R2Bucket, set: ArchivedSet): Promise<SetRows | null> {
  const sets = await readFile(archive, set.file);
  return sets?.get(set.setNo) ?? null;
}

async function putBackOne(deps: FilesDeps, set: ArchivedSet): Promise<boolean> {
  const { db, archive } = deps;
  const list = await loadSuppressionList(db);
  const read = await readSet(archive, set);
  if (read === null) return false;
  const rows = await eraseSet(read, list);
  const columns = await loadColumns(db);
  const now = deps.now().toISOString();
  await putBackSet(db, { set, rows, columns, listVersion: list.version, now });
  return true;
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
    for (const set of sets) if (await putBackOne(deps, set)) done += 1;
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

/** Brings back the order with this number, and orders that have one of the contacts. */
export async function putBackFound(
  deps: FilesDeps,
  number: string,
  contacts: readonly string[],
): Promise<PutBackAnswer> {
  const found = await findArchivedOrders(deps.db, number, contacts, SEARCH_MAX);
  return await putBack(deps, found.map(keyOf.order));
}

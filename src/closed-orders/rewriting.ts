/**
 * Replaces a file by one without the sets that were brought back. The new one is recorded before it is written; then
 * the two change names in one batch, and the objects of the old name are deleted.
 */
import { addMs } from "../events/field-formats/time";
import { CLOSED_FILE_ABANDONED_MS, DROPPED_FILES } from "./limits";
import {
  beginFile,
  type ClosedFile,
  dropFile,
  exchangeFiles,
  forgetFile,
  loadDropped,
  loadPutBack,
  UnreadableFile,
} from "../store/closed-orders/closed-files";
import { keysOfSet } from "../store/closed-orders/removal";
import { loadColumns, type SetRows } from "../store/closed-orders/set-rows";
import { deleteFile, newName, randomName, readFile, writeFile } from "./files";
import { FORMAT_VERSION } from "./parquet";
import { withoutPersons } from "./persons";

export interface FilesDeps {
  readonly db: D1Database;
  readonly archive: R2Bucket;
  readonly now: () => Date;
}

/** All sets of a file. Throws if it cannot be read. */
export async function readSets(
  { archive }: FilesDeps,
  file: ClosedFile,
): Promise<ReadonlyMap<number, SetRows>> {
  const read = await readFile(archive, file);
  if (read === null) throw new UnreadableFile(`${file.name} in the archive is missing`);
  return read;
}

/** The sets of a file that are not in D1. */
async function readCurrentSets(
  deps: FilesDeps,
  file: ClosedFile,
): Promise<{ readonly sets: ReadonlyMap<number, SetRows>; readonly putBack: readonly number[] }> {
  const read = await readSets(deps, file);
  const putBack = await loadPutBack(deps.db, file.id);
  const gone = new Set(putBack);
  return { sets: new Map([...read].filter(([setNo]) => !gone.has(setNo))), putBack };
}

/** Deletes the objects of files that were begun and are not needed, and of names that were replaced. */
export async function deleteDropped({ db, archive, now }: FilesDeps): Promise<void> {
  const begunBefore = addMs(now().toISOString(), -CLOSED_FILE_ABANDONED_MS);
  for (const file of await loadDropped(db, begunBefore, DROPPED_FILES)) {
    await deleteFile(archive, file);
    await forgetFile(db, file.id);
  }
}

/**
 * Writes the sets that are not in D1 as a new file under the same id, in `state`. `expired`: without persons, and its
 * keys leave D1; a later event makes a new row. Returns false if another run has changed what it has meanwhile.
 */
export async function rewriteFile(
  deps: FilesDeps,
  file: ClosedFile,
  state: "closed" | "placed" | "expired",
): Promise<boolean> {
  const { db, archive } = deps;
  const { sets: current, putBack } = await readCurrentSets(deps, file);
  const isExpired = state === "expired";
  const sets = isExpired
    ? new Map([...current].map(([setNo, set]) => [setNo, withoutPersons(set)] as const))
    : current;
  const all = [...current.values()];
  const forgotten = {
    keys: isExpired ? all.flatMap(keysOfSet) : [],
    orders: isExpired
      ? all.flatMap((set) => set.orders.map((row) => row["order_number"])).map(String)
      : [],
  };
  const now = deps.now().toISOString();
  const name = newName(file.name.slice(0, 7), now, randomName());
  const begunId = await beginFile(db, name, FORMAT_VERSION, now);
  const objects = await writeFile(archive, { name, state }, sets, await loadColumns(db));
  const to = { name, state, objects, version: FORMAT_VERSION };
  const isReplaced = await exchangeFiles(db, file, begunId, to, putBack, forgotten);
  if (!isReplaced) await dropFile(db, begunId);
  await deleteFile(archive, isReplaced ? file : { name });
  await forgetFile(db, begunId);
  return isReplaced;
}

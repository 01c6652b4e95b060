/**
 * Erasing in files of closed orders. The rows of a file that name a person are reported to the receiver, which brings
 * their sets back and erases them in D1, as all others. Once all files are searched, each is written without the sets
 * that were brought back. Until then a file is searched with them: they may have come back after the receiver had
 * searched its rows.
 */
import { entities, entityNames } from "../projection/registers";
import {
  type ClosedFile,
  loadFilesAfter,
  loadFilesIn,
  loadToRewrite,
  UnreadableFile,
} from "../store/closed-orders/closed-files";
import type { RowKey } from "../store/privacy/erased-bodies";
import { loadEntered } from "../store/privacy/erasure";
import { searchedColumns } from "../store/privacy/personal-texts";
import { loadSuppressionList } from "../store/privacy/suppression-list";
import type { ErasedFile } from "../closed-orders-service";
import { contactsInRow } from "./persons";
import { type FilesDeps, readSets, rewriteFile } from "./rewriting";

/**
 * The rows of a file that name a person on the suppression list. Orders that the erasure knows are left out: an order that
 * was erased and brought back is still in the file as it was.
 */
async function findNamed(deps: FilesDeps, file: ClosedFile): Promise<readonly RowKey[]> {
  const list = await loadSuppressionList(deps.db);
  const rows: RowKey[] = [];
  for (const set of (await readSets(deps, file)).values()) {
    for (const entity of entityNames) {
      for (const row of set[entity]) {
        if (!(await list.hasAny(contactsInRow(entity, row)))) continue;
        const { subject } = searchedColumns[entity];
        rows.push({ subject, key: String(row[entities[entity].key]) });
      }
    }
  }
  const orders = rows.flatMap(({ subject, key }) => (subject === "order" ? [key] : []));
  const entered = await loadEntered(deps.db, orders);
  return rows.filter(({ subject, key }) => subject !== "order" || !entered.has(key));
}

async function eraseNext(deps: FilesDeps, after: number): Promise<ErasedFile> {
  const { db } = deps;
  const [[file], [left], begun, dropped] = await Promise.all([
    loadFilesAfter(db, after, 1),
    loadToRewrite(db, 1),
    loadFilesIn(db, "begun", 1),
    loadFilesIn(db, "dropped", 1),
  ]);
  if (begun.length + dropped.length > 0) {
    return {
      outcome: "waits",
      reason: "waits until files of closed orders are written or deleted",
    };
  }
  if (file !== undefined) {
    return { outcome: "searched", id: file.id, named: await findNamed(deps, file) };
  }
  if (left === undefined) return { outcome: "done" };
  await rewriteFile(deps, left, left.state === "placed" ? "placed" : "closed");
  return { outcome: "searched", id: after, named: [] };
}

/** Searches the next file after `after`; after the last one, no file has anything of a set that was brought back. */
export async function eraseNextFile(deps: FilesDeps, after: number): Promise<ErasedFile> {
  try {
    return await eraseNext(deps, after);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return { outcome: "waits", reason: `waits: ${error.message}` };
  }
}

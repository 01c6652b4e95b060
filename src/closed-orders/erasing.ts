/** Erasing in files of closed orders: the sets that name a person are brought back, and the file is written without them. */
import { contactsInBody } from "../projection/identifiers";
import { entities, entityNames } from "../projection/registers";
import {
  type ClosedFile,
  loadFilesAfter,
  loadFilesIn,
  loadPutBack,
  loadToRewrite,
} from "../store/closed-orders/closed-files";
import { keysOfSet } from "../store/closed-orders/removal";
import type { RowKey } from "../store/privacy/erased-bodies";
import { loadSuppressionList, type SuppressionList } from "../store/privacy/suppression-list";
import type { ErasedFile } from "../closed-orders-service";
import { subjects } from "./persons";
import { putBack } from "./putting-back";
import { type FilesDeps, readCurrentSets, rewriteFile } from "./rewriting";

interface Named {
  readonly rows: readonly RowKey[];
  /** Of the sets that they belong to. */
  readonly keys: readonly string[];
}

/** The rows of a file that name a person on the list. */
async function findNamed(deps: FilesDeps, file: ClosedFile, list: SuppressionList): Promise<Named> {
  const { sets } = await readCurrentSets(deps, file);
  const rows: RowKey[] = [];
  const keys: string[] = [];
  for (const set of sets.values()) {
    const before = rows.length;
    for (const entity of entityNames) {
      for (const row of set[entity]) {
        if (!(await list.hasAny(contactsInBody(JSON.stringify(row))))) continue;
        rows.push({ subject: subjects[entity], key: String(row[entities[entity].key]) });
      }
    }
    if (rows.length > before) keys.push(...keysOfSet(set));
  }
  return { rows, keys };
}

/** Searches the next file after `after`; after the last one, no file has anything of a set that was brought back. */
export async function eraseNextFile(deps: FilesDeps, after: number): Promise<ErasedFile> {
  const { db } = deps;
  const [[file], rest, begun, dropped] = await Promise.all([
    loadFilesAfter(db, after, 1),
    loadToRewrite(db, 1),
    loadFilesIn(db, "begun", 1),
    loadFilesIn(db, "dropped", 1),
  ]);
  const left = file ?? rest[0];
  if (begun.length + dropped.length > 0) {
    return {
      outcome: "waits",
      reason: "waits until files of closed orders are written or deleted",
    };
  }
  if (left === undefined) return { outcome: "done" };
  const list = await loadSuppressionList(db);
  const named = file === undefined ? { rows: [], keys: [] } : await findNamed(deps, file, list);
  const answer = await putBack(deps, named.keys);
  if (!answer.ok) return { outcome: "waits", reason: `waits: ${answer.problem}` };
  const putBackSets = await loadPutBack(db, left.id);
  if (putBackSets.length > 0) {
    await rewriteFile(deps, left, left.state === "placed" ? "placed" : "closed");
  }
  return { outcome: "searched", id: Math.max(after, left.id), named: named.rows };
}

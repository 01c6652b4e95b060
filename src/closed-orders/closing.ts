/**
 * Archives sets of orders that are finished: their rows are written to a file in R2, read back and compared, and then
 * removed from D1 in one batch that leaves only their keys. The file is recorded before it is written, so that a
 * later run deletes what an interrupted one has left.
 */
import { addMs, DAY_MS } from "../events/field-formats/time";
import {
  CLOSE_ORDERS,
  CLOSE_REST_MS,
  CLOSE_RUN_MS,
  CLOSE_STRETCH_ORDERS,
  CLOSED_FILE_MAX_BYTES,
  GATHER_ROWS,
  GATHER_STEPS,
  SET_MAX_BYTES,
  SET_MAX_KEYS,
} from "./limits";
import { log } from "../log";
import { entityNames } from "../projection/registers";
import {
  findCandidates,
  findUnsettled,
  mayClose,
  saveWalk,
} from "../store/closed-orders/candidates";
import { beginFile, dropFile } from "../store/closed-orders/closed-files";
import { gatherSets } from "../store/closed-orders/connected";
import { removeSets } from "../store/closed-orders/removal";
import {
  loadColumns,
  loadSets,
  measureSets,
  type SetRows,
  type TableColumns,
} from "../store/closed-orders/set-rows";
import { loadSuppressionList } from "../store/privacy/suppression-list";
import { newName, randomName, writeFile } from "./files";
import { isFinished } from "./finished";
import { FORMAT_VERSION } from "./parquet";
import { deleteDropped, type FilesDeps } from "./rewriting";

export interface ClosingDeps extends FilesDeps {
  /** Days without a change after which a finished order is archived. */
  readonly orderDays: number;
}

/** The keys of a set. */
type Keys = readonly string[];

const withoutMark = (key: string): string => key.slice(2);

/** Rows that version 0.2 has written are renewed first. */
function isCurrent(rows: SetRows): boolean {
  return entityNames.every((entity) =>
    rows[entity].every((row) =>
      Object.entries(row).every(
        ([name, value]) => !name.endsWith("_precedence") || String(value) < "0",
      ),
    ),
  );
}

/**
 * Archives those of the sets for which `isWanted` holds, as one file. If a row of any of them changes meanwhile, in
 * two parts, and so on: one set that keeps changing does not keep the others. Returns how many were archived.
 */
export async function archiveSets(
  deps: ClosingDeps,
  sets: readonly Keys[],
  isWanted: (rows: SetRows) => boolean,
  columns: TableColumns,
): Promise<number> {
  const { db, archive } = deps;
  const list = await loadSuppressionList(db);
  const loaded = await loadSets(db, sets);
  const wanted = loaded.flatMap((rows, at) => {
    const keys = sets[at] ?? [];
    return rows.orders.length > 0 && isCurrent(rows) && isWanted(rows) ? [{ keys, rows }] : [];
  });
  if (wanted.length === 0) return 0;
  const now = deps.now().toISOString();
  const name = newName(now.slice(0, 7), now, randomName());
  const fileId = await beginFile(db, name, FORMAT_VERSION, now);
  const rows = wanted.map((set) => set.rows);
  const numbered = new Map(rows.map((set, setNo) => [setNo, set] as const));
  const objects = await writeFile(archive, { name, state: "begun" }, numbered, columns);
  const listVersion = list.version;
  const outcome = await removeSets(db, { fileId, objects, columns, sets: rows, listVersion });
  if (outcome === "removed") return rows.length;
  await dropFile(db, fileId);
  if (outcome === "blocked" || wanted.length === 1) return 0;
  const half = Math.ceil(wanted.length / 2);
  const keys = wanted.map((set) => set.keys);
  return (
    (await archiveSets(deps, keys.slice(0, half), isWanted, columns)) +
    (await archiveSets(deps, keys.slice(half), isWanted, columns))
  );
}

/** Sets that fit into one file, in their order; a set that is too large stays in D1. */
function cutFiles(sets: readonly Keys[], sizes: readonly number[]): readonly (readonly Keys[])[] {
  const files: Keys[][] = [];
  let bytes = Infinity;
  for (const [at, keys] of sets.entries()) {
    const size = sizes[at] ?? 0;
    if (size > SET_MAX_BYTES) continue;
    bytes += size;
    if (bytes > CLOSED_FILE_MAX_BYTES) {
      files.push([]);
      bytes = size;
    }
    files.at(-1)?.push(keys);
  }
  return files;
}

/** Gathers the sets of these orders and archives those that are finished. */
async function closeOrders(
  deps: ClosingDeps,
  orders: readonly string[],
  before: string,
  columns: TableColumns,
): Promise<number> {
  const { db } = deps;
  const limits = { keys: SET_MAX_KEYS, steps: GATHER_STEPS, rows: GATHER_ROWS };
  const gathered = await gatherSets(db, orders, limits);
  const unsettled = await findUnsettled(db, gathered.flat().map(withoutMark));
  const sets = gathered.filter((keys) => !keys.some((key) => unsettled.has(withoutMark(key))));
  let closed = 0;
  for (const file of cutFiles(sets, await measureSets(db, sets))) {
    closed += await archiveSets(deps, file, (rows) => isFinished(rows, before), columns);
  }
  return closed;
}

/** One run of the cron, for about CLOSE_RUN_MS at most; rests after a whole round. Returns how many sets were archived. */
export async function closeFinished(deps: ClosingDeps): Promise<number> {
  const { db, orderDays } = deps;
  const start = deps.now();
  const now = start.toISOString();
  await deleteDropped(deps);
  if (!(await mayClose(db, now))) return 0;
  const before = addMs(now, -orderDays * DAY_MS);
  const columns = await loadColumns(db);
  let closed = 0;
  for (let isRound = false; !isRound && deps.now().getTime() < start.getTime() + CLOSE_RUN_MS;) {
    const found = await findCandidates(db, before, CLOSE_STRETCH_ORDERS, CLOSE_ORDERS);
    if (found.orders.length > 0) {
      closed += await closeOrders(deps, found.orders, before, columns);
    }
    // What was not archived for this reason is looked at again.
    if (!(await mayClose(db, now))) break;
    isRound = found.isRound;
    const rest = isRound ? addMs(now, CLOSE_REST_MS) : "";
    await saveWalk(db, isRound ? 0 : found.end, rest);
  }
  if (closed > 0) log.info("orders_closed", { sets: closed });
  return closed;
}

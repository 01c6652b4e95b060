/**
 * The run of a night, after which the lake has every order once: files lose the sets that were brought back, files
 * of the day get their place, and a copy of the rows in D1 stands beside them. It goes on from minute to minute, and
 * a run that was cut off continues where it was. Meanwhile nothing is archived. What is brought back meanwhile
 * stays in its file until the next night, and is left out of the copy.
 */
import { addMs, DAY_MS } from "../events/field-formats/time";
import { KEYS_DAYS, LAKE_FILES, LAKE_RUN_MS, LIVING_PAGE } from "./limits";
import { log } from "../log";
import { loadExpired, loadFilesIn, loadToRewrite } from "../store/closed-orders/closed-files";
import { type ArchivedTable, keysOfRow } from "../store/closed-orders/connected";
import {
  livingTables,
  loadLiving,
  loadNight,
  type Night,
  saveNight,
  type StillFiled,
} from "../store/closed-orders/living";
import { byTable, loadColumns, type Row, type SetRows } from "../store/closed-orders/set-rows";
import {
  copyObjects,
  deletePrefix,
  livingPrefix,
  readFile,
  stagedPrefix,
  writeTable,
} from "./files";
import { deleteDropped, expireFile, type FilesDeps, rewriteFile } from "./rewriting";

const begin = (now: string): Night => ({
  started_at: now,
  phase: "files",
  table: 0,
  after: "",
  part: 0,
});

/** The night that is due or under way; null if the last one is of today. */
async function findNight({ db, now }: FilesDeps): Promise<Night | null> {
  const at = now().toISOString();
  const last = await loadNight(db);
  if (last === null) return begin(at);
  const { night, isOutdated } = last;
  if (night.phase !== "done") return night;
  return isOutdated || night.started_at.slice(0, 10) < at.slice(0, 10) ? begin(at) : null;
}

export interface NightDeps extends FilesDeps {
  /** Keys stay at least as long as the events that lead to them (DEDUPE_DAYS). */
  readonly dedupeDays: number;
}

/** Some files; the next phase once none is left. */
async function placeFiles(deps: NightDeps, night: Night): Promise<Night> {
  const { db } = deps;
  const changed = await loadToRewrite(db, LAKE_FILES);
  const files = changed.length > 0 ? changed : await loadFilesIn(db, "closed", LAKE_FILES);
  for (const file of files) await rewriteFile(deps, file, "placed");
  if (files.length > 0) return night;
  const before = addMs(night.started_at, -Math.max(KEYS_DAYS, deps.dedupeDays) * DAY_MS);
  const expired = await loadExpired(db, before, LAKE_FILES);
  for (const file of expired) await expireFile(deps, file);
  if (expired.length > 0) return night;
  // What a copy that was cut off has left.
  for (const [table] of livingTables) await deletePrefix(deps.archive, stagedPrefix(table));
  return { ...night, phase: "copy" };
}

const identity = (table: ArchivedTable, row: Row): string =>
  table === "notifications" ? String(row["id"]) : (keysOfRow(table, row)[0] ?? "");

/** Reads each file once for all pages of a run: objects never change under their name. */
function createFileReader({ archive }: FilesDeps) {
  const known = new Map<string, ReadonlyMap<number, SetRows>>();
  return async (file: StillFiled): Promise<SetRows> => {
    const sets =
      known.get(file.name) ?? (await readFile(archive, file)) ?? new Map<number, SetRows>();
    known.set(file.name, sets);
    return sets.get(file.set_no) ?? byTable(() => []);
  };
}

type FileReader = ReturnType<typeof createFileReader>;

/** The next page of rows as an object, outside the lake for now. */
async function copyPage(deps: FilesDeps, night: Night, readSet: FileReader): Promise<Night> {
  const { db, archive } = deps;
  const living = livingTables[night.table];
  if (living === undefined) return { ...night, phase: "replace" };
  const [table, key] = living;
  const { rows, stillFiled } = await loadLiving(db, living, night.after, LIVING_PAGE);
  const filed = new Set<string>();
  for (const set of stillFiled) {
    for (const row of (await readSet(set))[table]) filed.add(identity(table, row));
  }
  const kept = rows.filter((row) => !filed.has(identity(table, row)));
  // The first object of a table is written even without a row, so that it can be queried.
  if (kept.length > 0 || night.part === 0) {
    const columns = (await loadColumns(db))[table];
    const key = `${stagedPrefix(table)}${String(night.part).padStart(5, "0")}.parquet`;
    await writeTable(archive, key, table, kept, columns);
  }
  const last = rows.at(-1)?.[key];
  return last === undefined
    ? { ...night, table: night.table + 1, after: "", part: 0 }
    : { ...night, after: String(last), part: night.part + 1 };
}

/** Puts the copy in the place of the last one. */
async function replaceCopy({ archive }: FilesDeps, night: Night): Promise<Night> {
  for (const [table] of livingTables) {
    await copyObjects(archive, stagedPrefix(table), livingPrefix(table));
  }
  for (const [table] of livingTables) await deletePrefix(archive, stagedPrefix(table));
  return { ...night, phase: "done" };
}

async function takeStep(deps: NightDeps, night: Night, readSet: FileReader): Promise<Night> {
  switch (night.phase) {
    case "files":
      return await placeFiles(deps, night);
    case "copy":
      return await copyPage(deps, night, readSet);
    case "replace":
      return await replaceCopy(deps, night);
    case "done":
      return night;
  }
}

/** Continues the run of this night for about LAKE_RUN_MS. */
export async function continueNight(deps: NightDeps): Promise<void> {
  const { db, now } = deps;
  const endMs = now().getTime() + LAKE_RUN_MS;
  let night = await findNight(deps);
  if (night?.phase === "files") await deleteDropped(deps);
  const readSet = createFileReader(deps);
  while (night !== null && night.phase !== "done" && now().getTime() < endMs) {
    night = await takeStep(deps, night, readSet);
    await saveNight(db, night);
    if (night.phase === "done") log.info("lake_written", { started_at: night.started_at });
  }
}

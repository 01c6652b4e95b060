/**
 * The run of a night, after which the lake has every order once: files lose the sets that were brought back, files
 * of the day get their place, and a copy of the rows in D1 stands beside them. It goes on from minute to minute, and
 * a run that was cut off continues where it was. Meanwhile nothing is archived. What is brought back meanwhile
 * stays in its file until the next night, and is left out of the copy. One run of the cron at a time does it.
 */
import { LAKE_CLAIM_MS, LAKE_RUN_MS, LIVING_PAGE } from "./limits";
import { log } from "../log";
import { UnreadableFile } from "../store/closed-orders/closed-files";
import { type ArchivedTable, keysOfRow } from "../store/closed-orders/connected";
import {
  claimNight,
  isErasing,
  livingTables,
  loadLiving,
  loadNight,
  type Night,
  releaseNight,
  saveNight,
  type StillFiled,
} from "../store/closed-orders/living";
import { loadColumns, type Row } from "../store/closed-orders/set-rows";
import {
  copyObjects,
  deletePrefix,
  livingPrefix,
  readTable,
  SET_NO,
  stagedPrefix,
  writeTable,
} from "./files";
import { type NightDeps, placeFiles } from "./placing";
import { deleteDropped, type FilesDeps } from "./rewriting";

const begin = (now: string): Night => ({
  started_at: now,
  phase: "files",
  after: "",
  table: 0,
  part: 0,
});

/** The night as it is stored, and the one that is due or under way; null if the last one is of today. */
async function findNight({
  db,
  now,
}: FilesDeps): Promise<{ readonly read: Night | null; readonly night: Night } | null> {
  const at = now().toISOString();
  const last = await loadNight(db);
  const isAtFiles = last === null || last.night.phase === "files" || last.night.phase === "done";
  if (isAtFiles && (await isErasing(db))) return null;
  if (last === null) return { read: null, night: begin(at) };
  const { night: read, isOutdated } = last;
  if (read.phase !== "done") return { read, night: read };
  const isDue = isOutdated || read.started_at.slice(0, 10) < at.slice(0, 10);
  return isDue ? { read, night: begin(at) } : null;
}

/** Some files; the next phase once none is left. */
async function takeFiles(deps: NightDeps, night: Night): Promise<Night> {
  const after = await placeFiles(deps, night.started_at, Number(night.after));
  if (after !== null) return { ...night, after: String(after) };
  // What a copy that was cut off has left.
  for (const [table] of livingTables) await deletePrefix(deps.archive, stagedPrefix(table));
  return { ...night, phase: "copy", after: "" };
}

const identity = (table: ArchivedTable, row: Row): string =>
  table === "notifications" ? String(row["id"]) : (keysOfRow(table, row)[0] ?? "");

/**
 * Reads each table of a file once for all pages of a run: objects never change under their name. One that is missing
 * or damaged hides no row.
 */
function createFileReader({ archive }: FilesDeps) {
  const known = new Map<string, readonly (readonly [unknown, string])[]>();
  const load = async (
    file: StillFiled,
    table: ArchivedTable,
  ): Promise<readonly (readonly [unknown, string])[]> => {
    try {
      const rows = await readTable(archive, file, table);
      return rows.map((row) => [row[SET_NO], identity(table, row)] as const);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      return [];
    }
  };
  return async (file: StillFiled, table: ArchivedTable): Promise<readonly string[]> => {
    const name = `${table} ${file.name}`;
    const rows = known.get(name) ?? (await load(file, table));
    known.set(name, rows);
    return rows.flatMap(([setNo, id]) => (setNo === file.set_no ? [id] : []));
  };
}

type FileReader = ReturnType<typeof createFileReader>;

/** The next page of rows as an object, outside the lake for now. */
async function copyPage(deps: FilesDeps, night: Night, readIds: FileReader): Promise<Night> {
  const { db, archive } = deps;
  const living = livingTables[night.table];
  if (living === undefined) return { ...night, phase: "replace" };
  const [table, key] = living;
  const { rows, stillFiled } = await loadLiving(db, living, night.after, LIVING_PAGE);
  const filed = new Set<string>();
  for (const set of stillFiled) for (const id of await readIds(set, table)) filed.add(id);
  const kept = rows.filter((row) => !filed.has(identity(table, row)));
  // The first object of a table is written even without a row, so that it can be queried.
  if (kept.length > 0 || night.part === 0) {
    const columns = (await loadColumns(db))[table];
    const name = `${stagedPrefix(table)}${String(night.part).padStart(5, "0")}.parquet`;
    await writeTable(archive, name, table, kept, columns);
  }
  const last = rows.at(-1)?.[key];
  return last === undefined
    ? { ...night, table: night.table + 1, after: "", part: 0 }
    : { ...night, after: String(last), part: night.part + 1 };
}

/** Puts the copy in the place of the last one. All of it is there until that is saved, since a run may be cut off. */
async function replaceCopy({ archive }: FilesDeps, night: Night): Promise<Night> {
  for (const [table] of livingTables) {
    await copyObjects(archive, stagedPrefix(table), livingPrefix(table));
  }
  return { ...night, phase: "clear" };
}

async function clearStaged({ archive }: FilesDeps, night: Night): Promise<Night> {
  for (const [table] of livingTables) await deletePrefix(archive, stagedPrefix(table));
  return { ...night, phase: "done" };
}

async function takeStep(deps: NightDeps, night: Night, readIds: FileReader): Promise<Night> {
  switch (night.phase) {
    case "files":
      return await takeFiles(deps, night);
    case "copy":
      return await copyPage(deps, night, readIds);
    case "replace":
      return await replaceCopy(deps, night);
    case "clear":
      return await clearStaged(deps, night);
    case "done":
      return night;
  }
}

/** Continues the run of this night for about LAKE_RUN_MS, unless another run of the cron does. */
export async function continueNight(deps: NightDeps): Promise<void> {
  const { db, now } = deps;
  const nowMs = now().getTime();
  const untilMs = nowMs + LAKE_CLAIM_MS;
  const found = await findNight(deps);
  if (found === null) return;
  // A new night is stored before its first step: nothing is archived from then on.
  if (!(await claimNight(db, { nowMs, untilMs }, found.read, found.night))) return;
  let night = found.night;
  try {
    if (night.phase === "files") await deleteDropped(deps);
    const readIds = createFileReader(deps);
    while (night.phase !== "done" && now().getTime() < nowMs + LAKE_RUN_MS) {
      night = await takeStep(deps, night, readIds);
      if (!(await saveNight(db, night, untilMs))) return;
      if (night.phase === "done") log.info("lake_written", { started_at: night.started_at });
    }
  } finally {
    await releaseNight(db, untilMs);
  }
}

/**
 * The files of a night: each is written again without what was brought back, and gets its place. One that cannot be
 * read stays as it is, with its keys, and the team is told; the night goes on.
 */
import { addMs, DAY_MS } from "../events/field-formats/time";
import { KEYS_DAYS, LAKE_FILES } from "./limits";
import { log } from "../log";
import {
  type ClosedFile,
  hasName,
  loadDue,
  UnreadableFile,
} from "../store/closed-orders/closed-files";
import { closedOrdersAlert, insertAlerts } from "../store/outbox/alerts";
import { type FilesDeps, rewriteFile } from "./rewriting";

export interface NightDeps extends FilesDeps {
  /** Keys stay at least as long as the events that lead to them (DEDUPE_DAYS). */
  readonly dedupeDays: number;
}

/** The receiver's sweep sends the alert: at most one each hour. */
async function report({ db, now }: FilesDeps, { message }: UnreadableFile): Promise<void> {
  log.error("archive_unreadable", { error: message });
  await insertAlerts(db, [closedOrdersAlert(message)], now().toISOString());
}

/** False if another run has changed what it has meanwhile: it is looked at again. */
async function placeFile(deps: FilesDeps, file: ClosedFile, expired: string): Promise<boolean> {
  try {
    return await rewriteFile(deps, file, file.written_at <= expired ? "expired" : "placed");
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    if (!(await hasName(deps.db, file))) return false;
    await report(deps, error);
    return true;
  }
}

/** Some files after this one; returns the last of them, or null if none was left. */
export async function placeFiles(
  deps: NightDeps,
  startedAt: string,
  after: number,
): Promise<number | null> {
  const expired = addMs(startedAt, -Math.max(KEYS_DAYS, deps.dedupeDays) * DAY_MS);
  const files = await loadDue(deps.db, after, expired, LAKE_FILES);
  if (files.length === 0) return null;
  let last = after;
  for (const file of files) {
    if (!(await placeFile(deps, file, expired))) return last;
    last = file.id;
  }
  return last;
}

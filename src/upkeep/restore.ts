/**
 * Restores archived bodies to the inbox, some objects per call; the client continues with `next_cursor`. Restored
 * bodies stay for RESTORED_KEPT_MS, which is enough for a rebuild.
 */
import { addMs } from "../events/field-formats/time";
import { RESTORE_OBJECTS, RESTORED_KEPT_MS } from "../limits";
import { errorText } from "../log";
import { loadSuppressionList } from "../store/privacy/suppression-list";
import { restoreEvents } from "../store/retention/restore";
import {
  ARCHIVE_PREFIX,
  eraseArchived,
  type ListedObject,
  listObjects,
  readObject,
} from "./archive";

export interface RestoreDeps {
  readonly db: D1Database;
  readonly archive: R2Bucket;
  readonly now: () => Date;
}

export interface RestoreRequest {
  /** Days of receipt, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** `next_cursor` of the previous answer. */
  readonly cursor?: string | undefined;
  readonly dry_run: boolean;
}

export interface RestoreReport {
  readonly dry_run: boolean;
  readonly objects: number;
  readonly events: number;
  readonly put_back: number;
  readonly recreated: number;
  /** Objects that could not be restored, with the reason; the others were restored. */
  readonly failed: readonly { readonly object: string; readonly error: string }[];
  readonly next_cursor: string | null;
}

async function restoreObject(
  { db, archive, now }: RestoreDeps,
  name: string,
): Promise<{ readonly put_back: number; readonly recreated: number }> {
  const object = await readObject(archive, name);
  if (object === null) throw new Error("it is gone");
  const list = await loadSuppressionList(db);
  const events = await eraseArchived(object.events, list);
  const keepUntil = addMs(now().toISOString(), RESTORED_KEPT_MS);
  return await restoreEvents(db, events, keepUntil, list.version);
}

/** Restores the next objects of the requested days. */
export async function restore(deps: RestoreDeps, request: RestoreRequest): Promise<RestoreReport> {
  const { from = "", to = "9999", cursor, dry_run } = request;
  const after = cursor ?? (from === "" ? "" : ARCHIVE_PREFIX + from);
  const page = await listObjects(deps.archive, after, RESTORE_OBJECTS);
  const objects = page.objects.filter(({ day }) => day <= to);
  const failed: { object: string; error: string }[] = [];
  let [put_back, recreated] = [0, 0];
  const take = async ({ name }: ListedObject): Promise<void> => {
    try {
      const done = await restoreObject(deps, name);
      put_back += done.put_back;
      recreated += done.recreated;
    } catch (error) {
      failed.push({ object: name, error: errorText(error) });
    }
  };
  if (!dry_run) for (const object of objects) await take(object);
  return {
    dry_run,
    objects: objects.length,
    events: objects.reduce((sum, { events }) => sum + events, 0),
    put_back,
    recreated,
    failed,
    next_cursor: objects.length < page.objects.length ? null : page.next,
  };
}

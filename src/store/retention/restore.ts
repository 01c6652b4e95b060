/**
 * Archived events back into the inbox: the body beside the row that stands, and the row where it is
 * purged. Neither is replayed: an event stays as it was settled.
 */
import { archivedColumns, type ArchivedEvent } from "./archive-writes";
import { suppressionFence, unlessListChanged } from "../privacy/suppression-list";
import { isLarge, jsonSlices } from "../slices";

const cell = (name: string): string => `value->>'${name}' AS ${name}`;
/** A body that is large is bound by itself, as `?3`. */
const lines = `(SELECT ${archivedColumns.map(cell).join(", ")}, ${cell("place")},
  coalesce(?3, value->>'payload') AS payload FROM json_each(?1)) AS v`;

/** `?2`: until when it stays. Primary key. What was taken from the row with its body comes back too;
 * an event that was applied after it had been archived stays applied. */
const putBackSql = `
UPDATE webhook_events SET payload = v.payload, keep_until = ?2, archived = 1,
  subject = v.subject, subject_id = v.subject_id, order_number = v.order_number,
  status = iif(webhook_events.status = 'processed', 'processed', v.status),
  status_precedence = coalesce(webhook_events.status_precedence, v.status_precedence),
  error = iif(webhook_events.status = 'processed', webhook_events.error, v.error)
FROM ${lines}
WHERE webhook_events.id = v.id AND webhook_events.body_sha256 = v.body_sha256
  AND webhook_events.payload IS NULL`;

/**
 * Rowid, primary key. At its old place, where walks have been: it is neither counted nor swept again.
 * Where that is taken, as in a database that was made anew, it comes last.
 */
const recreateSql = `
INSERT INTO webhook_events (rowid, ${archivedColumns.join(", ")}, payload, archived, keep_until)
SELECT CASE WHEN EXISTS (SELECT 1 FROM webhook_events w WHERE w.rowid = v.place) THEN NULL ELSE v.place END AS free,
  ${archivedColumns.map((name) => `v.${name}`).join(", ")}, v.payload, 1, ?2
FROM ${lines} WHERE true ORDER BY free IS NULL
ON CONFLICT (id) DO NOTHING`;

export interface Restored {
  /** Bodies beside rows that stand. */
  readonly put_back: number;
  /** Rows that were purged. */
  readonly recreated: number;
}

/** One batch. `events`: without people who had been erased at `listVersion`. */
export async function restoreEvents(
  db: D1Database,
  events: readonly ArchivedEvent[],
  keepUntil: string,
  listVersion: number,
): Promise<Restored> {
  const slices = [
    ...jsonSlices(events.filter((event) => !isLarge(event))).map((list) => ({ list, body: null })),
    ...events.filter(isLarge).map((event) => {
      const { payload, ...line } = event;
      return { list: JSON.stringify([line]), body: payload };
    }),
  ];
  const results = await unlessListChanged(db, () =>
    db.batch([
      ...slices.flatMap(({ list, body }) =>
        [putBackSql, recreateSql].map((sql) => db.prepare(sql).bind(list, keepUntil, body)),
      ),
      suppressionFence(db, listVersion),
    ]),
  );
  const changes = (index: number): number =>
    slices.reduce((sum, _, at) => sum + (results[at * 2 + index]?.meta.changes ?? 0), 0);
  return { put_back: changes(0), recreated: changes(1) };
}

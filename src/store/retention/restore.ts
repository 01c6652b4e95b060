/**
 * Restores archived events to the inbox: the body to its row, and the row too if it was purged. The events are not
 * replayed; their status does not change.
 */
import { archivedColumns, type ArchivedEvent } from "./archive-writes";
import { suppressionFence, unlessListChanged } from "../privacy/suppression-list";
import { isLarge, jsonSlices } from "../slices";

const cell = (name: string): string => `value->>'${name}' AS ${name}`;
/** A large body is bound as a parameter of its own, `?3`. */
const lines = `(SELECT ${archivedColumns.map(cell).join(", ")}, ${cell("place")},
  coalesce(?3, value->>'payload') AS payload FROM json_each(?1)) AS v`;

/**
 * `?2`: kept until then. Primary key. Columns that were removed with the body are restored too; an event that was
 * applied after it was archived stays applied.
 */
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
 * Rowid, primary key. The row gets its old position, which walks have passed, so it is not counted or swept again.
 * If the position is taken, for example in a new database, the row comes last.
 */
const recreateSql = `
INSERT INTO webhook_events (rowid, ${archivedColumns.join(", ")}, payload, archived, keep_until)
SELECT CASE WHEN EXISTS (SELECT 1 FROM webhook_events w WHERE w.rowid = v.place) THEN NULL ELSE v.place END AS free,
  ${archivedColumns.map((name) => `v.${name}`).join(", ")}, v.payload, 1, ?2
FROM ${lines} WHERE true ORDER BY free IS NULL
ON CONFLICT (id) DO NOTHING`;

export interface Restored {
  /** Bodies restored to existing rows. */
  readonly put_back: number;
  /** Rows that were purged and are recreated. */
  readonly recreated: number;
}

/** One batch. `events`: without the persons who are erased at `listVersion`. */
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

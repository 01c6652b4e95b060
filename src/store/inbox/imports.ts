/** What is known about the bodies of an import: which were applied before, and which events have set a row. */

/** `?1`: ids. Primary key. */
const appliedSql = `
SELECT id FROM webhook_events
WHERE id IN (SELECT value FROM json_each(?1)) AND status IN ('processed', 'ignored')`;

/** Which of the imported events were applied before. */
export async function findApplied(
  db: D1Database,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const { results } = await db.prepare(appliedSql).bind(JSON.stringify(ids)).all<{ id: string }>();
  return new Set(results.map(({ id }) => id));
}

/** An event that may have set a register of a row. */
export interface RowEvent {
  readonly id: string;
  readonly event_type: string | null;
  readonly received_at: string;
}

/** The most events of one slice: far more than its rows have in a real shop. */
const EVENTS_MAX = 5_000;

/** `?1`: keys of rows and of their orders; `?2`: limit. webhook_events_subject. */
const eventsSql = `
SELECT id, event_type, received_at FROM webhook_events
WHERE subject_id IN (SELECT value FROM json_each(?1)) LIMIT ?2`;

/** The events about these rows, and about the orders that they belong to. */
export async function loadRowEvents(
  db: D1Database,
  keys: readonly string[],
): Promise<readonly RowEvent[]> {
  if (keys.length === 0) return [];
  const { results } = await db
    .prepare(eventsSql)
    .bind(JSON.stringify(keys), EVENTS_MAX)
    .all<RowEvent>();
  return results;
}

/** The latest replays, and the status of their events. */
import { eventColumns, type EventRow } from "./event-list";
import type { EventStatus } from "./inbox";
import { jsonSlices } from "../slices";

/** Older replays are removed. */
const KEPT = 100;

/** `?1`: now; `?2`: ids as JSON. */
const insertSql = "INSERT INTO replays (started_at, events) VALUES (?1, ?2) RETURNING id";
/** By rowid. */
const forgetSql = `DELETE FROM replays WHERE id <= (SELECT max(id) FROM replays) - ${String(KEPT)}`;

/**
 * Records which events were replayed; returns the replay's number. If the ids are too long for a row, only the first
 * ones are kept.
 */
export async function saveReplay(
  db: D1Database,
  ids: readonly string[],
  now: string,
): Promise<number> {
  const [saved] = await db.batch<{ id: number }>([
    db.prepare(insertSql).bind(now, jsonSlices(ids)[0] ?? "[]"),
    db.prepare(forgetSql),
  ]);
  return saved?.results[0]?.id ?? 0;
}

export interface Replay {
  readonly id: number;
  readonly started_at: string;
  readonly events: number;
  /** How many events have each status now; events that were removed since have none. */
  readonly statuses: Readonly<Partial<Record<EventStatus, number>>>;
}

/** By rowid, then the primary key of webhook_events. */
const statusesSql = `
SELECT e.status, count(*) AS events
FROM replays r CROSS JOIN json_each(r.events) j CROSS JOIN webhook_events e ON e.id = j.value
WHERE r.id = ?1 GROUP BY e.status`;

/** By rowid. */
const replaySql =
  "SELECT id, started_at, json_array_length(events) AS events FROM replays WHERE id = ?1";

/** The progress of a replay: one batch. Null if the replay is unknown or was removed. */
export async function loadReplay(db: D1Database, id: number): Promise<Replay | null> {
  const [replays, statuses] = await db.batch([
    db.prepare(replaySql).bind(id),
    db.prepare(statusesSql).bind(id),
  ]);
  const replay = replays?.results[0] as Omit<Replay, "statuses"> | undefined;
  if (replay === undefined) return null;
  const rows = (statuses?.results ?? []) as { status: EventStatus; events: number }[];
  return { ...replay, statuses: Object.fromEntries(rows.map((row) => [row.status, row.events])) };
}

/** `?2`: limit. By rowid, then the primary key of webhook_events. */
const unsettledSql = `
SELECT ${eventColumns} FROM webhook_events
WHERE id IN (SELECT value FROM json_each((SELECT events FROM replays WHERE id = ?1)))
  AND status <> 'processed' LIMIT ?2`;

/** Its events that are not applied: they still wait, or were not applied again. */
export async function listUnsettled(
  db: D1Database,
  id: number,
  limit: number,
): Promise<readonly EventRow[]> {
  const { results } = await db.prepare(unsettledSql).bind(id, limit).all<EventRow>();
  return results;
}

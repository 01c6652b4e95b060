/** The latest replays and resends: what a person replayed or resent together, and the results. */
import { eventColumns, type EventRow } from "./inbox/event-list";
import { jsonSlices } from "./slices";

/** Older ones are removed. */
const KEPT = 100;

export type Replayed = "events" | "messages";

/** `?1`: now; `?2`, `?3`: ids as JSON. */
const insertSql =
  "INSERT INTO replays (started_at, events, messages) VALUES (?1, ?2, ?3) RETURNING id";
/** By rowid. */
const forgetSql = `DELETE FROM replays WHERE id <= (SELECT max(id) FROM replays) - ${String(KEPT)}`;

/**
 * Records which events were replayed, or which messages resent; returns the number of the record. If the ids are too
 * long for a row, only the first ones are kept.
 */
export async function saveReplay(
  db: D1Database,
  ids: readonly string[],
  now: string,
  what: Replayed = "events",
): Promise<number> {
  const list = jsonSlices(ids)[0] ?? "[]";
  const [events, messages] = what === "events" ? [list, null] : ["[]", list];
  const [saved] = await db.batch<{ id: number }>([
    db.prepare(insertSql).bind(now, events, messages),
    db.prepare(forgetSql),
  ]);
  return saved?.results[0]?.id ?? 0;
}

/** Items with the same result: how many, and the id of one of them. `reason`: null if nothing is wrong. */
export interface Outcome {
  readonly status: string;
  readonly reason: string | null;
  readonly times: number;
  readonly one: string;
}

export interface Replay {
  readonly id: number;
  readonly started_at: string;
  readonly total: number;
  /** The most frequent first; items that were removed since are not counted. */
  readonly outcomes: readonly Outcome[];
}

/** By rowid. */
const replaySql = (what: Replayed): string => `
SELECT id, started_at, json_array_length(${what}) AS total
FROM replays WHERE id = ?1 AND messages IS ${what === "events" ? "" : "NOT "}NULL`;

/** By rowid, then the primary key of the table. */
const outcomesSql = (what: Replayed): string => `
SELECT t.status, ${what === "events" ? "t.error" : "coalesce(t.reason, t.error)"} AS reason,
  count(*) AS times, min(t.id) AS one
FROM replays r CROSS JOIN json_each(r.${what}) j
  CROSS JOIN ${what === "events" ? "webhook_events" : "notifications"} t ON t.id = j.value
WHERE r.id = ?1 GROUP BY 1, 2 ORDER BY times DESC, one`;

/** The progress of a replay: one batch. Null if it is unknown or was removed. */
export async function loadReplay(
  db: D1Database,
  id: number,
  what: Replayed = "events",
): Promise<Replay | null> {
  const [replays, outcomes] = await db.batch(
    [replaySql(what), outcomesSql(what)].map((sql) => db.prepare(sql).bind(id)),
  );
  const replay = replays?.results[0] as Omit<Replay, "outcomes"> | undefined;
  if (replay === undefined) return null;
  return { ...replay, outcomes: (outcomes?.results ?? []) as unknown as Outcome[] };
}

/** How many have each status now. */
export function statusesOf({ outcomes }: Replay): Readonly<Record<string, number>> {
  const statuses: Record<string, number> = {};
  for (const { status, times } of outcomes) statuses[status] = (statuses[status] ?? 0) + times;
  return statuses;
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

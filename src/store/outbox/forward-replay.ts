/**
 * Replays stored events to one endpoint, in stretches of the inbox. Each is forwarded again, or for the first time.
 */
import { FORWARD_REPLAY_ROWS } from "../../limits";
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";
import { ifAsked } from "../filters";
import { escaped } from "./fact-ids";

export interface ForwardReplay {
  readonly endpoint: string;
  /** Concrete types. */
  readonly types: readonly string[];
  /** Time of receipt, ISO 8601: `from` is inclusive, `to` is exclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface ReplayedStretch {
  readonly forwards: number;
  /** The row of the inbox to continue after; null after the last one. */
  readonly next: number | null;
}

/** `?1`: after this row; `?2`: rows in a stretch. Rowid. */
const endSql = `
SELECT max(place) AS "end", count(*) AS events FROM (
  SELECT rowid AS place FROM webhook_events WHERE rowid > ?1 ORDER BY rowid LIMIT ?2)`;

/** `?1`: the replay as JSON; `?2`: after this row; `?3`: up to this row. Rowid. */
const matching = `
FROM webhook_events e WHERE e.rowid > ?2 AND e.rowid <= ?3 AND e.status = 'processed' AND e.payload IS NOT NULL
  AND e.event_type IN (SELECT value FROM json_each(?1, '$.types'))
  AND ${ifAsked("from", "e.received_at >=")} AND ${ifAsked("to", "e.received_at <")}`;

/** Added to the place in the lane: replayed forwards go behind new ones, and do not delay them. */
const BEHIND_ALL = 1_000_000_000_000;

const idOf = `'forward/' || ${escaped("e.id")} || '/' ||
  iif(?1->>'endpoint' = '${DEFAULT_ENDPOINT}', 'forward', ?1->>'endpoint')`;

/** `?4`: now. Primary key. A pending forward goes out anyway; a settled one is rendered again. */
const replaySql = `
INSERT INTO notifications (id, template, channel, order_number, subject_id, event_id, status, next_attempt_at,
  due_at, context, about, created_at, endpoint, lane_place, awaits_sweep)
SELECT ${idOf}, 'forward', 'forward', e.order_number, e.subject_id, e.id, 'pending', NULL,
  coalesce(e.occurred_at, e.received_at), '{"kind":"none"}', 'event', ?4, ?1->>'endpoint',
  e.rowid + ${String(BEHIND_ALL)}, 1 ${matching}
ON CONFLICT (id) DO UPDATE SET status = 'pending', reason = NULL, error = NULL, next_attempt_at = NULL,
  awaits_sweep = 1, in_flight = 0, unanswered = 0, rendered = NULL, sent_at = NULL, due_at = excluded.due_at,
  event_id = excluded.event_id, context = excluded.context, created_at = excluded.created_at,
  endpoint = excluded.endpoint, lane_place = excluded.lane_place, resends = resends + 1
WHERE notifications.status <> 'pending'`;

const countSql = `SELECT count(*) AS forwards ${matching}`;

async function walk(
  db: D1Database,
  after: number,
  take: (end: number) => Promise<number>,
): Promise<ReplayedStretch> {
  const stretch = await db
    .prepare(endSql)
    .bind(after, FORWARD_REPLAY_ROWS)
    .first<{ end: number | null; events: number }>();
  const end = stretch?.end ?? null;
  if (end === null) return { forwards: 0, next: null };
  const isLast = (stretch?.events ?? 0) < FORWARD_REPLAY_ROWS;
  return { forwards: await take(end), next: isLast ? null : end };
}

/** Counts the forwards of the next stretch after the row `after`. */
export async function countReplayable(
  db: D1Database,
  replay: ForwardReplay,
  after: number,
): Promise<ReplayedStretch> {
  return await walk(db, after, async (end) => {
    const statement = db.prepare(countSql).bind(JSON.stringify(replay), after, end);
    return (await statement.first<{ forwards: number }>())?.forwards ?? 0;
  });
}

/** Writes the forwards of the next stretch. They wait in the lane of the endpoint, in the order of receipt. */
export async function replayForwards(
  db: D1Database,
  replay: ForwardReplay,
  after: number,
  now: string,
): Promise<ReplayedStretch> {
  return await walk(db, after, async (end) => {
    const statement = db.prepare(replaySql).bind(JSON.stringify(replay), after, end, now);
    return (await statement.run()).meta.changes;
  });
}

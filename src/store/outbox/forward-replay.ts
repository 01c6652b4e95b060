/** Stored events sent to one endpoint again, or for the first time: stretch by stretch of the inbox. */
import { FORWARD_REPLAY_ROWS } from "../../limits";
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";
import { ifAsked } from "../filters";
import { escaped } from "./fact-ids";

export interface ForwardReplay {
  readonly endpoint: string;
  /** Concrete types. */
  readonly types: readonly string[];
  /** Received from there on, and before: ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface ReplayedStretch {
  readonly forwards: number;
  /** The row of the inbox up to which it has come; null behind the last. */
  readonly next: number | null;
}

/** `?1`: after which row; `?2`: rows at once. Rowid. */
const endSql = `
SELECT max(place) AS "end", count(*) AS events FROM (
  SELECT rowid AS place FROM webhook_events WHERE rowid > ?1 ORDER BY rowid LIMIT ?2)`;

/** `?1`: the replay as JSON; `?2`, `?3`: after and up to which row. Rowid. */
const matching = `
FROM webhook_events e WHERE e.rowid > ?2 AND e.rowid <= ?3 AND e.status = 'processed' AND e.payload IS NOT NULL
  AND e.event_type IN (SELECT value FROM json_each(?1, '$.types'))
  AND ${ifAsked("from", "e.received_at >=")} AND ${ifAsked("to", "e.received_at <")}`;

/** Behind whatever is forwarded for the first time: a replay delays nothing new. */
const BEHIND_ALL = 1_000_000_000_000;

const idOf = `'forward/' || ${escaped("e.id")} || '/' ||
  iif(?1->>'endpoint' = '${DEFAULT_ENDPOINT}', 'forward', ?1->>'endpoint')`;

/** `?4`: now. Primary key. What is pending goes out anyway; what was sent is rendered anew. */
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

/** How many would be sent, in the next stretch behind the row `after`. */
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

/** Makes forwards of the next stretch: they wait in the lane of the endpoint, in the order of receipt. */
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

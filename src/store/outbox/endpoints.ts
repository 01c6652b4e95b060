/**
 * The endpoints that events are forwarded to. FORWARD_URL is the endpoint `default`: its row holds only state, which
 * is valid while FORWARD_URL is the URL in the row. There are at most FORWARD_ENDPOINTS_MAX other rows, so the table
 * is read whole.
 */
import { parseJson } from "../../events/values";
import { ENDPOINTS_FRESH_MS, FORWARD_ENDPOINTS_MAX } from "../../limits";
import type { ForwardTarget } from "../../projection/event-filter";
import { DEFAULT_ENDPOINT } from "../../projection/outbox-rows";
import type { forwardEndpoints } from "../schema";

type Record = typeof forwardEndpoints.$inferSelect;

export interface EndpointRow extends Omit<Record, "event_types" | "include_order"> {
  readonly event_types: readonly string[];
  readonly include_order: boolean;
}

/** What a person may set. */
export type EndpointSettings = Pick<
  EndpointRow,
  "url" | "description" | "event_types" | "include_order" | "rate_limit"
>;

function readRow(row: Record): EndpointRow {
  const types: unknown = parseJson(row.event_types);
  return {
    ...row,
    event_types: Array.isArray(types) ? types.map(String) : [],
    include_order: row.include_order === 1,
  };
}

/** The row of an endpoint about which nothing is stored yet. */
export function newEndpoint(id: string, url: string, now: string): EndpointRow {
  return {
    id,
    url,
    description: "",
    event_types: ["*"],
    include_order: false,
    rate_limit: null,
    secret_version: 1,
    rotated_at: null,
    status: "active",
    status_reason: null,
    status_since: null,
    failing_since: null,
    retry_at: null,
    next_send_ms: 0,
    created_at: now,
  };
}

const rowsSql = "SELECT * FROM forward_endpoints ORDER BY created_at, id";

export async function loadEndpoints(db: D1Database): Promise<readonly EndpointRow[]> {
  const { results } = await db.prepare(rowsSql).all<Record>();
  return results.map(readRow);
}

/** Primary key. */
export async function loadEndpoint(db: D1Database, id: string): Promise<EndpointRow | null> {
  const row = await db
    .prepare("SELECT * FROM forward_endpoints WHERE id = ?1")
    .bind(id)
    .first<Record>();
  return row === null ? null : readRow(row);
}

/** `?1`: id; `?2`: settings as JSON; `?3`: now; `?4`: the most endpoints. */
const insertSql = `
INSERT INTO forward_endpoints (id, url, description, event_types, include_order, rate_limit, created_at)
SELECT ?1, ?2->>'url', ?2->>'description', ?2->'event_types', ?2->'include_order' = 'true', ?2->>'rate_limit', ?3
WHERE (SELECT count(*) FROM forward_endpoints WHERE id <> '${DEFAULT_ENDPOINT}') < ?4
ON CONFLICT DO NOTHING RETURNING *`;

/** Null if there are FORWARD_ENDPOINTS_MAX already. */
export async function insertEndpoint(
  db: D1Database,
  id: string,
  settings: EndpointSettings,
  now: string,
): Promise<EndpointRow | null> {
  const row = await db
    .prepare(insertSql)
    .bind(id, JSON.stringify(settings), now, FORWARD_ENDPOINTS_MAX)
    .first<Record>();
  return row === null ? null : readRow(row);
}

/** Primary key. A new URL counts as a new endpoint: the failures of the old one are cleared, even a 410. */
const updateSql = `
UPDATE forward_endpoints SET url = ?2->>'url',
  status = iif(url <> ?2->>'url' AND status = 'disabled', 'active', status),
  status_reason = iif(url <> ?2->>'url' AND status = 'disabled', NULL, status_reason),
  status_since = iif(url <> ?2->>'url' AND status = 'disabled', NULL, status_since), description = ?2->>'description',
  event_types = ?2->'event_types', include_order = ?2->'include_order' = 'true', rate_limit = ?2->>'rate_limit',
  failing_since = iif(url = ?2->>'url', failing_since, NULL), retry_at = iif(url = ?2->>'url', retry_at, NULL)
WHERE id = ?1 RETURNING *`;

export async function updateEndpoint(
  db: D1Database,
  id: string,
  settings: EndpointSettings,
): Promise<EndpointRow | null> {
  const row = await db.prepare(updateSql).bind(id, JSON.stringify(settings)).first<Record>();
  return row === null ? null : readRow(row);
}

/** Primary key. The dispatch then suppresses its pending forwards, run by run. */
export async function deleteEndpoint(db: D1Database, id: string): Promise<boolean> {
  const { meta } = await db.prepare("DELETE FROM forward_endpoints WHERE id = ?1").bind(id).run();
  return meta.changes > 0;
}

/** Primary key. The previous secret also signs for one more day (ROTATION_MS). */
export async function rotateSecret(
  db: D1Database,
  id: string,
  now: string,
): Promise<EndpointRow | null> {
  const row = await db
    .prepare(
      "UPDATE forward_endpoints SET secret_version = secret_version + 1, rotated_at = ?2 WHERE id = ?1 RETURNING *",
    )
    .bind(id, now)
    .first<Record>();
  return row === null ? null : readRow(row);
}

/** What changes without a person, or when a person pauses or resumes the endpoint. */
export type EndpointState = Pick<
  EndpointRow,
  "status" | "status_reason" | "failing_since" | "retry_at"
>;

/** The id and URL of an endpoint; `default` may have no row yet. */
export type EndpointKey = Pick<EndpointRow, "id" | "url">;

/** `?3`: state as JSON; `?4`: now. Primary key. Only `default` may be new, and only its URL is overwritten. */
const saveStateSql = `
INSERT INTO forward_endpoints (id, url, status, status_reason, status_since, failing_since, retry_at, created_at)
SELECT ?1, ?2, ?3->>'status', ?3->>'status_reason', iif(?3->>'status' = 'active', NULL, ?4), ?3->>'failing_since',
  ?3->>'retry_at', ?4
WHERE ?1 = '${DEFAULT_ENDPOINT}' OR EXISTS (SELECT 1 FROM forward_endpoints WHERE id = ?1)
ON CONFLICT (id) DO UPDATE SET url = iif(id = '${DEFAULT_ENDPOINT}', excluded.url, url), status = excluded.status,
  status_reason = excluded.status_reason,
  status_since = iif(status = excluded.status, status_since, excluded.status_since), failing_since = excluded.failing_since, retry_at = excluded.retry_at`;

/**
 * Saves what a run has observed. A person's action takes precedence: if someone paused, resumed or edited the
 * endpoint after the run began, nothing changes. Resuming an active endpoint that fails changes only `failing_since`,
 * so a run that found it failing compares that too.
 */
const learnSql = `${saveStateSql}
WHERE (forward_endpoints.status = ?5 AND forward_endpoints.url = excluded.url
    AND (?6 IS NULL OR forward_endpoints.failing_since IS ?6))
  OR (?1 = '${DEFAULT_ENDPOINT}' AND forward_endpoints.url <> excluded.url)`;

/** `was`: as the run found it. Returns false if nothing was changed. */
export async function learnState(
  db: D1Database,
  { id, url }: EndpointKey,
  state: EndpointState,
  was: Pick<EndpointRow, "status" | "failing_since">,
  now: string,
): Promise<boolean> {
  const { meta } = await db
    .prepare(learnSql)
    .bind(id, url, JSON.stringify(state), now, was.status, was.failing_since)
    .run();
  return meta.changes > 0;
}

/** A person's action: pause or resume. */
export async function saveState(
  db: D1Database,
  { id, url }: EndpointKey,
  state: EndpointState,
  now: string,
): Promise<void> {
  await db.prepare(saveStateSql).bind(id, url, JSON.stringify(state), now).run();
}

/** `?2`: now; `?3`: how much to reserve; `?4`: the latest start; all in milliseconds. Primary key. */
const reserveSql = `
UPDATE forward_endpoints SET next_send_ms = max(next_send_ms, ?2) + ?3
WHERE id = ?1 AND next_send_ms <= ?4 RETURNING next_send_ms - ?3 AS start`;

/** When the first of the requests that need `lengthMs` may be sent; null if too much is reserved already. */
export async function reserveRequests(
  db: D1Database,
  id: string,
  lengthMs: number,
  nowMs: number,
  aheadMs: number,
): Promise<number | null> {
  const row = await db
    .prepare(reserveSql)
    .bind(id, nowMs, Math.ceil(lengthMs), nowMs + aheadMs)
    .first<{ start: number }>();
  return row?.start ?? null;
}

/** `channels` is read whole. */
const wasSetUpSql = `
SELECT 1 AS known FROM channels WHERE channel = 'forward' AND first_configured_at IS NOT NULL`;

async function loadForwardTargets(
  db: D1Database,
): Promise<{ readonly targets: readonly ForwardTarget[]; readonly wasSetUp: boolean }> {
  const [rows, known] = await db.batch<Record>([db.prepare(rowsSql), db.prepare(wasSetUpSql)]);
  const targets = (rows?.results ?? [])
    .map(readRow)
    .filter(({ id, status }) => id !== DEFAULT_ENDPOINT && status !== "disabled")
    .map(({ id, event_types: eventTypes }) => ({ endpoint: id, eventTypes }));
  return { targets, wasSetUp: (known?.results ?? []).length > 0 };
}

const recalled = new WeakMap<
  D1Database,
  { readonly atMs: number; readonly loaded: Awaited<ReturnType<typeof loadForwardTargets>> }
>();

/**
 * The endpoints that events are forwarded to, loaded at most once in ENDPOINTS_FRESH_MS. `default` is included if
 * FORWARD_URL is set, or was set before: its forwards are kept until FORWARD_URL is set again.
 */
export async function recallForwardTargets(
  db: D1Database,
  isDefaultStated: boolean,
  nowMs: number,
): Promise<readonly ForwardTarget[]> {
  let known = recalled.get(db);
  if (known === undefined || nowMs - known.atMs >= ENDPOINTS_FRESH_MS || nowMs < known.atMs) {
    known = { atMs: nowMs, loaded: await loadForwardTargets(db) };
    recalled.set(db, known);
  }
  const { targets, wasSetUp } = known.loaded;
  const isForwarded = isDefaultStated || wasSetUp;
  const byDefault = { endpoint: DEFAULT_ENDPOINT, eventTypes: ["*"] };
  return isForwarded ? [byDefault, ...targets] : targets;
}

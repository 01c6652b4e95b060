/**
 * Who did what, and when: one row for each action of a person or a script. Failed sign-ins are counted in one row an
 * hour, and each isolate updates it every few seconds at most, so guessing causes few writes.
 */

/** `about` is an id, never a name or an address. */
export interface Activity {
  readonly who: string;
  readonly what: ActivityKind;
  readonly about?: string | null | undefined;
  /** How many things it was done to; 1 unless stated. */
  readonly times?: number | undefined;
  /** For frequent actions: one row an hour counts all of them by this person, without `about`. */
  readonly isCounted?: boolean | undefined;
}

export const activityKinds = [
  "signed_in",
  "signed_out",
  "sign_in_failed",
  "replayed",
  "resent",
  "unsent_sent",
  "quiet_until_set",
  "quiet_until_removed",
  "channel_forgotten",
  "endpoint_add",
  "endpoint_edit",
  "endpoint_delete",
  "endpoint_pause",
  "endpoint_resume",
  "endpoint_secret",
  "endpoint_rotate",
  "endpoint_test",
  "endpoint_replay",
  "rebuild_started",
  "restored",
  "imported",
  "setting_changed",
  "text_changed",
  "message_switched",
  "test_sent",
  "exported",
  "erased",
] as const;
export type ActivityKind = (typeof activityKinds)[number];

export interface ActivityRow {
  readonly activity_id: number;
  readonly at: string;
  readonly who: string;
  readonly what: ActivityKind;
  readonly about: string | null;
  readonly times: number;
}

/** If there are more rows, the oldest are purged early: a script may do much. */
const ROWS_MAX = 100_000;

const TEXT_CHARACTERS = 300;
const cut = (text: string): string => text.toWellFormed().slice(0, TEXT_CHARACTERS);

/** Primary key; activity_counted. */
const insertSql = `
INSERT INTO activity (at, who, what, about, times, counted) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (counted) WHERE counted IS NOT NULL
DO UPDATE SET times = times + excluded.times, at = max(at, excluded.at)`;

/** The length of an ISO time up to the hour. */
const HOUR_CHARACTERS = 13;

export async function saveActivity(
  db: D1Database,
  { who, what, about, times = 1, isCounted = false }: Activity,
  now: string,
): Promise<void> {
  const id = about === null || about === undefined ? null : cut(about);
  const counted = isCounted ? `${what}/${cut(who)}/${now.slice(0, HOUR_CHARACTERS)}` : null;
  await db.prepare(insertSql).bind(now, cut(who), what, id, times, counted).run();
}

/** `?1`: before which row; `?2`: limit. Primary key. */
const listSql = `
SELECT activity_id, at, who, what, about, times FROM activity WHERE activity_id < ?1
ORDER BY activity_id DESC LIMIT ?2`;

export interface ActivityPage {
  readonly rows: readonly ActivityRow[];
  /** The cursor of the next page; null if there is none. */
  readonly next: number | null;
}

/** Newest first. */
export async function listActivity(
  db: D1Database,
  limit: number,
  before: number = Number.MAX_SAFE_INTEGER,
): Promise<ActivityPage> {
  const { results } = await db.prepare(listSql).bind(before, limit).all<ActivityRow>();
  const last = results.at(-1);
  return { rows: results, next: results.length === limit ? (last?.activity_id ?? null) : null };
}

/** `?1`: before this time. Primary key: the oldest rows, a limited number at a time. */
const purgeSql = `
DELETE FROM activity WHERE activity_id IN (
  SELECT activity_id FROM (SELECT activity_id, at FROM activity ORDER BY activity_id LIMIT 2000)
  WHERE at < ?1 OR activity_id <= (SELECT max(activity_id) FROM activity) - ${String(ROWS_MAX)})`;

export function purgeActivityStatement(db: D1Database, before: string): D1PreparedStatement {
  return db.prepare(purgeSql).bind(before);
}

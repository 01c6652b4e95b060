/**
 * What D1 shows of the set-up around it: its migrations, its environment, and when the cron and the consumers last
 * did their work. Reads a few rows by key, and a limited part of one index.
 */
import { SWEEP_MAX_ROWS } from "../../limits";
import { loadMissingMigrations } from "./migrations";
import type { SetUp, Signs } from "./missing-pieces";

/**
 * The stuck events that are checked, those that are due last first. This is more than the sweep pushes in two
 * minutes, so an event that was pushed before that is found even if many are stuck.
 */
const STUCK_ROWS = 4 * SWEEP_MAX_ROWS;

/**
 * `?1`: now. cursors by key; webhook_events_waiting. An event that is due for its second push by the sweep was
 * sent to the queue at receipt, and again two minutes ago. A failed attempt leaves its error.
 */
const signsSql = `
SELECT
  (SELECT position FROM cursors WHERE name = 'swept_at') AS swept_at,
  (SELECT position FROM cursors WHERE name = 'consumed_at') AS consumed_at,
  (SELECT position FROM cursors WHERE name = 'dead_lettered_at') AS dead_lettered_at,
  (SELECT position FROM cursors WHERE name = 'dead_letters_consumed_at') AS dead_letters_consumed_at,
  (SELECT place FROM cursors WHERE name = 'environment') AS environment,
  (SELECT coalesce(max(error IS NULL AND (pushes > 1 OR pushes = 1 AND push_at <= ?1)), 0) FROM (
    SELECT error, pushes, push_at FROM webhook_events INDEXED BY webhook_events_waiting
    WHERE status = 'received' AND push_at IS NOT NULL
    ORDER BY push_at DESC LIMIT ${String(STUCK_ROWS)})) AS untaken`;

async function loadSigns(db: D1Database, now: string): Promise<Signs | null> {
  return await db.prepare(signsSql).bind(now).first<Signs>();
}

export async function loadSetUp(db: D1Database, now: Date): Promise<SetUp> {
  const [missing, signs] = await Promise.allSettled([
    loadMissingMigrations(db),
    loadSigns(db, now.toISOString()),
  ]);
  if (missing.status === "rejected") throw missing.reason;
  const missingMigrations = missing.value;
  if (signs.status === "fulfilled") return { missingMigrations, signs: signs.value };
  if (missingMigrations.length > 0) return { missingMigrations, signs: null };
  throw signs.reason;
}

/** Primary key. The first name stays until a person deletes the row (docs/runbook.md). */
const claimSql = `
INSERT INTO cursors (name, position, place) VALUES ('environment', 0, ?1) ON CONFLICT (name) DO NOTHING`;

/** Stores the environment of this database, unless one is stored. */
export async function claimDatabase(db: D1Database, environment: string): Promise<void> {
  await db.prepare(claimSql).bind(environment).run();
}

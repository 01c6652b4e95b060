/**
 * The size of the database, and when it will be full. D1 reports its size with every answer; the cron stores one size
 * a day, and the growth follows from these.
 */
import { addMs, DAY_MS } from "../../events/field-formats/time";

/** The growth is measured over at most this many days. */
const GROWTH_DAYS = 30;
/** How long the sizes are kept. */
const KEPT_DAYS = 400;

export interface DatabaseSize {
  readonly bytes: number;
  readonly maxBytes: number;
  /** Bytes a day; null before the second day. */
  readonly growth: number | null;
  /** `2027-03-03`; null if it does not grow, or will not be full within a year. */
  readonly fullOn: string | null;
  /** True if today's size is stored. */
  readonly isKept: boolean;
}

export interface SizeOfDay {
  /** `2026-11-27`, in UTC. */
  readonly day: string;
  readonly bytes: number;
}

/** Of what is further away, a month's growth says nothing: a full window of bodies and messages goes up and down. */
const FAR_DAYS = 365;

/** Pure. `days`: the earliest first; `now`: ISO 8601. */
export function sizeFrom(
  days: readonly SizeOfDay[],
  bytes: number,
  maxBytes: number,
  now: string,
): DatabaseSize {
  const today = Date.parse(now.slice(0, 10));
  const daysAgo = ({ day }: SizeOfDay): number => (today - Date.parse(day)) / DAY_MS;
  const earlier = days.find((row) => daysAgo(row) >= 1);
  const growth = earlier === undefined ? null : (bytes - earlier.bytes) / daysAgo(earlier);
  const left = growth === null || growth <= 0 ? Infinity : Math.max(0, maxBytes - bytes) / growth;
  return {
    bytes,
    maxBytes,
    growth: growth === null ? null : Math.round(growth),
    fullOn:
      left > FAR_DAYS
        ? null
        : new Date(today + Math.floor(left) * DAY_MS).toISOString().slice(0, 10),
    isKept: days.some((row) => daysAgo(row) <= 0),
  };
}

/** `?1`: the first day. Primary key. */
const sizesSql = "SELECT day, bytes FROM database_sizes WHERE day >= ?1 ORDER BY day";

export async function loadSize(
  db: D1Database,
  maxBytes: number,
  now: string,
): Promise<DatabaseSize> {
  const since = addMs(now, -GROWTH_DAYS * DAY_MS).slice(0, 10);
  const { results, meta } = await db.prepare(sizesSql).bind(since).all<SizeOfDay>();
  return sizeFrom(results, meta.size_after, maxBytes, now);
}

/** Stores the size of a day, once. Primary key. */
export async function keepSize(db: D1Database, bytes: number, now: string): Promise<void> {
  const oldest = addMs(now, -KEPT_DAYS * DAY_MS);
  await db.batch([
    db
      .prepare("INSERT OR IGNORE INTO database_sizes (day, bytes) VALUES (?1, ?2)")
      .bind(now.slice(0, 10), bytes),
    db.prepare("DELETE FROM database_sizes WHERE day < ?1").bind(oldest.slice(0, 10)),
  ]);
}

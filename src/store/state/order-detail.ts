/** The timeline of one order, for people; rows.ts reads its rows. */

interface TimelineEntry {
  readonly at: string | null;
  readonly what: string;
  readonly detail: string | null;
}

/** The most entries that are read and sorted: of a longer timeline only some are shown. */
const READ_MAX = 2_000;

/** `?1`: order; `?2`: limit. The views' indexes, by the order's number. */
const timelineSql = `
SELECT at, what, detail, count(*) OVER () AS found FROM (
  SELECT at, what, detail FROM order_timeline WHERE order_number = ?1 LIMIT ${String(READ_MAX)})
ORDER BY at, what LIMIT ?2`;

interface Timeline {
  readonly entries: readonly TimelineEntry[];
  /** How many more there are, up to READ_MAX in total. */
  readonly left_out: number;
}

/** Events, milestones and messages of an order, oldest first; of more than READ_MAX, those that are found first. */
export async function loadTimeline(
  db: D1Database,
  orderNumber: string,
  limit: number,
): Promise<Timeline> {
  const { results } = await db
    .prepare(timelineSql)
    .bind(orderNumber, limit)
    .all<TimelineEntry & { readonly found: number }>();
  return {
    entries: results.map(({ found: _found, ...entry }) => entry),
    left_out: (results[0]?.found ?? 0) - results.length,
  };
}

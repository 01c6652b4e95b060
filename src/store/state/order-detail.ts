/** One order for people: history.ts reads its rows, this file its timeline. */

interface TimelineEntry {
  readonly at: string | null;
  readonly what: string;
  readonly detail: string | null;
}

/** The views' indexes, by the order's number. */
const timelineSql = `
SELECT at, what, detail, count(*) OVER () AS found
FROM order_timeline WHERE order_number = ?1 ORDER BY at, what LIMIT ?2`;

interface Timeline {
  readonly entries: readonly TimelineEntry[];
  /** How many come after them. */
  readonly left_out: number;
}

/** Events, milestones and notifications of an order, oldest first. */
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

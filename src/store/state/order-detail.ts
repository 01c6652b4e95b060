/** One order for people: history.ts reads its rows, this file its timeline. */

export interface TimelineEntry {
  readonly at: string | null;
  readonly what: string;
  readonly detail: string | null;
}

/** The views' indexes, by the order's number. */
const timelineSql = `
SELECT at, what, detail FROM order_timeline WHERE order_number = ?1 ORDER BY at, what LIMIT ?2`;

/** Events, milestones and notifications of an order, oldest first. */
export async function loadTimeline(
  db: D1Database,
  orderNumber: string,
  limit: number,
): Promise<readonly TimelineEntry[]> {
  const { results } = await db.prepare(timelineSql).bind(orderNumber, limit).all<TimelineEntry>();
  return results;
}

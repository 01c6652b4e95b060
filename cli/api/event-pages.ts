/** Events from as many pages as needed, newest first. */
import type { EventRow } from "./answers.ts";
import { type Api, PAGE_MAX } from "./api.ts";

type Filter = Readonly<Record<string, string | undefined>>;

/** At most `limit` events; `next`: the cursor of the next page, null if there is none. */
export async function collectEvents(
  api: Api,
  filter: Filter,
  limit: number,
): Promise<{ readonly events: readonly EventRow[]; readonly next: string | null }> {
  const events: EventRow[] = [];
  let cursor: string | undefined;
  for (;;) {
    const size = Math.min(PAGE_MAX, limit - events.length);
    const page = await api.events({ ...filter, limit: size, cursor });
    events.push(...page.events);
    if (page.next_cursor === null || events.length >= limit) {
      return { events, next: page.next_cursor };
    }
    cursor = page.next_cursor;
  }
}

/**
 * Finds the settled events that match a filter. The API returns at most a thousand, oldest first, and no cursor;
 * the next request starts at the time of the last one.
 */
import type { Api } from "../api/api.ts";

export interface ReplayFilter {
  readonly ids?: readonly string[];
  readonly status?: string;
  readonly type?: string;
  readonly order?: string;
  readonly from?: string;
  readonly to?: string;
}

/** At most `most` ids, oldest first; `more` is true if there are others. */
export async function selectEvents(
  api: Api,
  filter: ReplayFilter,
  most: number,
): Promise<{ readonly ids: readonly string[]; readonly more: boolean }> {
  const ids = new Set<string>();
  let { from } = filter;
  for (;;) {
    const window = from === undefined ? filter : { ...filter, from };
    const page = await api.replay({ ...window, dry_run: true });
    const fresh = page.ids.filter((id) => !ids.has(id));
    for (const id of fresh) ids.add(id);
    if (ids.size >= most)
      return { ids: [...ids].slice(0, most), more: ids.size > most || page.more };
    const last = fresh.at(-1);
    if (!page.more || last === undefined) return { ids: [...ids], more: false };
    from = (await api.event(last))?.received_at ?? from;
  }
}

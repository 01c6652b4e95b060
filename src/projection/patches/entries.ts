/**
 * Lists inside a body. Each entry is parsed on its own: an invalid entry is skipped and noted, and the rest
 * applies.
 */
import type * as z from "zod/mini";
import { isObject, type JsonObject } from "../../events/values";
import { describeIssues } from "../../events/issues";

export interface Entry<T> {
  readonly value: T;
  /** The original entry. */
  readonly raw: JsonObject;
}

export interface Entries<T> {
  readonly entries: readonly Entry<T>[];
  /** One note for each entry that was skipped, and one if the list is longer than the limit. */
  readonly notes: readonly string[];
}

/** The most items that are read from one order event, of its order or of all its parcels. */
export const ITEMS_MAX = 10_000;

/** `path` names the list in notes: `data.payments`. At most `max` entries are read. */
export function parseEntries<T>(
  list: readonly unknown[] | null | undefined,
  model: z.ZodMiniType<T>,
  path: string,
  max: number,
): Entries<T> {
  const entries: Entry<T>[] = [];
  const notes: string[] = [];
  const length = list?.length ?? 0;
  if (length > max) {
    notes.push(`${path}: ${String(length)} entries, of which the first ${String(max)} are read`);
  }
  for (const [index, entry] of (list ?? []).slice(0, max).entries()) {
    const parsed = model.safeParse(entry);
    if (parsed.success) entries.push({ value: parsed.data, raw: isObject(entry) ? entry : {} });
    else notes.push(`skipped ${describeIssues(parsed.error, `${path}.${String(index)}`)}`);
  }
  return { entries, notes };
}

function withoutAbsent(entry: object): object {
  const present: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(entry)) {
    if (value !== null) present[field] = value;
  }
  return present;
}

/** The entries as JSON for the column `items`, without absent fields; null if there are none. */
export function itemsJson(entries: readonly Entry<object>[]): string | null {
  return entries.length === 0
    ? null
    : JSON.stringify(entries.map(({ value }) => withoutAbsent(value)));
}

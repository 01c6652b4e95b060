/**
 * Many patches in, at most one a row out. The merge is associative, so what one batch says about a
 * row can be merged here before SQL sees it; the result is the same and the batch is smaller.
 */
import type { Entity, Patch, Setting } from "./registers";

/** What a batch sets: at most one patch a row, and every order that it names. */
export interface FoldedPatches {
  readonly rows: Readonly<Record<Entity, ReadonlyMap<string, Patch>>>;
  /**
   * Each order named by any patch, those that lost within the batch included: each needs a row, if
   * only a stub that later events fill.
   */
  readonly orderNumbers: ReadonlySet<string>;
}

function mergeSettings(
  into: ReadonlyMap<string, Setting>,
  from: ReadonlyMap<string, Setting>,
): ReadonlyMap<string, Setting> {
  const merged = new Map(into);
  for (const [register, setting] of from) {
    const standing = merged.get(register);
    if (standing === undefined || setting.precedence > standing.precedence) {
      merged.set(register, setting);
    }
  }
  return merged;
}

function namedOrder(patch: Patch): string | null {
  if (patch.entity === "orders") return patch.key;
  const order = patch.settings.get("link")?.values[0];
  return typeof order === "string" ? order : null;
}

/** The higher precedence wins each register whole; on a tie (the same event again) nothing changes. */
export function foldPatches(patches: Iterable<Patch>): FoldedPatches {
  const rows: Record<Entity, Map<string, Patch>> = {
    orders: new Map(),
    payments: new Map(),
    refunds: new Map(),
    shipments: new Map(),
  };
  const orderNumbers = new Set<string>();
  for (const patch of patches) {
    const { entity, key } = patch;
    const standing = rows[entity].get(key);
    const settings =
      standing === undefined ? patch.settings : mergeSettings(standing.settings, patch.settings);
    rows[entity].set(key, { entity, key, settings });
    const order = namedOrder(patch);
    if (order !== null) orderNumbers.add(order);
  }
  return { rows, orderNumbers };
}

/**
 * Many patches in, at most one a row out. The merge is associative, so what one batch says about a
 * row can be merged here before SQL sees it; the result is the same and the batch is smaller.
 */
import { entityNames, type Entity, type Patch, type Setting } from "./registers";

/** Patches by entity and key, folded. */
export type FoldedPatches = Readonly<Record<Entity, ReadonlyMap<string, Patch>>>;

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

/** The higher precedence wins each register whole; on a tie (the same event again) nothing changes. */
export function foldPatches(patches: Iterable<Patch>): FoldedPatches {
  const folded: Record<Entity, Map<string, Patch>> = {
    orders: new Map(),
    payments: new Map(),
    refunds: new Map(),
    shipments: new Map(),
  };
  for (const patch of patches) {
    const rows = folded[patch.entity];
    const standing = rows.get(patch.key);
    const settings =
      standing === undefined ? patch.settings : mergeSettings(standing.settings, patch.settings);
    rows.set(patch.key, { entity: patch.entity, key: patch.key, settings });
  }
  return folded;
}

/** Every order that the patches name: each needs a row, if only a stub that later events fill. */
export function namedOrders(folded: FoldedPatches): readonly string[] {
  const named = new Set(folded.orders.keys());
  for (const entity of entityNames) {
    for (const patch of folded[entity].values()) {
      const order = patch.settings.get("link")?.values[0];
      if (typeof order === "string") named.add(order);
    }
  }
  return [...named];
}

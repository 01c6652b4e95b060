/**
 * Many patches in, at most one per row out. The merge is associative, so the patches of one batch for one row
 * can be merged here before SQL; the result is the same, and the batch is smaller.
 */
import { byEntity, type Entity, orderNamedIn, type Patch, type Setting } from "./registers";

/** The changes of a batch: at most one patch per row, and every order that it names. */
export interface FoldedPatches {
  readonly rows: Readonly<Record<Entity, ReadonlyMap<string, Patch>>>;
  /**
   * Every order that any patch names, also patches that are overridden within the batch. Each order needs a row,
   * even if it is only a stub that later events fill.
   */
  readonly orderNumbers: ReadonlySet<string>;
  /** Which order each patch names for a payment, refund or shipment; once each. */
  readonly linkClaims: readonly LinkClaim[];
}

export interface LinkClaim {
  readonly entity: Exclude<Entity, "orders">;
  readonly key: string;
  readonly orderNumber: string;
  /** True if the batch names several orders for the row. */
  readonly contested: boolean;
}

function mergeSettings(
  into: ReadonlyMap<string, Setting>,
  from: ReadonlyMap<string, Setting>,
): ReadonlyMap<string, Setting> {
  const merged = new Map(into);
  for (const [register, setting] of from) {
    const current = merged.get(register);
    if (current === undefined || setting.precedence > current.precedence) {
      merged.set(register, setting);
    }
  }
  return merged;
}

/** The orders that patches name, and for which rows. */
function collectClaims(
  patches: readonly Patch[],
): Pick<FoldedPatches, "orderNumbers" | "linkClaims"> {
  const orderNumbers = new Set<string>();
  const claimed = new Map<
    string,
    { entity: LinkClaim["entity"]; key: string; orders: Set<string> }
  >();
  for (const patch of patches) {
    const { entity, key } = patch;
    if (entity === "orders") {
      orderNumbers.add(key);
      continue;
    }
    const order = orderNamedIn(patch);
    if (order === null) continue;
    orderNumbers.add(order);
    const row = `${entity} ${key}`;
    const claim = claimed.get(row) ?? { entity, key, orders: new Set() };
    claim.orders.add(order);
    claimed.set(row, claim);
  }
  const linkClaims = [...claimed.values()].flatMap(({ entity, key, orders }) =>
    [...orders].map((orderNumber) => ({ entity, key, orderNumber, contested: orders.size > 1 })),
  );
  return { orderNumbers, linkClaims };
}

/**
 * For each register, the value with the higher precedence is kept as a whole; on a tie (the same event) nothing
 * changes.
 */
export function foldPatches(patches: readonly Patch[]): FoldedPatches {
  const rows = byEntity(() => new Map<string, Patch>());
  for (const patch of patches) {
    const { entity, key } = patch;
    const current = rows[entity].get(key);
    const settings =
      current === undefined ? patch.settings : mergeSettings(current.settings, patch.settings);
    rows[entity].set(key, { entity, key, settings });
  }
  return { rows, ...collectClaims(patches) };
}

/**
 * How one parcel stands to its order: whether it is only a part of it, and what is in no parcel yet. Where
 * lists are missing, are very long or do not fit together, nothing is said of what is still to come.
 */
import { PARCELS_MAX } from "../../../limits";
import type { OrderFacts, ParcelContents, ShipmentFacts } from "../facts";
import { type ItemLine, parseItems } from "../order-lines";

export interface Share {
  /** There is more in the order than in this parcel. */
  readonly isPart: boolean;
  /** Lines, or what is left of them, that no parcel holds; null where that is not known. */
  readonly toCome: readonly ItemLine[] | null;
}

/** Each line of an order is held against each of its parcels: of longer lists nothing is said. */
export const LINES_COMPARED = 200;

/** By the first identifier that both carry; by their names where they share none. */
export function isSameProduct(one: ItemLine, other: ItemLine): boolean {
  for (const id of ["sku", "variantId", "productId"] as const) {
    if (one[id] !== null && other[id] !== null) return one[id] === other[id];
  }
  const isSameVariant = one.variant === null || other.variant === null;
  return one.name === other.name && (isSameVariant || one.variant === other.variant);
}

/** What is left of `lines` without `taken`; null where something is taken that is not there. */
function without(
  lines: readonly ItemLine[],
  taken: readonly ItemLine[],
): readonly ItemLine[] | null {
  const left = lines.map((line) => ({ ...line }));
  for (const item of taken) {
    const same = left.filter((line) => isSameProduct(line, item));
    if (same.length === 0) return null;
    let { quantity } = item;
    for (const line of same) {
      const some = Math.min(line.quantity, quantity);
      line.quantity -= some;
      quantity -= some;
    }
  }
  return left.filter(({ quantity }) => quantity > 0);
}

/** Null where a list is missing or too long to be compared. */
function comparable(json: string | null): readonly ItemLine[] | null {
  const lines = parseItems(json);
  return lines.length === 0 || lines.length > LINES_COMPARED ? null : lines;
}

/** What of the order is in none of the parcels; null where that is not known. */
function leftOf(
  ordered: readonly ItemLine[] | null,
  parcels: readonly (string | null)[],
): readonly ItemLine[] | null {
  const lists = parcels.map(comparable);
  const known = lists.filter((list) => list !== null);
  return ordered === null || known.length < lists.length ? null : without(ordered, known.flat());
}

/** `contents`: the parcels of the order that are not cancelled, this one perhaps among them. */
export function shareOf(
  order: OrderFacts,
  shipment: ShipmentFacts,
  contents: readonly ParcelContents[],
): Share {
  const others = contents.filter(({ shipment_id: id }) => id !== shipment.shipment_id);
  const ordered = comparable(order.items);
  const besides = leftOf(ordered, [shipment.items]);
  const isPart = besides === null ? others.length > 0 : besides.length > 0;
  const parcels = [shipment, ...others].map(({ items }) => items);
  return { isPart, toCome: contents.length > PARCELS_MAX ? null : leftOf(ordered, parcels) };
}

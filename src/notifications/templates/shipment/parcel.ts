/**
 * How one parcel relates to its order: whether it is only a part of it, and which items are in no parcel yet. If lists
 * are missing, very long or inconsistent, nothing is said about the items still to come.
 */
import { PARCELS_MAX } from "../../../limits";
import type { OrderFacts, ParcelContents, ShipmentFacts } from "../facts";
import { type ItemLine, parseItems } from "../order-lines";

export interface Share {
  /** There is more in the order than in this parcel. */
  readonly isPart: boolean;
  /** Lines, or the rest of a line, that are in no parcel; null if unknown. */
  readonly toCome: readonly ItemLine[] | null;
}

/** Each line of an order is compared with each of its parcels. Longer lists are not compared. */
export const LINES_COMPARED = 200;

/** By the first identifier that both have; by their names if they share none. */
export function isSameProduct(one: ItemLine, other: ItemLine): boolean {
  for (const id of ["sku", "variantId", "productId"] as const) {
    if (one[id] !== null && other[id] !== null) return one[id] === other[id];
  }
  const isSameVariant = one.variant === null || other.variant === null;
  return one.name === other.name && (isSameVariant || one.variant === other.variant);
}

/** `lines` without `taken`; null if `taken` has an item that is not in `lines`. */
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

/** Null if a list is missing or too long to be compared. */
function comparable(json: string | null): readonly ItemLine[] | null {
  const lines = parseItems(json);
  return lines.length === 0 || lines.length > LINES_COMPARED ? null : lines;
}

/** The lines of the order that are in none of the parcels; null if unknown. */
function leftOf(
  ordered: readonly ItemLine[] | null,
  parcels: readonly (string | null)[],
): readonly ItemLine[] | null {
  const lists = parcels.map(comparable);
  const known = lists.filter((list) => list !== null);
  return ordered === null || known.length < lists.length ? null : without(ordered, known.flat());
}

/** `contents`: the parcels of the order that are not cancelled; they may include this one. */
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

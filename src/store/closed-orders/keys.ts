/**
 * The keys of archived rows, and the fence that they are. A row that is archived can be changed only where it is
 * named: by its own key, by an order that it is linked to, or by a reference. So the keys of a set of orders are all
 * of these, and a batch that sets any of them fails as a whole until the set is brought back. Keys and references of
 * payments are one kind, since the key of one row may be the reference of another.
 */
import type { FoldedPatches } from "../../projection/fold";
import type { Patch } from "../../projection/registers";
import { fenceStatement, isFenced } from "../fence";
import { jsonSlices } from "../slices";

export const keyOf = {
  order: (number: string) => `o:${number}`,
  /** Of a payment, or a reference of payments and refunds. */
  money: (key: string) => `m:${key}`,
  refund: (key: string) => `r:${key}`,
  shipment: (key: string) => `s:${key}`,
} as const;

function referencesIn(patches: Iterable<Patch>, column: string): readonly string[] {
  return [...patches].flatMap(({ settings }) => {
    const value = settings.get("reference")?.values[column];
    return typeof value === "string" ? [value] : [];
  });
}

/** Everything that the patches set or name. */
export function keysTouched({ rows, orderNumbers }: FoldedPatches): readonly string[] {
  const money = [
    ...rows.payments.keys(),
    ...referencesIn(rows.payments.values(), "named_reference"),
    ...referencesIn(rows.refunds.values(), "payment_reference"),
  ];
  const keys = [
    ...[...orderNumbers, ...rows.orders.keys()].map(keyOf.order),
    ...money.map(keyOf.money),
    ...[...rows.refunds.keys()].map(keyOf.refund),
    ...[...rows.shipments.keys()].map(keyOf.shipment),
  ];
  return [...new Set(keys)];
}

const FENCE = "archived orders";

/** `?1`: keys. Primary key. */
const noneArchived =
  "NOT EXISTS (SELECT 1 FROM json_each(?1) j CROSS JOIN archived_keys k ON k.key = j.value)";

export async function areArchived(db: D1Database, keys: readonly string[]): Promise<boolean> {
  const found = await db
    .prepare(`SELECT ${noneArchived} AS none`)
    .bind(JSON.stringify(keys))
    .first<{ none: number }>();
  return found?.none === 0;
}

/** Fails its batch if any of the keys is archived. */
export function archiveFence(
  db: D1Database,
  keys: readonly string[],
): readonly D1PreparedStatement[] {
  return jsonSlices(keys).map((slice) => fenceStatement(db, FENCE, noneArchived, slice));
}

/** True if the batch has failed because it touches archived rows. */
export function touchesArchive(error: unknown): boolean {
  return isFenced(error, FENCE);
}

/**
 * Loads the state rows of an order, or rows by their keys, up to a limit: one order can be as large as a body allows.
 * Counts the rows that it leaves out.
 */
import { LEFT_OUT_MAX_COUNT } from "../../limits";
import type { StateRow } from "../../projection/history/explanation";
import {
  byEntity,
  entities,
  type Entity,
  entityNames,
  registersOf,
  type Value,
} from "../../projection/registers";

import { withPrecedences } from "../../projection/shared-precedence";

/** Keys of rows, by entity. */
export type RowKeys = Readonly<Record<Entity, readonly string[]>>;

/** The most that one read takes: rows of each kind, events, and bytes of the rows of a kind or of bodies. */
export interface ReadLimits {
  readonly rows: number;
  readonly events: number;
  readonly bytes: number;
}

/** How many rows were not read, up to LEFT_OUT_MAX_COUNT; kinds without any are absent. */
type LeftOut = Readonly<Partial<Record<Entity | "events", number>>>;

export interface OrderRows {
  readonly rows: readonly StateRow[];
  readonly leftOut: LeftOut;
}

/**
 * Keys of the rows of an order. `?1`: the order. Primary keys, payments_order, payments_reference, refunds_order,
 * refunds_reference, shipments_order. Includes the other names of a payment, and refunds that follow it, even if they
 * are linked elsewhere.
 */
const keysOfOrder: Readonly<Record<Entity, string>> = {
  orders: "SELECT order_number AS key FROM orders WHERE order_number = ?1",
  payments: `
      SELECT payment_id AS key FROM payments WHERE order_number = ?1
      UNION SELECT reference_number FROM payments
        WHERE order_number = ?1 AND reference_number IS NOT NULL
      UNION SELECT q.payment_id FROM payments p JOIN payments q ON q.reference_number = p.payment_id
        WHERE p.order_number = ?1`,
  refunds: `
      SELECT refund_id AS key FROM refunds WHERE order_number = ?1
      UNION SELECT r.refund_id FROM payments p JOIN refunds r
        ON r.payment_reference = p.reference_number AND r.named_order IS NULL
        WHERE p.order_number = ?1`,
  shipments: "SELECT shipment_id AS key FROM shipments WHERE order_number = ?1",
};

/** The size of a row in bytes: any text in it may be as long as a body. */
function sizeOf(entity: Entity): string {
  const columns = registersOf(entity).flatMap(([, names]) => names);
  return columns.map((name) => `coalesce(octet_length(${name}), 0)`).join(" + ");
}

/**
 * Rows by their primary keys, in that order, limited by number and bytes; the first row is always included. `found`:
 * how many there are, up to one more than the limit. `?2`: most rows; `?3`: most bytes.
 */
function boundedSql(entity: Entity, keysSql: string): string {
  const { key } = entities[entity];
  return `
SELECT t.*, sized.found AS rows_found FROM (
  SELECT key, count(*) OVER () AS found, row_number() OVER (ORDER BY key) AS place,
    sum(bytes) OVER (ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM (SELECT ${key} AS key, ${sizeOf(entity)} AS bytes FROM ${entity}
    WHERE ${key} IN (${keysSql}) ORDER BY ${key} LIMIT ?2 + 1)
) sized JOIN ${entity} t ON t.${key} = sized.key
WHERE sized.place <= ?2 AND coalesce(sized.before, 0) < ?3 ORDER BY t.${key}`;
}

type FoundRow = Record<string, Value> & { readonly rows_found: number };

function asRow(entity: Entity, found: FoundRow): StateRow {
  const { rows_found: _, short_extra: __, ...stored } = found;
  const columns = withPrecedences(stored);
  return { entity, key: String(columns[entities[entity].key]), columns };
}

/** The rows of each entity, and the entities that have more: one batch. */
export async function readBounded(
  db: D1Database,
  named: readonly Entity[],
  keysSql: Readonly<Record<Entity, string>>,
  boundFor: (entity: Entity) => string,
  { rows, bytes }: Pick<ReadLimits, "rows" | "bytes">,
): Promise<{ readonly rows: readonly StateRow[]; readonly cut: readonly Entity[] }> {
  if (named.length === 0) return { rows: [], cut: [] };
  const results = await db.batch<FoundRow>(
    named.map((entity) =>
      db.prepare(boundedSql(entity, keysSql[entity])).bind(boundFor(entity), rows, bytes),
    ),
  );
  const read = named.map((entity, index) => ({ entity, found: results[index]?.results ?? [] }));
  return {
    rows: read.flatMap(({ entity, found }) => found.map((row) => asRow(entity, row))),
    cut: read
      .filter(({ found }) => found.length < (found[0]?.rows_found ?? 0))
      .map(({ entity }) => entity),
  };
}

/** `?1`: the order; `?2`: how far to count. */
function countSql(entity: Entity): string {
  return `SELECT count(*) AS n FROM (SELECT 1 FROM (${keysOfOrder[entity]}) LIMIT ?2)`;
}

/** Reads the rows of an order: one batch, and a second one if there are more than the limit. */
export async function loadRows(
  db: D1Database,
  orderNumber: string,
  limits: ReadLimits,
): Promise<OrderRows> {
  const { rows, cut } = await readBounded(db, entityNames, keysOfOrder, () => orderNumber, limits);
  if (cut.length === 0) return { rows, leftOut: {} };
  const counts = await db.batch<{ n: number }>(
    cut.map((entity) => db.prepare(countSql(entity)).bind(orderNumber, LEFT_OUT_MAX_COUNT)),
  );
  const leftOut = cut.map((entity, index): [Entity, number] => {
    const read = rows.filter((row) => row.entity === entity).length;
    return [entity, (counts[index]?.results[0]?.n ?? 0) - read];
  });
  return { rows, leftOut: Object.fromEntries(leftOut) };
}

export function keysOf(rows: readonly Pick<StateRow, "entity" | "key">[]): RowKeys {
  return byEntity((entity) => rows.filter((row) => row.entity === entity).map(({ key }) => key));
}

/** Primary keys. `?1`: keys. */
const byKeys = byEntity(() => "SELECT value AS key FROM json_each(?1)");

/** Reads rows by their keys, up to the limit for each kind: one batch. */
export async function loadRowsOf(
  db: D1Database,
  rows: readonly Pick<StateRow, "entity" | "key">[],
  limits: ReadLimits,
): Promise<readonly StateRow[]> {
  const keysIn = keysOf(rows);
  const named = entityNames.filter((name) => keysIn[name].length > 0);
  const keys = (name: Entity): string => JSON.stringify(keysIn[name]);
  return (await readBounded(db, named, byKeys, keys, limits)).rows;
}

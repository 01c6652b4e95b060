/**
 * Rows in which a Worker of version 0.2 has set a register: their precedences are written as they are
 * today, the values stay. Until then such a register wins over whatever today's code sets.
 */
import { RENEW_ROWS } from "../../limits";
import { registersOf02, renewRow } from "../../projection/precedence-0-2";
import { entities, type Entity, entityNames, type Value } from "../../projection/registers";
import { deriveStatements } from "../state/derive";
import { slicedRows, slicedStatements } from "../slices";
import { isToRenew } from "./written-by-0-2";

type Columns = Readonly<Record<string, Value>>;

function precedenceColumns(entity: Entity): readonly string[] {
  return registersOf02[entity].map((register) => `${register}_precedence`);
}

/** orders_to_renew, payments_to_renew, refunds_to_renew, shipments_to_renew: empty as a rule. */
function findSql(entity: Entity): string {
  return `SELECT * FROM ${entity} INDEXED BY ${entity}_to_renew
WHERE ${isToRenew[entity]} LIMIT ${String(RENEW_ROWS)}`;
}

/**
 * `?1`: [key, precedences as they were read, each as it is to be] rows. Primary key. A row that an event
 * has changed since stays as it is; the next look finds it again.
 */
function renewSql(entity: Entity): string {
  const columns = precedenceColumns(entity);
  const current = columns.map((column) => `${entity}.${column}`).join(" || ' ' || ");
  return `
UPDATE ${entity} SET ${columns.map((column) => `${column} = v.${column}`).join(", ")}
FROM ${slicedRows("key", "current", ...columns)} AS v
WHERE ${entity}.${entities[entity].key} = v.key AND v.current = ${current}`;
}

/** The row for `renewSql`; none where nothing of it can be written anew. */
function renewed(entity: Entity, row: Columns): readonly (readonly string[])[] {
  const current = precedenceColumns(entity).map((column) => String(row[column]));
  const texts = renewRow(entity, row);
  if (texts.every((text, index) => text === current[index])) return [];
  return [[String(row[entities[entity].key]), current.join(" "), ...texts]];
}

/**
 * Renews some rows of each table, and redoes what follows from them: it was derived from precedences of
 * two encodings. Nobody is notified. Returns how many rows it found to renew, 0 where none are left.
 */
export async function renewRows(db: D1Database, now: string): Promise<number> {
  const found = await db.batch<Record<string, Value>>(
    entityNames.map((entity) => db.prepare(findSql(entity))),
  );
  const [orders = [], payments = [], refunds = [], shipments = []] = entityNames.map(
    (entity, index) => (found[index]?.results ?? []).flatMap((row) => renewed(entity, row)),
  );
  const rows = { orders, payments, refunds, shipments };
  const count = entityNames.reduce((sum, entity) => sum + rows[entity].length, 0);
  if (count === 0) return 0;
  const keysOf = (entity: Entity): string => JSON.stringify(rows[entity].map(([key]) => key));
  const keys = {
    orders: keysOf("orders"),
    payments: keysOf("payments"),
    refunds: keysOf("refunds"),
    shipments: keysOf("shipments"),
  };
  await db.batch([
    ...entityNames.flatMap((entity) => slicedStatements(db, renewSql(entity), rows[entity])),
    ...deriveStatements(db, keys, now, null),
  ]);
  return count;
}

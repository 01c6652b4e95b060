/**
 * Renews rows in which a Worker of version 0.2 has set a register: the precedences get the current encoding, the
 * values stay. Until then, such a register overrides everything that the current code sets.
 */
import { RENEW_ROWS } from "../../limits";
import { registersOf02, renewRow } from "../../projection/precedence-0-2";
import {
  byEntity,
  entities,
  type Entity,
  entityNames,
  type Value,
} from "../../projection/registers";
import { deriveStatements } from "../state/derive";
import { slicedRows, slicedStatements } from "../slices";
import { isToRenew } from "./written-by-0-2";

type Columns = Readonly<Record<string, Value>>;

function precedenceColumns(entity: Entity): readonly string[] {
  return registersOf02(entity).map((register) => `${register}_precedence`);
}

/** orders_to_renew, payments_to_renew, refunds_to_renew, shipments_to_renew: normally empty. */
function findSql(entity: Entity): string {
  return `SELECT * FROM ${entity} INDEXED BY ${entity}_to_renew
WHERE ${isToRenew[entity]} LIMIT ${String(RENEW_ROWS)}`;
}

/**
 * `?1`: rows of [key, precedences as read, new precedences]. Primary key. A row that an event has changed since
 * stays unchanged; the next call finds it again.
 */
function renewSql(entity: Entity): string {
  const columns = precedenceColumns(entity);
  const current = columns.map((column) => `${entity}.${column}`).join(" || ' ' || ");
  return `
UPDATE ${entity} SET ${columns.map((column) => `${column} = v.${column}`).join(", ")}
FROM ${slicedRows("key", "current", ...columns)} AS v
WHERE ${entity}.${entities[entity].key} = v.key AND v.current = ${current}`;
}

/** The row for `renewSql`; none if none of its precedences can be renewed. */
function renewed(entity: Entity, row: Columns): readonly (readonly string[])[] {
  const current = precedenceColumns(entity).map((column) => String(row[column]));
  const texts = renewRow(entity, row);
  if (texts.every((text, index) => text === current[index])) return [];
  return [[String(row[entities[entity].key]), current.join(" "), ...texts]];
}

/**
 * Renews some rows of each table, and derives again what depends on them, because it was derived from two
 * encodings. No message is sent. Returns the number of rows found; 0 if none are left.
 */
export async function renewRows(db: D1Database, now: string): Promise<number> {
  const found = await db.batch<Record<string, Value>>(
    entityNames.map((entity) => db.prepare(findSql(entity))),
  );
  const rows = byEntity((entity) =>
    (found[entityNames.indexOf(entity)]?.results ?? []).flatMap((row) => renewed(entity, row)),
  );
  const count = Object.values(rows).flat().length;
  if (count === 0) return 0;
  const keys = byEntity((entity) => JSON.stringify(rows[entity].map(([key]) => key)));
  await db.batch([
    ...entityNames.flatMap((entity) => slicedStatements(db, renewSql(entity), rows[entity])),
    ...deriveStatements(db, keys, now, null),
  ]);
  return count;
}

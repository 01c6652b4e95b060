/**
 * The register merge: folded patches in, one upsert per entity out. For each register, the value with the higher
 * precedence is kept as a whole, nulls included; a lower one changes nothing, and a repeat writes nothing. The
 * merge is commutative, associative and idempotent, so it needs no read, lock or version check. A precedence that
 * equals that of the row's status is stored as a mark (projection/shared-precedence.ts).
 *
 * Columns with an index (`order_number`, `reference_number`, `placed_at`) are written only on insert and left out of
 * SET: an indexed column in SET rewrites its index entry even if nothing changes. Where a register changes, a trigger
 * copies it (migrations/0034 and 0039); links.ts finds the orders of payments and refunds.
 */
import type { FoldedPatches } from "../../projection/fold";
import {
  byEntity,
  entities,
  type Entity,
  entityNames,
  type Patch,
  registersOf,
} from "../../projection/registers";
import { precedenceSql, storedSql } from "../../projection/shared-precedence";
import { shortenKeys, storedColumn } from "../short-keys";
import { slicedStatements } from "../slices";

/**
 * Columns that only a new row takes from a register: the indexed ones, and the payment status. The payment status is
 * derived (derive.ts); for most orders its first value is the one in the order event.
 */
const copiedOnInsert: Readonly<Record<Entity, readonly (readonly [string, string])[]>> = {
  orders: [
    ["payment_status", "snapshot_payment_status"],
    ["placed_at", "order_date"],
  ],
  payments: [
    ["order_number", "named_order"],
    ["reference_number", "named_reference"],
  ],
  refunds: [["order_number", "named_order"]],
  shipments: [["order_number", "named_order"]],
};

interface Column {
  readonly name: string;
  readonly register: string;
}

function precedenceColumn(register: string): string {
  return `${register}_precedence`;
}

function columnsOf(entity: Entity): readonly Column[] {
  return registersOf(entity).flatMap(([register, columns]) => [
    ...columns.map((name) => ({ name, register })),
    { name: precedenceColumn(register), register },
  ]);
}

/** `other`, or if the column is a precedence, what is stored of it. `from`: the precedence of a register. */
function stored(
  { name, register }: Column,
  from: (register: string) => string,
  other: string,
): string {
  return name === precedenceColumn(register)
    ? storedSql(register, from(register), from("status"))
    : other;
}

/** The precedences of a register in an event and in the row. */
const both = (register: string): readonly [string, string] => [
  precedenceSql("excluded", register),
  precedenceSql("o", register),
];
const wins = (register: string): string => both(register).join(" > ");
const higher = (register: string): string => `max(${both(register).join(", ")})`;

/** `?1`: rows as JSON arrays in column order, the key first; `?2`: now. Uses the primary key. */
function mergeSql(entity: Entity): string {
  const { key } = entities[entity];
  const columns = columnsOf(entity);
  const position = new Map(columns.map(({ name }, index) => [name, index + 1]));
  const value = (name: string): string => `value->>${String(position.get(name) ?? 0)}`;
  const copied = copiedOnInsert[entity];
  const names = [
    key,
    ...columns.map(({ name }) => storedColumn(entity, name)),
    ...copied.map(([name]) => name),
  ];
  const values = [
    "value->>0",
    ...columns.map((column) =>
      stored(column, (register) => value(precedenceColumn(register)), value(column.name)),
    ),
    ...copied.map(([, from]) => value(from)),
  ];
  const sets = columns.map((column) => {
    const name = storedColumn(entity, column.name);
    const { register } = column;
    const winner = `CASE WHEN ${wins(register)} THEN excluded.${name} ELSE o.${name} END`;
    return `${name} = ${stored(column, higher, winner)}`;
  });
  return [
    `INSERT INTO ${entity} AS o (${names.join(", ")}, updated_at)`,
    `SELECT ${values.join(", ")}, ?2 FROM jsonb_each(?1) WHERE true`,
    `ON CONFLICT (${key}) DO UPDATE SET ${sets.join(", ")}, updated_at = ?2`,
    `WHERE ${registersOf(entity)
      .map(([register]) => wins(register))
      .join(" OR ")}`,
  ].join("\n");
}

/** One row of the merge's parameter: the key, then each register's values and its precedence. */
function rowOf(patch: Patch): readonly unknown[] {
  const cells: unknown[] = [patch.key];
  for (const [register, columns] of registersOf(patch.entity)) {
    const setting = patch.settings.get(register);
    cells.push(
      ...columns.map((name) => {
        const value = setting?.values[name] ?? null;
        return name === "extra" && typeof value === "string"
          ? shortenKeys(patch.entity, value)
          : value;
      }),
    );
    cells.push(setting?.precedence ?? "");
  }
  return cells;
}

const sqlOf = byEntity(mergeSql);

/** The statements that merge the patches of one entity; at most one patch a row. */
export function mergeStatements(
  db: D1Database,
  entity: Entity,
  patches: Iterable<Patch>,
  now: string,
): readonly D1PreparedStatement[] {
  const rows = [...patches].map(rowOf);
  return slicedStatements(db, sqlOf[entity], rows, now);
}

/** The statements that merge everything; orders that are only named get a row. */
export function foldStatements(
  db: D1Database,
  { rows, orderNumbers }: Pick<FoldedPatches, "rows" | "orderNumbers">,
  now: string,
): readonly D1PreparedStatement[] {
  const unknown = [...orderNumbers].filter((number) => !rows.orders.has(number));
  const stubs = unknown.map((key): Patch => ({ entity: "orders", key, settings: new Map() }));
  return entityNames.flatMap((entity) => {
    const patches = [...rows[entity].values(), ...(entity === "orders" ? stubs : [])];
    return mergeStatements(db, entity, patches, now);
  });
}

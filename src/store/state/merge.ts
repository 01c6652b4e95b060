/**
 * The register merge: folded patches in, one upsert per entity out. For each register, the value with the higher
 * precedence is kept as a whole, nulls included; a lower one changes nothing, and a repeat writes nothing. The
 * merge is commutative, associative and idempotent, so it needs no read, lock or version check.
 *
 * Columns with an index (`order_number`, `reference_number`, `placed_at`) are written only on insert and left out of
 * SET: an indexed column in SET rewrites its index entry even if nothing changes. links.ts copies them from their
 * registers if they differ; `placed_at`, which hardly ever does, is copied by a trigger (migrations/0034).
 */
import { entities, type Entity, type Patch, registersOf } from "../../projection/registers";
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

/** `?1`: rows as JSON arrays in column order, the key first; `?2`: now. Uses the primary key. */
function mergeSql(entity: Entity): string {
  const { key } = entities[entity];
  const columns = columnsOf(entity);
  const position = new Map(columns.map(({ name }, index) => [name, index + 1]));
  const value = (name: string): string => {
    const text = `value->>${String(position.get(name) ?? 0)}`;
    return name.endsWith("_precedence") ? `coalesce(${text}, '')` : text;
  };
  const copied = copiedOnInsert[entity];
  const wins = (register: string): string =>
    `excluded.${precedenceColumn(register)} > ${entity}.${precedenceColumn(register)}`;
  const names = [key, ...columns.map(({ name }) => name), ...copied.map(([name]) => name)];
  const values = [
    "value->>0",
    ...columns.map(({ name }) => value(name)),
    ...copied.map(([, from]) => value(from)),
  ];
  const sets = columns.map(
    ({ name, register }) =>
      `${name} = CASE WHEN ${wins(register)} THEN excluded.${name} ELSE ${entity}.${name} END`,
  );
  return [
    `INSERT INTO ${entity} (${names.join(", ")}, updated_at)`,
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
    if (setting === undefined) cells.push(...columns.map(() => null), null);
    else cells.push(...columns.map((name) => setting.values[name] ?? null), setting.precedence);
  }
  return cells;
}

/** A patch that sets nothing: it creates the row, which later events fill. */
export function stub(entity: Entity, key: string): Patch {
  return { entity, key, settings: new Map() };
}

const sqlOf: Readonly<Record<Entity, string>> = {
  orders: mergeSql("orders"),
  payments: mergeSql("payments"),
  refunds: mergeSql("refunds"),
  shipments: mergeSql("shipments"),
};

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

/**
 * What a rebuild would change: the present rows and the events about them in; the rows that the current code
 * makes of those events, and every column that differs, out. Pure.
 */
import type { ContactClaim } from "../patches/contacts";
import type { HistoricEvent, StateRow } from "./explanation";
import { asJudged, interpret, type Interpretation } from "../interpret";
import { type Links, modelOfPatches, type ModelRow, type ModelState } from "./model";
import { hashId, idHashIn } from "../precedence";
import {
  byEntity,
  entities,
  type Entity,
  entityNames,
  type Patch,
  registersOf,
  type Value,
} from "../registers";
import type { StoreDefaults } from "../store-defaults";

/** One column that differs. If a row would be removed, `to` is null in every column. */
export interface Change {
  readonly entity: Entity;
  readonly key: string;
  readonly column: string;
  readonly from: Value;
  readonly to: Value;
}

/** A register of a row, as one event has set it. */
interface CurrentRegister {
  readonly entity: Entity;
  readonly key: string;
  readonly register: string;
  readonly precedence: string;
}

export interface RebuildPlan {
  readonly patches: readonly Patch[];
  readonly contacts: readonly ContactClaim[];
  readonly changes: readonly Change[];
  /** Rows to clear before the merge: they differ, and the stored events can set them again. */
  readonly cleared: readonly StateRow[];
  /** Registers to clear in the other rows: the event that set them has another value under the current code. */
  readonly reset: readonly CurrentRegister[];
  /** The precedence that each event claims for the status of its row under the current code. */
  readonly claims: readonly { readonly id: string; readonly precedence: string | null }[];
  /** The time of each event that has another one under the current code or STORE_TIME_ZONE. */
  readonly times: readonly EventTime[];
}

type EventTime = Pick<HistoricEvent, "id" | "occurredAt">;

function changedTimes(
  history: readonly EventTime[],
  meanings: readonly Interpretation[],
): readonly EventTime[] {
  const stored = new Map(history.map(({ id, occurredAt }) => [id, occurredAt]));
  return meanings
    .map(({ id, description: { occurredAt } }) => ({ id, occurredAt }))
    .filter(({ id, occurredAt }) => occurredAt !== stored.get(id));
}

function registerColumns(entity: Entity): readonly string[] {
  return registersOf(entity).flatMap(([register, columns]) => [
    ...columns,
    `${register}_precedence`,
  ]);
}

/** Derived columns; compared only for rows of the order itself, whose data is complete. */
const followingColumns: Readonly<Record<Entity, readonly string[]>> = {
  orders: ["payment_status", "paid_micros", "refunded_micros"],
  payments: ["order_number", "reference_number"],
  refunds: ["order_number"],
  shipments: ["order_number"],
};

function compareRow(
  row: StateRow,
  expected: ModelRow | undefined,
  columns: readonly string[],
): readonly Change[] {
  const { entity, key } = row;
  return columns.flatMap((column) => {
    const from = row.columns[column] ?? null;
    const to = expected?.[column] ?? null;
    return from === to ? [] : [{ entity, key, column, from, to }];
  });
}

/** Rows that result from the events and do not exist yet; too little is known about rows of other orders. */
function missingRows(
  orderNumber: string | null,
  expected: ReturnType<typeof modelOfPatches>,
  current: ReadonlySet<string>,
): readonly Change[] {
  return entityNames.flatMap((entity) =>
    [...expected[entity]]
      .filter(([key, row]) => {
        if (current.has(`${entity} ${key}`)) return false;
        return entity === "orders" ? key === orderNumber : row["order_number"] === orderNumber;
      })
      .flatMap(([key, row]) =>
        compareRow({ entity, key, columns: {} }, row, [
          entities[entity].key,
          ...registerColumns(entity),
          ...followingColumns[entity],
        ]),
      )
      // An absent row reads as if its precedences were empty.
      .filter(({ to }) => to !== "" && to !== 0),
  );
}

/**
 * Whether all data that decides the row's links is known. For a payment in another order, its other names may be
 * missing; for a refund in another order, the payment that it follows.
 */
function belongsTo(
  orderNumber: string | null,
  row: StateRow,
  model: ModelRow | undefined,
): boolean {
  const current = row.columns["order_number"] ?? null;
  if (row.entity === "orders" || current === orderNumber) return true;
  return row.entity === "refunds" && current === null && model?.["order_number"] === orderNumber;
}

/**
 * The derived values of an order that events once named for a row that has since moved to another order: no
 * present row leads to those events, and nothing is paid.
 */
const unpaid: ModelRow = { payment_status: null, paid_micros: 0, refunded_micros: 0 };

function isDeserted({ entity, key }: StateRow, rows: readonly StateRow[]): boolean {
  const isOfIt = (row: StateRow): boolean => row.columns["order_number"] === key;
  return entity === "orders" && !rows.some((row) => row.entity !== "orders" && isOfIt(row));
}

/** Which events set the row's registers: the hashes of their ids. */
function settersOf(row: StateRow): readonly string[] {
  return registersOf(row.entity)
    .map(([register]) => String(row.columns[`${register}_precedence`] ?? ""))
    .filter((precedence) => precedence !== "")
    .map(idHashIn);
}

interface PartialChanges {
  readonly changes: readonly Change[];
  readonly reset: readonly CurrentRegister[];
}

/**
 * What is known about a row with an incomplete history: registers that a merge would change, and registers whose own
 * event is still stored and has another value under the current code.
 */
function partialChanges(row: StateRow, expected: ModelRow | undefined): PartialChanges {
  const { entity, key } = row;
  const compared = registersOf(entity).map(([register, columns]) => {
    const name = `${register}_precedence`;
    const precedence = String(row.columns[name] ?? "");
    const told = String(expected?.[name] ?? "");
    const stands = told !== "" && told >= precedence;
    const changes = stands ? compareRow(row, expected, [...columns, name]) : [];
    const isReset = told === precedence && changes.length > 0;
    return { changes, reset: isReset ? [{ entity, key, register, precedence }] : [] };
  });
  return {
    changes: compared.flatMap(({ changes }) => changes),
    reset: compared.flatMap(({ reset }) => reset),
  };
}

/** The columns that decide links. */
const linkColumns: ReadonlySet<string> = new Set([
  "named_order",
  "named_reference",
  "payment_reference",
  "link_precedence",
]);

/** The orders of rows that belong to other orders. */
function linksElsewhere(orderNumber: string | null, rows: readonly StateRow[]): Links {
  const isElsewhere = ({ entity, columns }: StateRow): boolean =>
    entity !== "orders" && (columns["order_number"] ?? orderNumber) !== orderNumber;
  return byEntity((entity) => {
    const own = rows.filter((row) => row.entity === entity && isElsewhere(row));
    return new Map(own.map(({ key, columns }) => [key, columns["order_number"] ?? null]));
  });
}

/**
 * A row is cleared only if every event that set it is still stored with its body, so the values of purged events
 * are kept. `orderNumber` is null if the rows belong to no order; `whole` is false if the history is not
 * complete.
 */
export function planRebuild(
  orderNumber: string | null,
  rows: readonly StateRow[],
  history: readonly HistoricEvent[],
  whole: boolean,
  defaults: StoreDefaults,
): RebuildPlan {
  const meanings = history.flatMap(({ id, typeHint, receivedAt, payload, status }) =>
    status !== "processed" || payload === null
      ? []
      : interpret({ id, typeHint, receivedAt, payload }, asJudged(defaults)),
  );
  const patches = meanings.flatMap((meaning) => meaning.patches);
  const contacts = meanings.flatMap((meaning) => meaning.contacts);
  const times = changedTimes(history, meanings);
  const claims = meanings.map(({ id, statusPrecedence: precedence }) => ({ id, precedence }));
  const stored = new Set(meanings.map(({ id }) => hashId(id)));
  const known = (row: StateRow): boolean =>
    whole && settersOf(row).every((setter) => stored.has(setter));
  const pictureIsWhole = rows.every(known);

  const compare = (expected: ModelState): Pick<RebuildPlan, "changes" | "cleared" | "reset"> => {
    const compared = rows.map((row) => {
      const model = expected[row.entity].get(row.key);
      const isSet = settersOf(row).length > 0;
      const clearable = known(row) && isSet;
      const following = model ?? (!isSet && isDeserted(row, rows) ? unpaid : undefined);
      const follows =
        pictureIsWhole && belongsTo(orderNumber, row, model) ? followingColumns[row.entity] : [];
      const own = clearable
        ? { changes: compareRow(row, model, registerColumns(row.entity)), reset: [] }
        : partialChanges(row, model);
      const changes = [
        ...own.changes,
        ...(following === undefined ? [] : compareRow(row, following, follows)),
      ];
      return { row, changes, clearable, reset: own.reset };
    });
    const current = new Set(rows.map(({ entity, key }) => `${entity} ${key}`));
    return {
      changes: [
        ...compared.flatMap(({ changes }) => changes),
        ...missingRows(orderNumber, expected, current),
      ],
      cleared: compared
        .filter(({ clearable, changes }) => clearable && changes.length > 0)
        .map(({ row }) => row),
      reset: compared.flatMap(({ reset }) => reset),
    };
  };

  const first = compare(modelOfPatches(patches));
  const relinked = first.changes.some(({ column }) => linkColumns.has(column));
  // The link of a row in another order depends on rows that were not read: unless links change here, it stays
  // as it is.
  const compared = relinked
    ? first
    : compare(modelOfPatches(patches, linksElsewhere(orderNumber, rows)));
  return { patches, contacts, claims, times, ...compared };
}

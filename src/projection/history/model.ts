/**
 * The reference model: a list of events in, the expected rows out. Written to be clear, not fast, and without
 * the fold or the SQL. This file defines state as a function of the set of events, and the SQL merge is tested
 * against it. Explanation and audit use it too.
 */
import { interpret, type InterpretOptions } from "../interpret";
import type { StoredEvent } from "../decoded-event";
import { SUM_MAX_MICROS } from "../patches/money";
import { paidStatuses, paymentWord } from "../../events/stages";
import { idHashIn, stageIn, statesTime } from "../precedence";
import {
  byEntity,
  entities,
  type Entity,
  entityNames,
  type Patch,
  registersOf,
  type Setting,
  type Value,
} from "../registers";

/** A row by column name, with its precedences, without bookkeeping (`stale`, `updated_at`). */
export type ModelRow = Readonly<Record<string, Value>>;
export type ModelState = Readonly<Record<Entity, ReadonlyMap<string, ModelRow>>>;

type MutableRow = Record<string, Value>;
type Rows = Map<string, MutableRow>;

function emptyRow(entity: Entity, key: string): MutableRow {
  const row: MutableRow = { [entities[entity].key]: key };
  for (const [register, columns] of registersOf(entity)) {
    for (const column of columns) row[column] = null;
    row[`${register}_precedence`] = "";
  }
  return row;
}

function put(row: MutableRow, register: string, { values, precedence }: Setting): void {
  Object.assign(row, values);
  row[`${register}_precedence`] = precedence;
}

function text(row: ModelRow | undefined, column: string): string {
  return String(row?.[column] ?? "");
}

/** Compares text like SQLite: by the bytes of UTF-8, which is the order of code points. */
function compareText(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Sets every register in the order of precedence, so the highest setting is the last one. */
function setRegisters(patches: readonly Patch[]): Readonly<Record<Entity, Rows>> {
  const state = byEntity((): Rows => new Map());
  const rowOf = (entity: Entity, key: string): MutableRow => {
    const row = state[entity].get(key) ?? emptyRow(entity, key);
    state[entity].set(key, row);
    return row;
  };
  const settings = patches.flatMap(({ entity, key, settings: set }) => {
    rowOf(entity, key);
    return [...set].map(([register, setting]) => ({ entity, key, register, setting }));
  });
  settings.sort((a, b) => compareText(a.setting.precedence, b.setting.precedence));
  for (const { entity, key, register, setting } of settings) {
    put(rowOf(entity, key), register, setting);
    // Any event that names an unknown order makes a stub row.
    if (register === "link") rowOf("orders", String(setting.values["named_order"]));
  }
  return state;
}

/** The other names of a payment: rows that its reference points to, or whose reference is its key. */
function otherNames(payments: readonly ModelRow[], payment: ModelRow): readonly ModelRow[] {
  const key = payment["payment_id"];
  return payments.filter((other) => {
    if (other["payment_id"] === key) return false;
    return other["named_reference"] === key || other["payment_id"] === payment["named_reference"];
  });
}

function highest(rows: readonly ModelRow[], column: string): ModelRow | undefined {
  return rows.toSorted((a, b) => compareText(text(b, column), text(a, column)))[0];
}

function linkPayments(payments: Rows): void {
  const all = [...payments.values()];
  for (const payment of all) {
    const names = [payment, ...otherNames(all, payment)];
    const linked = names.filter((row) => row["named_order"] !== null);
    payment["order_number"] = highest(linked, "link_precedence")?.["named_order"] ?? null;
    payment["reference_number"] = payment["named_reference"] ?? null;
  }
}

function linkRefunds(refunds: Rows, payments: Rows): void {
  for (const refund of refunds.values()) {
    const orders = [...payments.values()]
      .filter((payment) => payment["named_reference"] !== null)
      .filter((payment) => payment["named_reference"] === refund["payment_reference"])
      .flatMap((payment) => payment["order_number"] ?? [])
      .map(String)
      .toSorted(compareText);
    refund["order_number"] = refund["named_order"] ?? orders[0] ?? null;
  }
}

/**
 * Which other name of a payment counts instead of it; null if the payment itself counts. Of two names, the one
 * with the higher status precedence counts; on a tie, the payment and not its alias.
 */
export function countedInstead(payments: readonly ModelRow[], payment: ModelRow): ModelRow | null {
  const better = otherNames(payments, payment).find((other) => {
    const order = compareText(text(payment, "status_precedence"), text(other, "status_precedence"));
    if (order !== 0) return order < 0;
    const isAlias = other["named_reference"] === payment["payment_id"];
    const hasAlias = other["payment_id"] === payment["named_reference"];
    // Two rows that are aliases of each other: the lower key counts.
    if (isAlias && hasAlias) {
      return compareText(text(payment, "payment_id"), text(other, "payment_id")) > 0;
    }
    return isAlias;
  });
  return better ?? null;
}

/**
 * A refund that is known only by its payment's reference is another name of one numbered refund with the same
 * reference and amount, of the same order: the one with the same status and the lowest key, otherwise the one
 * with the lowest key. Null if there is none.
 */
function numberedRefund(refunds: readonly ModelRow[], refund: ModelRow): ModelRow | null {
  const reference = refund["payment_reference"];
  if (reference === null || refund["refund_id"] !== reference) return null;
  const same = refunds
    .filter((other) => other["refund_id"] !== reference && other["payment_reference"] === reference)
    .filter((other) => other["order_number"] === refund["order_number"])
    .filter((other) => other["amount_micros"] === refund["amount_micros"])
    .filter(() => refund["amount_micros"] !== null)
    .toSorted((a, b) => compareText(text(a, "refund_id"), text(b, "refund_id")));
  return same.find((other) => other["status"] === refund["status"]) ?? same[0] ?? null;
}

/**
 * Which other name of a refund counts instead of it; null if the refund itself counts. Of two names, the one
 * with the higher status precedence counts; on a tie, the numbered one.
 */
function refundCountedInstead(refunds: readonly ModelRow[], refund: ModelRow): ModelRow | null {
  const isHigher = (a: ModelRow, b: ModelRow): boolean =>
    compareText(text(a, "status_precedence"), text(b, "status_precedence")) > 0;
  const numbered = numberedRefund(refunds, refund);
  if (numbered !== null) return isHigher(refund, numbered) ? null : numbered;
  const unnumbered = refunds.find((other) => other["refund_id"] === refund["payment_reference"]);
  if (unnumbered === undefined || unnumbered === refund) return null;
  const isItsName = numberedRefund(refunds, unnumbered) === refund;
  return isItsName && isHigher(unnumbered, refund) ? unnumbered : null;
}

function sum(rows: readonly ModelRow[], statuses: readonly string[]): number {
  const total = rows
    .filter((row) => statuses.includes(text(row, "status")))
    .reduce((before, row) => before + Number(row["amount_micros"] ?? 0), 0);
  return Math.min(total, SUM_MAX_MICROS);
}

/** The payment with the highest stage, then the highest precedence; null if none has a status. */
export function leadingPayment(counted: readonly ModelRow[]): ModelRow | null {
  const leading = counted.toSorted((a, b) => {
    const [left, right] = [text(a, "status_precedence"), text(b, "status_precedence")];
    return (
      compareText(stageIn(right), stageIn(left)) ||
      compareText(right, left) ||
      compareText(text(b, "status"), text(a, "status"))
    );
  })[0];
  return leading ?? null;
}

/**
 * Whether the order's own snapshot decides: if one event set both, or if the snapshot is at least as recent. If
 * one of the events states no time, the one that is further along counts as later.
 */
export function snapshotWins(order: ModelRow, leading: ModelRow | null): boolean {
  if (leading === null) return true;
  const snapshot = text(order, "snapshot_payment_precedence");
  const winning = text(leading, "status_precedence");
  if (idHashIn(snapshot) === idHashIn(winning)) return true;
  if (!statesTime(snapshot) || !statesTime(winning)) {
    const further = compareText(stageIn(snapshot), stageIn(winning));
    if (further !== 0) return further > 0;
  }
  return compareText(snapshot, winning) >= 0;
}

/** The payment status of an order, in the vendor's words; null if no event states one. */
function paymentStatusOf(
  order: ModelRow,
  leading: ModelRow | null,
  paidMicros: number,
): string | null {
  const payable = order["payable_micros"] ?? null;
  if (payable === 0) return "success";
  const bySnapshot = snapshotWins(order, leading);
  const status = (bySnapshot ? order["snapshot_payment_status"] : leading?.["status"]) ?? null;
  const word = status === null ? null : paymentWord(String(status));
  const isOpen = typeof payable === "number" && payable > paidMicros;
  return word === "success" && !bySnapshot && isOpen ? "partially_paid" : word;
}

function deriveOrders(state: Record<Entity, Rows>): void {
  const payments = [...state.payments.values()];
  const refunds = [...state.refunds.values()];
  for (const order of state.orders.values()) {
    const number = order["order_number"];
    const counted = payments
      .filter((payment) => payment["order_number"] === number && payment["status"] !== null)
      .filter((payment) => countedInstead(payments, payment) === null);
    const repaid = refunds
      .filter((refund) => refund["order_number"] === number)
      .filter((refund) => refundCountedInstead(refunds, refund) === null);
    const paidMicros = sum(counted, paidStatuses);
    order["payment_status"] = paymentStatusOf(order, leadingPayment(counted), paidMicros);
    order["paid_micros"] = paidMicros;
    order["refunded_micros"] = sum(repaid, ["success"]);
  }
}

/** Orders of single rows, by entity and key. */
export type Links = Readonly<Record<Entity, ReadonlyMap<string, Value>>>;

function overrideLinks(state: Record<Entity, Rows>, links: Links): void {
  for (const entity of entityNames) {
    for (const [key, orderNumber] of links[entity]) {
      const row = state[entity].get(key);
      if (row !== undefined) row["order_number"] = orderNumber;
    }
  }
}

/**
 * The rows that result from patches, in any order. `known`: the orders of rows whose link cannot be derived from
 * the patches, because some patches are missing.
 */
export function modelOfPatches(patches: readonly Patch[], known?: Links): ModelState {
  const state = setRegisters(patches);
  linkPayments(state.payments);
  linkRefunds(state.refunds, state.payments);
  for (const shipment of state.shipments.values()) {
    shipment["order_number"] = shipment["named_order"] ?? null;
  }
  if (known !== undefined) overrideLinks(state, known);
  deriveOrders(state);
  return state;
}

export interface Model {
  readonly state: ModelState;
  /** `id template channel` of every outbox row that events ask for. */
  readonly facts: ReadonlySet<string>;
}

/** The first event under an id counts; an ignored or quarantined event sets nothing. */
export function modelOf(events: readonly StoredEvent[], options: InterpretOptions): Model {
  const distinct = new Map<string, StoredEvent>();
  for (const event of events) if (!distinct.has(event.id)) distinct.set(event.id, event);
  const meanings = [...distinct.values()].map((event) => interpret(event, options));
  return {
    state: modelOfPatches(meanings.flatMap(({ patches }) => patches)),
    facts: new Set(
      meanings.flatMap(({ outbox }) =>
        outbox.map(({ id, template, channel }) => `${id} ${template} ${channel}`),
      ),
    ),
  };
}

/** Rows of every entity, as one flat list for comparison. */
export function modelRows(state: ModelState): readonly (readonly [string, ModelRow])[] {
  return entityNames.flatMap((entity) =>
    [...state[entity]].map(([key, row]) => [`${entity} ${key}`, row] as const),
  );
}

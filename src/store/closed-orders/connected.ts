/**
 * Sets of orders: the rows that are connected by links, references, other names of payments, and disputed links.
 * Sums of one order may follow from rows of another, so a set is archived and brought back as a whole.
 */
import { orderPart, factPart } from "../../projection/outbox-row";
import type { Value } from "../../projection/registers";
import { keyOf } from "./keys";

/** The tables whose rows are archived, in the order in which they are brought back. */
export const archivedTables = [
  "orders",
  "payments",
  "refunds",
  "shipments",
  "disputed_links",
  "notifications",
] as const;
export type ArchivedTable = (typeof archivedTables)[number];

const listed = (parameter: number): string => `SELECT value FROM json_each(?${String(parameter)})`;

/**
 * Which rows of each table the keys `?1` to `?4` (orders, payments and references, refunds, shipments) lead to;
 * `?5`: [part of an id, what it is about]. Primary keys, payments_order, payments_named, payments_reference,
 * refunds_order, refunds_reference, shipments_order, disputed_links_order. Messages that version 0.2 has written
 * do not say what they are about, and stay.
 */
export const connectedRows: Readonly<Record<ArchivedTable, string>> = {
  orders: `order_number IN (${listed(1)})`,
  payments: `payment_id IN (
    SELECT p.payment_id FROM json_each(?1) j CROSS JOIN payments p ON p.order_number = j.value
    UNION SELECT p.payment_id FROM json_each(?1) j CROSS JOIN payments p
      ON p.named_order = j.value AND p.named_order IS NOT p.order_number
    UNION SELECT p.payment_id FROM json_each(?2) j CROSS JOIN payments p ON p.reference_number = j.value
    UNION ${listed(2)})`,
  refunds: `refund_id IN (
    SELECT r.refund_id FROM json_each(?1) j CROSS JOIN refunds r ON r.order_number = j.value
    UNION SELECT r.refund_id FROM json_each(?2) j CROSS JOIN refunds r
      ON r.payment_reference = j.value AND r.named_order IS NULL
    UNION ${listed(3)})`,
  shipments: `shipment_id IN (
    SELECT s.shipment_id FROM json_each(?1) j CROSS JOIN shipments s ON s.order_number = j.value
    UNION ${listed(4)})`,
  disputed_links: `(order_number IN (${listed(1)})
    OR (entity = 'payments' AND row_key IN (${listed(2)}))
    OR (entity = 'refunds' AND row_key IN (${listed(3)}))
    OR (entity = 'shipments' AND row_key IN (${listed(4)})))`,
  notifications: `id IN (
    SELECT n.id FROM json_each(?5) j CROSS JOIN message_templates known CROSS JOIN notifications n
      ON n.id >= known.template || '/' || (j.value->>0) || '/'
      AND n.id < known.template || '/' || (j.value->>0) || '0' AND +n.about = j.value->>1)`,
};

/** Keys by their kind, without its mark. */
interface SetKeys {
  readonly orders: readonly string[];
  readonly money: readonly string[];
  readonly refunds: readonly string[];
  readonly shipments: readonly string[];
}

function keysByKind(keys: Iterable<string>): SetKeys {
  const all = [...keys];
  const ofKind = (mark: string): string[] =>
    all.filter((key) => key.startsWith(mark)).map((key) => key.slice(mark.length));
  return {
    orders: ofKind("o:"),
    money: ofKind("m:"),
    refunds: ofKind("r:"),
    shipments: ofKind("s:"),
  };
}

/** With and without the mark of what it is about (projection/outbox-row.ts). */
function partsOf(subject: string, keys: readonly string[]): readonly (readonly [string, string])[] {
  return keys.flatMap((key) => [
    [factPart(key), subject] as const,
    [`${subject}:${factPart(key)}`, subject] as const,
  ]);
}

/** The beginnings of ids of messages about the rows, after the template, and what they are about. */
function messageParts(keys: SetKeys): readonly (readonly [string, string])[] {
  return [
    ...keys.orders.map((number) => [orderPart(number), "order"] as const),
    ...partsOf("payment", keys.money),
    ...partsOf("refund", keys.refunds),
    ...partsOf("shipment", keys.shipments),
  ];
}

/** The parameters of `connectedRows`: `?1` to `?5`. */
export function boundKeys(keys: Iterable<string>): readonly string[] {
  const kinds = keysByKind(keys);
  const { orders, money, refunds, shipments } = kinds;
  return [orders, money, refunds, shipments, messageParts(kinds)].map((list) =>
    JSON.stringify(list),
  );
}

/** A statement may use fewer of them, and D1 takes no others. */
export function parametersOf(table: ArchivedTable, bound: readonly string[]): readonly string[] {
  const last = Math.max(
    ...Array.from(connectedRows[table].matchAll(/\?(\d)/g), ([, n]) => Number(n)),
  );
  return bound.slice(0, last);
}

type Row = Readonly<Record<string, Value>>;

/** Tables that connect orders; messages do not. */
const connecting = ["orders", "payments", "refunds", "shipments", "disputed_links"] as const;
type Connecting = (typeof connecting)[number];

/** What says how a row is connected. */
const linkColumns: Readonly<Record<Connecting, string>> = {
  orders: "order_number",
  payments: "payment_id, order_number, named_order, reference_number, named_reference",
  refunds: "refund_id, order_number, named_order, payment_reference",
  shipments: "shipment_id, order_number, named_order",
  disputed_links: "entity, row_key, order_number",
};

const kindOf: Readonly<Record<string, (key: string) => string>> = {
  payments: keyOf.money,
  refunds: keyOf.refund,
  shipments: keyOf.shipment,
};

/** The keys of one row: its own, the orders that it belongs to, its references. */
export function keysOfRow(table: ArchivedTable, row: Row): readonly string[] {
  const named = (column: string, kind: (key: string) => string): readonly string[] => {
    const value = row[column] ?? null;
    return value === null ? [] : [kind(String(value))];
  };
  const orders = [...named("order_number", keyOf.order), ...named("named_order", keyOf.order)];
  switch (table) {
    case "orders":
      return orders;
    case "payments":
      return [
        ...named("payment_id", keyOf.money),
        ...named("reference_number", keyOf.money),
        ...named("named_reference", keyOf.money),
        ...orders,
      ];
    case "refunds":
      return [
        ...named("refund_id", keyOf.refund),
        ...named("payment_reference", keyOf.money),
        ...orders,
      ];
    case "shipments":
      return [...named("shipment_id", keyOf.shipment), ...orders];
    case "disputed_links":
      return [...named("row_key", kindOf[String(row["entity"])] ?? keyOf.money), ...orders];
    case "notifications":
      return [];
  }
}

/** `?6`: rows. */
const linksSql = (table: Connecting): string =>
  `SELECT ${linkColumns[table]} FROM ${table} WHERE ${connectedRows[table]} LIMIT `;

async function loadLinks(
  db: D1Database,
  keys: readonly string[],
  most: number,
): Promise<{ readonly rows: readonly (readonly string[])[]; readonly isCut: boolean }> {
  const bound = boundKeys(keys);
  const results = await db.batch<Row>(
    connecting.map((table) =>
      db.prepare(`${linksSql(table)}${String(most)}`).bind(...parametersOf(table, bound)),
    ),
  );
  const rows = connecting.flatMap((table, at) =>
    (results[at]?.results ?? []).map((row) => keysOfRow(table, row)),
  );
  return { rows, isCut: results.some(({ results: found }) => found.length === most) };
}

/** Groups that share a member are one. */
function joinGroups(groups: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const leaders = new Map<string, string>();
  const leaderOf = (key: string): string => {
    let leader = key;
    for (let next = leaders.get(leader); next !== undefined && next !== leader;) {
      leader = next;
      next = leaders.get(leader);
    }
    leaders.set(key, leader);
    return leader;
  };
  for (const group of groups) {
    for (const key of group) {
      if (!leaders.has(key)) leaders.set(key, key);
      leaders.set(leaderOf(key), leaderOf(group[0] ?? key));
    }
  }
  const joined = new Map<string, string[]>();
  for (const key of leaders.keys()) {
    const leader = leaderOf(key);
    joined.set(leader, [...(joined.get(leader) ?? []), key]);
  }
  return [...joined.values()];
}

export interface GatherLimits {
  /** Keys of one set. */
  readonly keys: number;
  /** Steps from an order to the farthest row of its set. */
  readonly steps: number;
  /** Rows of a kind that one step reads. */
  readonly rows: number;
}

/**
 * The sets of these orders, each as its keys. Left out: sets that are too large, and those that were not gathered
 * to the end.
 */
export async function gatherSets(
  db: D1Database,
  orderNumbers: readonly string[],
  limits: GatherLimits,
): Promise<readonly (readonly string[])[]> {
  const groups: (readonly string[])[] = orderNumbers.map((number) => [keyOf.order(number)]);
  const seen = new Set(groups.flat());
  let frontier: readonly string[] = [...seen];
  for (let steps = 0; frontier.length > 0; steps += 1) {
    const { rows, isCut } = await loadLinks(db, frontier, limits.rows);
    if (isCut || steps === limits.steps) {
      return orderNumbers.length === 1 ? [] : await gatherHalves(db, orderNumbers, limits);
    }
    groups.push(...rows);
    frontier = [...new Set(rows.flat())].filter((key) => !seen.has(key));
    for (const key of frontier) seen.add(key);
  }
  return joinGroups(groups).filter((keys) => keys.length <= limits.keys);
}

/** One order may lead to more than is read for all: the others need not wait for it. */
async function gatherHalves(
  db: D1Database,
  orderNumbers: readonly string[],
  limits: GatherLimits,
): Promise<readonly (readonly string[])[]> {
  const half = Math.ceil(orderNumbers.length / 2);
  const sets = [
    ...(await gatherSets(db, orderNumbers.slice(0, half), limits)),
    ...(await gatherSets(db, orderNumbers.slice(half), limits)),
  ];
  // Both halves may lead to the same set.
  return joinGroups(sets);
}

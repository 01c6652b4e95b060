/**
 * The search: orders by any part of their number, people by name, address or telephone number, and payments, refunds,
 * shipments and events by id. At most three round trips.
 */
import type { StoreDefaults } from "../../projection/store-defaults";
import { type Candidate, type Candidates, CANDIDATES_MAX, findCandidates } from "./candidates";
import { orderColumns, type OrderRow } from "../state/order-list";
import { foldName } from "../../projection/patches/contacts";
import { readTerms } from "./terms";

const ORDERS_MAX = 25;
const PEOPLE_MAX = 10;

/** A person whose name, address or number matched. */
export interface FoundPerson {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** How many of their orders were found. */
  readonly orders: number;
  /** The latest of them. */
  readonly order_number: string;
}

export interface Found extends Omit<Candidates, "orders" | "isCut"> {
  readonly orders: readonly OrderRow[];
  readonly people: readonly FoundPerson[];
  /** True if there may be more. */
  readonly more: boolean;
  /** Orders with an address or number that is exactly the search text. */
  readonly ofWholeContact: ReadonlySet<string>;
}

/** `?1`: orders. Primary keys. */
const ordersSql = `
SELECT ${orderColumns} FROM orders o WHERE o.order_number IN (SELECT value FROM json_each(?1))`;

async function loadOrders(
  db: D1Database,
  numbers: readonly string[],
): Promise<readonly OrderRow[]> {
  if (numbers.length === 0) return [];
  const { results } = await db.prepare(ordersSql).bind(JSON.stringify(numbers)).all<OrderRow>();
  return results;
}

/** Letters and digits alone, in lower case: `ORD-1` and `ord 1` are the same number. */
export function bareId(id: string): string {
  return id.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** An exact number first, then the latest. */
function inOrder(orders: readonly OrderRow[], text: string): readonly OrderRow[] {
  const bare = bareId(text);
  const rank = ({ order_number: number }: OrderRow): number => (bareId(number) === bare ? 0 : 1);
  return orders.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (b.order_date ?? b.updated_at).localeCompare(a.order_date ?? a.updated_at),
  );
}

/** The customers of the orders that were found by a contact, each once. `orders`: latest first. */
function peopleIn(
  orders: readonly OrderRow[],
  candidates: readonly Candidate[],
): readonly FoundPerson[] {
  const byContact = new Set(
    candidates.flatMap(({ order_number: number, contact }) =>
      contact === null || contact.startsWith("awb:") ? [] : [number],
    ),
  );
  const people = new Map<string, FoundPerson>();
  for (const order of orders) {
    const { customer_name: name, customer_email: email, customer_phone: phone } = order;
    if ((email ?? phone ?? name) === null || !byContact.has(order.order_number)) continue;
    // Several people may share a number or an address.
    const key = `${email?.toLowerCase() ?? phone ?? ""} ${foldName(name ?? "")}`;
    const known = people.get(key);
    people.set(key, {
      name: known?.name ?? name,
      email: known?.email ?? email,
      phone: known?.phone ?? phone,
      orders: (known?.orders ?? 0) + 1,
      order_number: known?.order_number ?? order.order_number,
    });
  }
  return [...people.values()];
}

const nothing: Found = {
  orders: [],
  people: [],
  payments: [],
  refunds: [],
  shipments: [],
  events: [],
  more: false,
  ofWholeContact: new Set(),
};

export async function find(db: D1Database, text: string, defaults: StoreDefaults): Promise<Found> {
  const terms = readTerms(text, defaults);
  if (terms === null) return nothing;
  const { orders: candidates, isCut, ...parts } = await findCandidates(db, terms);
  const numbers = [...new Set(candidates.map(({ order_number: number }) => number))];
  const loaded = await loadOrders(db, numbers.slice(0, CANDIDATES_MAX));
  const orders = inOrder(loaded, text.trim());
  const people = peopleIn(orders, candidates);
  const whole = new Set(terms.contacts);
  return {
    ...parts,
    orders: orders.slice(0, ORDERS_MAX),
    people: people.slice(0, PEOPLE_MAX),
    more:
      isCut ||
      numbers.length > CANDIDATES_MAX ||
      orders.length > ORDERS_MAX ||
      people.length > PEOPLE_MAX,
    ofWholeContact: new Set(
      candidates.flatMap(({ order_number: number, contact }) =>
        contact !== null && whole.has(contact) ? [number] : [],
      ),
    ),
  };
}

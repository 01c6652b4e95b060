/**
 * Everything that is stored about a person, as JSON: their orders with all that belongs to them, other events that
 * name them, and archived events. A page ends when it is full; the client continues with `next_cursor`.
 */
import { EXPORT_MAX_CHARACTERS, EXPORT_RUN_MS } from "../privacy-limits";
import { identifiersOf, rowIdentifier } from "../projection/identifiers";
import type { ArchivedEvent } from "../store/retention/archive-writes";
import { loadStretch } from "../store/privacy/erased-bodies";
import { loadRowIdentifiers } from "../store/privacy/erasure";
import { listForwardedOrders } from "../store/privacy/forwarded-orders";
import { type HeldOrder, listOrdersOf, loadHeld } from "../store/privacy/person";
import { keyOf } from "../store/closed-orders/keys";
import { listObjects, readObject } from "./archive";
import type { PutBack } from "../store/closed-orders/archived-orders";

export interface ExportDeps {
  readonly db: D1Database;
  readonly archive: R2Bucket | null;
  /** Brings back archived orders, which are then exported as all others. */
  readonly putBack?: PutBack | undefined;
  readonly now: () => Date;
}

/** An event that belongs to none of the person's orders. */
interface LooseEvent {
  readonly id: string;
  readonly event_type: string | null;
  readonly payload: string;
}

type Message = HeldOrder["notifications"][number];

export interface ExportPage {
  readonly orders: readonly HeldOrder[];
  readonly other_events: readonly LooseEvent[];
  /** Forwards of other events that show an order of the person. */
  readonly other_notifications: readonly Message[];
  readonly archived_events: readonly ArchivedEvent[];
  readonly next_cursor: string | null;
}

/** Where the next page starts: in which part, and after what. */
interface Place {
  readonly part: "orders" | "inbox" | "archive";
  readonly after: string;
}

/** Parses `orders:ORD-1`; null if it is not a cursor of an export. */
function parsePlace(cursor: string | undefined): Place | null {
  if (cursor === undefined) return { part: "orders", after: "" };
  const [, part, after = ""] = /^(orders|inbox|archive):(.*)$/s.exec(cursor) ?? [];
  return part === "orders" || part === "inbox" || part === "archive" ? { part, after } : null;
}

function isAbout(wanted: ReadonlySet<string>, { payload }: { readonly payload: string }): boolean {
  return identifiersOf(payload).some((identifier) => wanted.has(identifier));
}

/** The identifiers of the person's orders and of all that belongs to them. */
async function loadRowsOf(
  db: D1Database,
  contacts: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = new Set<string>();
  for (let after: string | undefined = ""; after !== undefined;) {
    const orders: readonly string[] = await listOrdersOf(db, contacts, after, 100);
    for (const identifier of await loadRowIdentifiers(db, orders)) rows.add(identifier);
    after = orders.at(-1);
  }
  return rows;
}

/** One part of a page, and where to continue; null after the last part. */
interface Gathered {
  readonly found: Partial<Omit<ExportPage, "next_cursor">>;
  readonly next: Place | null;
}

class Gathering {
  readonly #deps: ExportDeps;
  readonly #contacts: readonly string[];
  #rows: ReadonlySet<string> | null = null;

  constructor(deps: ExportDeps, contacts: readonly string[]) {
    this.#deps = deps;
    this.#contacts = contacts;
  }

  async #order(after: string): Promise<Gathered> {
    const { db } = this.#deps;
    const [number] = await listOrdersOf(db, this.#contacts, after, 1);
    if (number === undefined) return { found: {}, next: { part: "inbox", after: "0" } };
    await this.#deps.putBack?.([keyOf.order(number)]);
    return {
      found: { orders: [await loadHeld(db, number)] },
      next: { part: "orders", after: number },
    };
  }

  async #inbox(after: string): Promise<Gathered> {
    const { db } = this.#deps;
    const { bodies, next } = await loadStretch(db, Number(after));
    this.#rows ??= await loadRowsOf(db, this.#contacts);
    const rows = this.#rows;
    const contacts = new Set(this.#contacts);
    // Events of the person's orders were listed with the orders.
    const own = bodies.filter((body) => isAbout(contacts, body) && !isAbout(rows, body));
    const end = next ?? Number.MAX_SAFE_INTEGER;
    const forwards = await listForwardedOrders(db, this.#contacts, Number(after), end);
    return {
      found: {
        other_events: own.map(({ id, eventType, payload }) => ({
          id,
          event_type: eventType,
          payload,
        })),
        other_notifications: forwards
          .filter(({ subject, key }) => !rows.has(rowIdentifier(subject, key)))
          .map(({ message }) => message),
      },
      next: next === null ? { part: "archive", after: "" } : { part: "inbox", after: String(next) },
    };
  }

  async #archived(after: string): Promise<Gathered> {
    const { db, archive } = this.#deps;
    if (archive === null) return { found: {}, next: null };
    this.#rows ??= await loadRowsOf(db, this.#contacts);
    const wanted = new Set([...this.#contacts, ...this.#rows]);
    const { objects, next } = await listObjects(archive, after, 1);
    const events: ArchivedEvent[] = [];
    for (const { name } of objects) {
      const object = await readObject(archive, name);
      const all = object?.events ?? [];
      events.push(...all.filter((event) => isAbout(wanted, event)));
    }
    return {
      found: { archived_events: events },
      next: next === null ? null : { part: "archive", after: next },
    };
  }

  async next({ part, after }: Place): Promise<Gathered> {
    switch (part) {
      case "orders":
        return await this.#order(after);
      case "inbox":
        return await this.#inbox(after);
      case "archive":
        return await this.#archived(after);
    }
  }
}

/** One page. `cursor`: the `next_cursor` of the page before. Returns null if it is not a cursor of an export. */
export async function exportPage(
  deps: ExportDeps,
  contacts: readonly string[],
  cursor?: string,
): Promise<ExportPage | null> {
  const start = parsePlace(cursor);
  if (start === null) return null;
  const endMs = deps.now().getTime() + EXPORT_RUN_MS;
  const gathering = new Gathering(deps, contacts);
  const parts: Gathered["found"][] = [];
  let place: Place | null = start;
  for (let characters = 0; place !== null;) {
    const { found, next }: Gathered = await gathering.next(place);
    parts.push(found);
    place = next;
    characters += JSON.stringify(found).length;
    if (characters > EXPORT_MAX_CHARACTERS || deps.now().getTime() > endMs) break;
  }
  return {
    orders: parts.flatMap(({ orders }) => orders ?? []),
    other_events: parts.flatMap(({ other_events }) => other_events ?? []),
    other_notifications: parts.flatMap(({ other_notifications }) => other_notifications ?? []),
    archived_events: parts.flatMap(({ archived_events }) => archived_events ?? []),
    next_cursor: place === null ? null : `${place.part}:${place.after}`,
  };
}

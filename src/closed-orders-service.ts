/**
 * What the Worker of closed orders (src/closed-orders/) does for the receiver, which calls it through the service
 * binding `CLOSED_ORDERS`. Outcomes are values: an error loses its class between two Workers.
 */
import type { RowKey } from "./store/privacy/erased-bodies";

export type PutBackAnswer =
  /** `sets`: how many sets of rows are in D1 again; `more`: the time was over before all were. */
  | { readonly ok: true; readonly sets: number; readonly more?: boolean }
  /** `problem`: which object cannot be read, as a sentence. */
  | { readonly ok: false; readonly problem: string };

export type ErasedFile =
  /** `named`: rows in the file, archived or brought back, that name the person. */
  | { readonly outcome: "searched"; readonly id: number; readonly named: readonly RowKey[] }
  | { readonly outcome: "done" }
  | { readonly outcome: "waits"; readonly reason: string };

export interface ClosedOrdersService {
  /** Brings back the sets of rows to which the keys lead, for some seconds; of many there may be more. */
  putBack(keys: readonly string[]): Promise<PutBackAnswer>;
  /**
   * Brings back the orders with this number or with a payment, refund or parcel of this id or reference, and the
   * first ones that have one of the contacts.
   */
  putBackFound(id: string, contacts: readonly string[]): Promise<PutBackAnswer>;
  /** Searches the file after `after` for people on the suppression list; after the last, removes what was brought back. */
  eraseNextFile(after: number): Promise<ErasedFile>;
}

/** The optional binding; null if it is not bound. */
export function findClosedOrders(env: object): ClosedOrdersService | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what wrangler.toml binds under this name
  return (Reflect.get(env, "CLOSED_ORDERS") ?? null) as ClosedOrdersService | null;
}

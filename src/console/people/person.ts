/** The customer of an order, as what export and erasure know a person by. */
import { ERASED } from "../../events/erased-body";
import { rowIdentifier } from "../../projection/identifiers";
import {
  contactsOf,
  emailContacts,
  foldName,
  nameContacts,
} from "../../projection/patches/contacts";
import { type Customer, listOrdersOf, loadCustomers } from "../../store/privacy/person";
import type { AdminApiDeps, Contacts } from "../deps";

export interface Person extends Customer {
  /** Of the e-mail address and the telephone number; without either, the orders that were chosen. */
  readonly contacts: Contacts;
  /** No contact of theirs is stored: a name may be several people's, so a person chooses the orders that are theirs. */
  readonly isNameOnly: boolean;
  /** The first orders of the contacts or, without one, of the name; each with its customer. */
  readonly orders: readonly Customer[];
  readonly chosen: readonly string[];
}

/** The most orders that a page shows. */
export const ORDERS_SHOWN = 50;

/**
 * By an order, so that no address stands in a URL. `chosen`: the orders of a person without a contact; none: that
 * order alone. Null if the order is unknown.
 */
export async function loadPerson(
  { db, defaults }: AdminApiDeps,
  order: string,
  chosen: readonly string[],
): Promise<Person | null> {
  const [customer] = await loadCustomers(db, [order]);
  if (customer === undefined) return null;
  const { customer_name: name, customer_email: email, customer_phone: phone } = customer;
  const contacts = [
    ...(email === null ? [] : emailContacts(email)),
    ...(phone === null || phone.includes("@") ? [] : contactsOf(phone, defaults)),
  ];
  const names = contacts.length > 0 || name === ERASED ? [] : nameContacts(name);
  const own = [
    ...contacts,
    ...names,
    ...(names.length === 0 ? [] : [rowIdentifier("order", order)]),
  ];
  const orders = await loadCustomers(db, await listOrdersOf(db, own, "", ORDERS_SHOWN + 1));
  const theirs = orders.flatMap(({ order_number: one }) => (chosen.includes(one) ? [one] : []));
  const isNameOnly = names.length > 0;
  const picked = isNameOnly && theirs.length === 0 ? [order] : theirs;
  return {
    ...customer,
    orders,
    isNameOnly,
    chosen: picked,
    contacts: isNameOnly ? picked.map((one) => rowIdentifier("order", one)) : contacts,
  };
}

/** Everybody whose orders these are: of more than one, an erasure touches them all. */
export function peopleOf({ orders }: Person): readonly string[] {
  const names = orders.flatMap(
    ({ customer_name: name, customer_email: email, customer_phone: phone }) =>
      name === ERASED ? [] : (name ?? email ?? phone ?? []),
  );
  return [...new Map(names.map((name) => [foldName(name), name])).values()];
}

/** What a person types to confirm: the address, or the number where there is none, or the name. */
export function confirmedBy(person: Person): string {
  const { customer_email: email, customer_phone: phone, customer_name: name } = person;
  return (person.isNameOnly ? name : (email ?? phone)) ?? "";
}

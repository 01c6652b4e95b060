/** The customer of an order, with the identifiers that export and erasure use. */
import { ERASED } from "../../events/erased-body";
import { rowIdentifier } from "../../projection/identifiers";
import {
  contactsOf,
  emailContacts,
  foldName,
  nameContacts,
} from "../../projection/patches/contacts";
import { keyOf } from "../../store/closed-orders/keys";
import { type Customer, listOrdersOf, loadCustomers } from "../../store/privacy/person";
import type { AdminApiDeps, Contacts } from "../deps";

export interface Person extends Customer {
  /** From the e-mail address and the telephone number; without either, from the chosen orders. */
  readonly contacts: Contacts;
  /** No contact is stored. Several people may have the same name, so the user chooses the orders of this one. */
  readonly isNameOnly: boolean;
  /** The first orders with the contacts or, without one, with the name; each with its customer. */
  readonly orders: readonly Customer[];
  readonly chosen: readonly string[];
}

/** The maximum number of orders on the page. */
export const ORDERS_SHOWN = 50;

/**
 * Loads a person by an order, so that no URL contains an address. `chosen`: the orders of a person without a contact;
 * if empty, only that order. Null if the order is unknown.
 */
export async function loadPerson(
  { db, defaults, archived }: AdminApiDeps,
  order: string,
  chosen: readonly string[],
): Promise<Person | null> {
  await archived.putBack([keyOf.order(order)]);
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
  await archived.putBackFound(order, own);
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

/** The names on these orders. If there are several, an erasure affects all of these people. */
export function peopleOf({ orders }: Person): readonly string[] {
  const names = orders.flatMap(
    ({ customer_name: name, customer_email: email, customer_phone: phone }) =>
      name === ERASED ? [] : (name ?? email ?? phone ?? []),
  );
  return [...new Map(names.map((name) => [foldName(name), name])).values()];
}

/** The text to type for confirmation: the address, otherwise the number; the name if there is no contact. */
export function confirmedBy(person: Person): string {
  const { customer_email: email, customer_phone: phone, customer_name: name } = person;
  return (person.isNameOnly ? name : (email ?? phone)) ?? "";
}

/** The customer of an order, as what export and erasure know a person by. */
import { contactsOf, emailContacts } from "../../projection/patches/contacts";
import { type Customer, loadCustomer } from "../../store/privacy/person";
import type { AdminApiDeps, Contacts } from "../deps";

export interface Person extends Customer {
  readonly order_number: string;
  /** Of the e-mail address and the telephone number; empty once the person is erased. */
  readonly contacts: Contacts;
}

/** By an order, so that no address stands in a URL. Null if the order is unknown. */
export async function loadPerson(
  { db, defaults }: AdminApiDeps,
  order: string,
): Promise<Person | null> {
  const customer = await loadCustomer(db, order);
  if (customer === null) return null;
  const { customer_email: email, customer_phone: phone } = customer;
  const contacts = [
    ...(email === null ? [] : emailContacts(email)),
    ...(phone === null || phone.includes("@") ? [] : contactsOf(phone, defaults)),
  ];
  return { ...customer, order_number: order, contacts };
}

/** What a person types to confirm: the address, or the number where there is none. */
export function confirmedBy({ customer_email: email, customer_phone: phone }: Person): string {
  return email ?? phone ?? "";
}

/**
 * The data-subject identifiers in an event: its e-mail addresses and phone numbers, its order, and the payment,
 * refund or shipment that it is about. Pure.
 */
import { aboutOf } from "../events/identity";
import { type Recognition, recognize } from "../events/recognition";
import { isObject, parseBody, textOf } from "../events/values";
import { emailContacts, phoneContacts, phoneIdentifiers } from "./patches/contacts";
import { readPhone } from "./patches/customer";
import type { StoreDefaults } from "./store-defaults";

/** `order:ORD-1`, `payment:PAY-1`: a row of a state table, as an identifier. */
export function rowIdentifier(subject: string, key: string): string {
  return `${subject}:${key}`;
}

type ContactsOfPhone = (countryCode: string | null, phone: string) => readonly string[];

/** The contacts in a value, at any depth. */
function contactsIn(value: unknown, contactsOfPhone: ContactsOfPhone): readonly string[] {
  const contacts: string[] = [];
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (isObject(one)) {
      for (const name of ["email", "customer_email"]) {
        const email = textOf(one[name]);
        if (email !== null) contacts.push(...emailContacts(email));
      }
      const phone = textOf(one["phone"]);
      const beside = textOf(one["customer_phone"]);
      if (phone !== null) contacts.push(...contactsOfPhone(textOf(one["country_code"]), phone));
      if (beside !== null) contacts.push(...contactsOfPhone(null, beside));
    }
    if (typeof one !== "object" || one === null) continue;
    for (const inner of Object.values(one)) if (typeof inner === "object") left.push(inner);
  }
  return contacts;
}

function namedIn(body: Recognition, payload: string): unknown {
  return body.form === "unknown" ? parseBody(payload) : body.data;
}

/** `email:asha@mail.example`, `phone:919876543210`, `order:ORD-1`, `payment:PAY-1`; each once. */
export function identifiersOf(payload: string): readonly string[] {
  const body = recognize(payload, null);
  const { subject, subjectId, orderNumber } = aboutOf(body);
  return [
    ...new Set([
      ...contactsIn(namedIn(body, payload), phoneIdentifiers),
      ...(orderNumber === null ? [] : [rowIdentifier("order", orderNumber)]),
      ...(subject === null || subjectId === null ? [] : [rowIdentifier(subject, subjectId)]),
    ]),
  ];
}

/** The contacts that the event may have added to its order: they are removed with it. */
export function enteredContacts(payload: string, defaults: StoreDefaults): readonly string[] {
  const contactsOfPhone: ContactsOfPhone = (code, phone) => [
    ...phoneIdentifiers(code, phone),
    ...phoneContacts(readPhone(code, phone, defaults), defaults),
  ];
  return [...new Set(contactsIn(namedIn(recognize(payload, null), payload), contactsOfPhone))];
}

/**
 * The data-subject identifiers in an event: every e-mail address and telephone number anywhere in its body,
 * its order, and the payment, refund or shipment that it is about. Pure.
 */
import { aboutOf } from "../events/identity";
import { jsonTokens, saidBy } from "../events/json-text";
import { type Recognition, recognize } from "../events/recognition";
import { isObject, parseBody, textOf } from "../events/values";
import { contactsInText } from "./contacts-in-text";
import { emailContacts, nameContacts, phoneContacts, phoneIdentifiers } from "./patches/contacts";
import { nameOf, readPhone } from "./patches/customer";
import type { StoreDefaults } from "./store-defaults";

/** The most contacts of one body that are read: a real one has a dozen, and each costs a hash. */
export const CONTACTS_MAX = 1_000;
/** As many more may be other spellings of the same contacts: each is read by the numbering plan of its country. */
const SPELLINGS_MAX = 2 * CONTACTS_MAX;
/** The most texts with a digit or an @ that are searched for contacts; a real body of 1 MB has some 15,000. */
const TEXTS_MAX = 20_000;
/** The most objects and lists that are searched for contacts by field name. */
const OBJECTS_MAX = 20_000;

/** `order:ORD-1`, `payment:PAY-1`: a row of a state table, as an identifier. */
export function rowIdentifier(subject: string, key: string): string {
  return `${subject}:${key}`;
}

type ContactsOfPhone = (countryCode: string | null, phone: string) => readonly string[];

/**
 * The contacts in fields with known names, at any depth. `phones` collects the numbers that have a country code.
 * `withNames`: also names, which identify no single person.
 */
function* contactsIn(
  value: unknown,
  contactsOfPhone: ContactsOfPhone,
  phones = new Set<string>(),
  withNames = false,
): Generator<string> {
  const seen = new Set<string>();
  const isNew = (told: string): boolean => seen.size !== seen.add(told).size;
  const left = [value];
  // Contacts in any further objects are found by their text (contactsAnywhere).
  for (let objects = 0; left.length > 0 && objects < OBJECTS_MAX; objects += 1) {
    const one = left.pop();
    if (isObject(one)) {
      for (const name of ["email", "customer_email"]) {
        const email = textOf(one[name]);
        if (email !== null && isNew(email)) yield* emailContacts(email);
      }
      if (withNames) {
        const name = { first_name: textOf(one["first_name"]), last_name: textOf(one["last_name"]) };
        yield* nameContacts(nameOf(name));
      }
      const code = textOf(one["country_code"]);
      const told = [
        [code, textOf(one["phone"])] as const,
        [null, textOf(one["customer_phone"])] as const,
      ];
      for (const [countryCode, phone] of told) {
        if (phone === null || !isNew(`${countryCode ?? ""} ${phone}`)) continue;
        if (countryCode !== null) phones.add(phone);
        yield* contactsOfPhone(countryCode, phone);
      }
    }
    if (typeof one !== "object" || one === null) continue;
    for (const inner of Object.values(one)) if (typeof inner === "object") left.push(inner);
  }
}

/** The text of a token that may contain a contact: a text, the name of a field, or a whole number. */
function tokenText(token: string): string | null {
  if (token.startsWith('"')) return saidBy(token);
  // Also `9.812345001e9`.
  const number = String(Math.abs(Number(token)));
  return /^\d{7,15}$/.test(number) ? number : null;
}

/**
 * Texts that look like contacts, under any name. `known`: numbers that were already read with their country code.
 * Returns true if there are more texts than the limit.
 */
function* contactsAnywhere(
  payload: string,
  known: ReadonlySet<string>,
): Generator<string, boolean> {
  const seen = new Set<string>();
  const numbers = new Set<string>();
  for (const [token] of jsonTokens(payload)) {
    // Most tokens cannot be a contact.
    if (token.length < 6 || !/[\d@]|[^ -~]/.test(token) || seen.has(token)) continue;
    if (seen.size === TEXTS_MAX) return true;
    seen.add(token);
    const text = tokenText(token);
    if (text !== null && !known.has(text)) yield* contactsInText(text, numbers);
  }
  return false;
}

/** At most CONTACTS_MAX contacts, each once; those in fields with known names come first. */
export function contactsInBody(payload: string): readonly string[] {
  return firstContacts(contactsOfBody(payload)).contacts;
}

/** Returns true if there are more texts than the limit. */
function* contactsOfBody(payload: string): Generator<string, boolean> {
  const body = parseBody(payload);
  if (body === undefined) {
    yield* contactsInText(payload);
    return false;
  }
  // A number with a country code belongs to that country, and to no other person with the same digits.
  const phones = new Set<string>();
  yield* contactsIn(body, phoneIdentifiers, phones);
  return yield* contactsAnywhere(payload, phones);
}

/** At most CONTACTS_MAX contacts, and whether there are more. */
function firstContacts(contacts: Iterator<string, boolean | void>): {
  readonly contacts: readonly string[];
  readonly isCut: boolean;
} {
  const first = new Set<string>();
  for (let read = 0; ; read += 1) {
    const { done, value } = contacts.next();
    if (done === true) return { contacts: [...first], isCut: value === true };
    const isOneMore = first.size === CONTACTS_MAX && !first.has(value);
    if (isOneMore || read === SPELLINGS_MAX) return { contacts: [...first], isCut: true };
    first.add(value);
  }
}

/** `email:asha@mail.example`, `phone:919876543210`, `order:ORD-1`, `payment:PAY-1`; each once. */
export function identifiersOf(payload: string): readonly string[] {
  const { subject, subjectId, orderNumber } = aboutOf(recognize(payload, null));
  return [
    ...new Set([
      ...contactsInBody(payload),
      ...(orderNumber === null ? [] : [rowIdentifier("order", orderNumber)]),
      ...(subject === null || subjectId === null ? [] : [rowIdentifier(subject, subjectId)]),
    ]),
  ];
}

/** True if the body names more contacts than the limit. */
export function namesTooMany(payload: string): boolean {
  // The shortest contact has six characters.
  return payload.length > CONTACTS_MAX * 6 && firstContacts(contactsOfBody(payload)).isCut;
}

function namedIn(body: Recognition, payload: string): unknown {
  return body.form === "unknown" ? parseBody(payload) : body.data;
}

/** The contacts that may have been stored for an order because of the event: they are removed with it. */
export function enteredContacts(payload: string, defaults: StoreDefaults): readonly string[] {
  const contactsOfPhone: ContactsOfPhone = (code, phone) => [
    ...phoneIdentifiers(code, phone),
    ...phoneContacts(readPhone(code, phone, defaults), defaults),
  ];
  const body = namedIn(recognize(payload, null), payload);
  return firstContacts(contactsIn(body, contactsOfPhone, new Set(), true)).contacts;
}

/**
 * The contacts by which a customer can be found: e-mail addresses and telephone numbers, from events and from
 * people's searches. Pure. A contact begins with its kind:
 *
 * - `email:asha@mail.example`: in lower case.
 * - `phone:919876543210`: a number with its country code, or digits that cannot be such a number.
 * - `told:6591234567`: digits without a country that would be another person's number with a + before them.
 * - `dialled:02079460958`: digits in the national form of the country whose code was sent with them.
 * - `name:asha rao`: a name in lower case, without accents; it finds an order and identifies no single person.
 * - `awb:1490813302`: the airway bill of a parcel of the order, in lower case; likewise.
 */
import { ERASED } from "../../events/erased-body";
import { parseAddress } from "../../events/field-formats/address";
import type { OrderDetail } from "../../events/models";
import {
  callingCodeOf,
  parseE164,
  parsePhone,
  phoneDigits,
  plainText,
  dialledForms,
} from "../../events/field-formats/phone";
import { nameOf, type StatedPhone } from "./customer";
import type { Patch } from "../registers";
import type { StoreDefaults } from "../store-defaults";

/** One contact that an order event names for its order. */
export interface ContactClaim {
  readonly contact: string;
  readonly orderNumber: string;
}

const DIGITS_MIN = 6;

function distinct(contacts: readonly string[]): readonly string[] {
  return [...new Set(contacts)];
}

/** The address as it was sent, and in its usable form. */
export function emailContacts(text: string): readonly string[] {
  const plain = plainText(text);
  const told = plain.trim().toLowerCase();
  const address = parseAddress(plain)?.toLowerCase();
  return distinct([
    ...(/^[^\s@]+@[^\s@]+$/.test(told) ? [`email:${told}`] : []),
    ...(address === undefined ? [] : [`email:${address}`]),
  ]);
}

/** The contact of a number in E.164. */
function numberContact(number: string): string {
  return `phone:${number.slice(1)}`;
}

/** The contact of digits without a known country. */
function digitsContact(digits: string): string {
  return parseE164(`+${digits}`) === null ? `phone:${digits}` : `told:${digits}`;
}

function dialledContact(digits: string): string {
  return `dialled:${digits}`;
}

/** The digits of a number as it was sent; null if there are too few. */
function statedDigits(phone: string): string | null {
  const digits = phoneDigits(phone);
  return digits !== null && digits.length >= DIGITS_MIN ? digits : null;
}

/**
 * The contacts of a telephone number in an event. They depend on no setting, so an event has the same contacts
 * whenever it is read.
 */
export function phoneIdentifiers(countryCode: string | null, phone: string): readonly string[] {
  const digits = statedDigits(phone);
  if (digits === null) return [];
  const number = parsePhone(countryCode, phone, null);
  const callingCode = callingCodeOf(countryCode);
  if (number !== null) return [numberContact(number)];
  return callingCode === null
    ? [digitsContact(digits)]
    : [digitsContact(`${callingCode}${digits.replace(/^0+/, "")}`), dialledContact(digits)];
}

/**
 * The contacts by which an order with this number can be found. A number without a code is a number of the
 * store's country. Digits that are already the number are not added a second time.
 */
export function phoneContacts(
  { countryCode, phone, number }: StatedPhone,
  { country }: StoreDefaults,
): readonly string[] {
  const digits = statedDigits(phone);
  if (digits === null || number === null) return phoneIdentifiers(countryCode, phone);
  const isAtHome =
    (callingCodeOf(countryCode) ?? callingCodeOf(country)) === callingCodeOf(country);
  return isAtHome || digits === number.slice(1)
    ? [numberContact(number)]
    : [numberContact(number), dialledContact(digits)];
}

/**
 * The contact of a number as it was made before numbers were read by the plan of their country: the code and the
 * digits, joined. Left out if it would be another person's number.
 */
function joinedForms(number: string, forms: readonly string[]): readonly string[] {
  const [national = ""] = forms;
  const callingCode = number.slice(1, number.length - national.length);
  return forms
    .map((form) => `${callingCode}${form.replace(/^0+/, "")}`)
    .filter((digits) => parseE164(`+${digits}`) === null);
}

/**
 * The contacts of the person with this e-mail address or telephone number. A number without a country code is a
 * number of the store's country; a number that is not valid is used as it was sent. Empty if the text is
 * neither an address nor a number.
 */
export function contactsOf(text: string, { country }: StoreDefaults): readonly string[] {
  if (text.includes("@")) return emailContacts(text);
  const digits = statedDigits(text);
  if (digits === null) return [];
  const number = parsePhone(null, text, country);
  if (number === null) return [digitsContact(digits), dialledContact(digits)];
  const forms = dialledForms(number);
  // Digits with the country code are not a valid national number: they are the number without its +.
  const atHome = forms.filter((form) => {
    const read = parsePhone(null, form, country);
    return read === number || (read === null && form === number.slice(1));
  });
  const others = [...atHome, ...joinedForms(number, forms)].map(digitsContact);
  return distinct([numberContact(number), ...others]);
}

/** As `contactsOf`, and also the contacts of everyone else with these digits. */
export function contactsLike(text: string, defaults: StoreDefaults): readonly string[] {
  const contacts = contactsOf(text, defaults);
  const digits = statedDigits(text);
  if (digits === null) return contacts;
  return distinct([
    ...contacts,
    // As an event without a country code names it, whatever the country of the store.
    ...phoneIdentifiers(null, text),
    `phone:${digits}`,
    digitsContact(digits),
    dialledContact(digits),
  ]);
}

/** Longer names are cut: people search by shorter ones. */
const NAME_CHARACTERS = 100;
const latinAccents = /[\u0300-\u036f]/g;

/** A name, and a search for one, in the same form: `José  RAO` becomes `jose rao`. */
export function foldName(text: string): string {
  return plainText(text)
    .normalize("NFD")
    .replaceAll(latinAccents, "")
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, NAME_CHARACTERS);
}

export function nameContacts(name: string | null): readonly string[] {
  const folded = name === null || name === ERASED ? "" : foldName(name);
  return folded === "" ? [] : [`name:${folded}`];
}

export function airwayBillContact(awb: string): string {
  return `awb:${awb.slice(0, NAME_CHARACTERS).toLowerCase()}`;
}

/** The airway bills of parcels; left out if it is the parcel's key, by which the parcel is found anyway. */
export function airwayBillContacts(patches: readonly Patch[]): readonly string[] {
  const stated = patches.flatMap(({ entity, key, settings }) => {
    const awb = entity === "shipments" ? settings.get("tracking")?.values["awb_no"] : null;
    return typeof awb === "string" && awb !== "" && awb !== key ? [airwayBillContact(awb)] : [];
  });
  return distinct(stated);
}

/** Every contact of an order event: from both addresses, and from the fields outside them. */
export function contactsNamed(
  data: OrderDetail,
  phones: readonly StatedPhone[],
  defaults: StoreDefaults,
): readonly string[] {
  const { billing_address: billing, shipping_address: shipping } = data;
  const emails = new Set([billing?.email, shipping?.email, data.customer_email]);
  return distinct([
    ...[...emails].flatMap((email) => emailContacts(email ?? "")),
    ...phones.flatMap((phone) => phoneContacts(phone, defaults)),
    ...[billing, shipping].flatMap((address) => nameContacts(nameOf(address))),
  ]);
}

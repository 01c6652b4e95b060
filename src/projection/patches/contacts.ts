/**
 * How a customer can be looked up: e-mail addresses and telephone numbers, as events tell them and as
 * people ask for them. Pure. A contact begins with what kind it is:
 *
 * - `email:asha@mail.example`: in lower case.
 * - `phone:919876543210`: a number with its country's code, or digits that are nobody's such number.
 * - `told:6591234567`: digits without a country that somebody else's number would be with a + before it.
 * - `dialled:02079460958`: digits as they are dialled in the country whose code stands beside them.
 */
import { parseAddress } from "../../events/formats/address";
import type { OrderDetail } from "../../events/models";
import {
  callingCodeOf,
  parseE164,
  parsePhone,
  phoneDigits,
  dialledForms,
} from "../../events/formats/phone";
import type { StatedPhone } from "./customer";
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

/** As it was told, and as it is written to. */
export function emailContacts(text: string): readonly string[] {
  const told = text.trim().toLowerCase();
  const address = parseAddress(text)?.toLowerCase();
  return distinct([
    ...(/^[^\s@]+@[^\s@]+$/.test(told) ? [`email:${told}`] : []),
    ...(address === undefined ? [] : [`email:${address}`]),
  ]);
}

/** Of a number in E.164. */
function numberContact(number: string): string {
  return `phone:${number.slice(1)}`;
}

/** Of digits that no country is known for. */
function digitsContact(digits: string): string {
  return parseE164(`+${digits}`) === null ? `phone:${digits}` : `told:${digits}`;
}

function dialledContact(digits: string): string {
  return `dialled:${digits}`;
}

/** The digits of a number as it was told; null where there are too few for one. */
function statedDigits(phone: string): string | null {
  const digits = phoneDigits(phone);
  return digits !== null && digits.length >= DIGITS_MIN ? digits : null;
}

/**
 * What a telephone number in an event is known by. It does not hang on a setting: an event is known by the
 * same whenever it is read.
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
 * What an order can be found by that has this number. Without a code it is one of the store's country.
 * Digits that lead to their number as they stand are not entered beside it.
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
 * How a number was entered before it was read by the plan of its country: its code and the digits beside
 * it, joined. What would be somebody else's number is left out.
 */
function joinedForms(number: string, forms: readonly string[]): readonly string[] {
  const [national = ""] = forms;
  const callingCode = number.slice(1, number.length - national.length);
  return forms
    .map((form) => `${callingCode}${form.replace(/^0+/, "")}`)
    .filter((digits) => parseE164(`+${digits}`) === null);
}

/**
 * The contacts of the person who has this e-mail address or telephone number. A number without its
 * country's code is one of the store's country; one that is none is what was told. Empty where the text is
 * neither.
 */
export function contactsOf(text: string, { country }: StoreDefaults): readonly string[] {
  if (text.includes("@")) return emailContacts(text);
  const digits = statedDigits(text);
  if (digits === null) return [];
  const number = parsePhone(null, text, country);
  if (number === null) return [digitsContact(digits), dialledContact(digits)];
  const forms = dialledForms(number);
  const atHome = forms.filter((form) => parsePhone(null, form, country) === number);
  const others = [...atHome, ...joinedForms(number, forms)].map(digitsContact);
  return distinct([numberContact(number), ...others]);
}

/** As `contactsOf`, and of everybody else who has told these digits. */
export function contactsLike(text: string, defaults: StoreDefaults): readonly string[] {
  const contacts = contactsOf(text, defaults);
  const digits = statedDigits(text);
  if (digits === null) return contacts;
  return distinct([...contacts, `phone:${digits}`, digitsContact(digits), dialledContact(digits)]);
}

/** Every contact of an order event: of either address, and those beside them. */
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
  ]);
}

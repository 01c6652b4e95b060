/**
 * Telephone numbers: a number as it was sent in, E.164 out if there is exactly one valid way to read it, otherwise
 * null. Pure. libphonenumber-js knows the numbering plan of every country; this file decides which ways to read a
 * number are tried. phone-metadata.json is the part of its full metadata that this file needs
 * (tools/numbering-plans.ts): the small metadata accepts any 8 to 13 digits that begin with 1 as an Indian number, so
 * that +1 415… sent with +91 would have two readings.
 */
import {
  type CountryCode,
  getCountryCallingCode as callingCodeIn,
  type MetadataJson,
  parsePhoneNumberFromString as parseIn,
} from "libphonenumber-js/core";
import plans from "./phone-metadata.json" with { type: "json" };

// TypeScript reads lists of a JSON file as arrays, where the type has tuples.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const metadata = plans as unknown as MetadataJson;

const getCountryCallingCode = (country: Country): string => callingCodeIn(country, metadata);

/** ISO 3166 alpha-2, of a country with telephone numbers. */
export type Country = CountryCode;

const isCountry = (code: string): code is Country => Object.hasOwn(plans.countries, code);

/** The country whose code a text names; null if it names none. */
export function parseCountry(text: string): Country | null {
  const code = text.trim().toUpperCase();
  return /^[A-Z]{2}$/.test(code) && isCountry(code) ? code : null;
}

/** Longer texts contain more than a number. */
const TEXT_MAX_CHARACTERS = 100;

const isPlainAscii = /^[\x20-\x7e]*$/;

/** Unicode has the digits of each script in a row, from 0 to 9: counted from the first of the row. */
function asciiDigit(digit: string): string {
  const at = digit.codePointAt(0) ?? 0;
  let first = at;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((at - first) % 10);
}

/**
 * Marks on one character after the thirtieth: no language has so many, and normalizing a long row of them takes
 * quadratic time. U+FF9E and U+FF9F become marks. (Unicode Annex 15 calls text without such rows stream-safe.)
 */
const surplusMarks = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;

/** Digits of every script and width as ASCII, without the invisible characters of copied numbers. */
export function plainText(text: string): string {
  if (isPlainAscii.test(text)) return text;
  return text
    .replaceAll(surplusMarks, "$1")
    .normalize("NFKC")
    .replaceAll(/[\p{Cf}\p{DI}]/gu, "")
    .replaceAll(/\p{Nd}/gu, asciiDigit);
}

const punctuation = /[\s()[\]./\p{Pd}]/gu;

/** `+919876543210`, `09876543210`; null if the text is not exactly one number. */
function barePhone(text: string): string | null {
  if (text.length > TEXT_MAX_CHARACTERS) return null;
  const bare = plainText(text).replaceAll(punctuation, "");
  return /^\+?\d{1,30}$/.test(bare) ? bare : null;
}

/** The digits of a number as it was sent, in ASCII; null if the text is not a number. */
export function phoneDigits(text: string): string | null {
  return barePhone(text)?.replace("+", "") ?? null;
}

/** The country of a number, by its calling code or by its name. */
type Origin =
  | { readonly kind: "calling code"; readonly callingCode: string }
  | { readonly kind: "country"; readonly country: Country }
  /** The text is neither. */
  | { readonly kind: "unknown" };

/** `+91`, `0091`, `91`, `IN`, `India (+91)`; null if there is no text. */
function parseOrigin(countryCode: string | null): Origin | null {
  const text = plainText((countryCode ?? "").slice(0, TEXT_MAX_CHARACTERS)).trim();
  const callingCode = text.replaceAll(/\D/g, "").replace(/^0+/, "");
  if (callingCode !== "") return { kind: "calling code", callingCode };
  if (!/\p{L}/u.test(text)) return null;
  const country = parseCountry(text);
  return country === null ? { kind: "unknown" } : { kind: "country", country };
}

/** The calling code of `countryCode`: `91`; null if it has none. */
export function callingCodeOf(countryCode: string | null): string | null {
  const origin = parseOrigin(countryCode);
  if (origin?.kind === "calling code") return origin.callingCode;
  return origin?.kind === "country" ? getCountryCallingCode(origin.country) : null;
}

/** E.164 of one reading; null if the numbering plan has no such number. */
function readNumber(text: string, country?: Country): string | null {
  const options = { extract: false, ...(country === undefined ? {} : { defaultCountry: country }) };
  const number = parseIn(text, options, metadata);
  // A country's pattern says nothing about lengths, and isValid checks nothing else if the plan has no number types.
  return number?.isPossible() === true && number.isValid() ? number.number : null;
}

/** The valid readings of digits as a number of this country, with or without its code before them. */
function readAtHome(digits: string, origin: Origin): ReadonlySet<string> {
  if (origin.kind === "unknown") return new Set();
  const callingCode =
    origin.kind === "country" ? getCountryCallingCode(origin.country) : origin.callingCode;
  const dialled =
    origin.kind === "country"
      ? readNumber(digits, origin.country)
      : readNumber(`+${callingCode}${digits}`);
  const repeated = digits.startsWith(callingCode) ? readNumber(`+${digits}`) : null;
  return new Set([dialled, repeated].filter((reading) => reading !== null));
}

/**
 * E.164 of a number and the country code that was sent with it; without a code, of the number as it is dialled in
 * `country`. A number that begins with + or 00 states its country itself, unless the result is invalid: some senders
 * write a + before every number. Null: it is not a number, or could be several.
 */
export function parsePhone(
  countryCode: string | null,
  phone: string,
  country: Country | null,
): string | null {
  const bare = barePhone(phone);
  if (bare === null) return null;
  const told = parseOrigin(countryCode);
  const [, prefix = "", digits = ""] = /^(\+|00)?(.*)$/.exec(bare) ?? [];
  const abroad = prefix === "" ? null : readNumber(`+${digits}`);
  if (abroad === `+${digits}` && told === null) return abroad;
  const origin = told ?? (country === null ? null : { kind: "country" as const, country });
  if (origin === null) return abroad;
  // It begins with the code that was sent with it.
  const callingCode = callingCodeOf(countryCode);
  if (abroad !== null && callingCode !== null && abroad.startsWith(`+${callingCode}`)) {
    return abroad;
  }
  const readings = new Set(readAtHome(digits, origin));
  if (prefix === "00") for (const reading of readAtHome(bare, origin)) readings.add(reading);
  if (abroad !== null) readings.add(abroad);
  const [one, ...others] = readings;
  return one !== undefined && others.length === 0 ? one : null;
}

/** One valid number in E.164; null if the text is anything else. */
export function parseE164(text: string): string | null {
  const number = text.trim();
  return /^\+[1-9]\d{6,14}$/.test(number) && readNumber(number) === number ? number : null;
}

/**
 * The ways in which a number may have been sent without a country: in its national form, and with its code but
 * without the +. Digits only.
 */
export function dialledForms(number: string): readonly string[] {
  const parsed = parseIn(number, metadata);
  if (parsed === undefined) return [];
  const { nationalNumber: national, country } = parsed;
  const prefix = country === undefined ? "" : (nationalPrefixOf(country) ?? "");
  const dialled = parsed.formatNational().replaceAll(/\D/g, "");
  return [...new Set([national, dialled, `${prefix}${national}`, `0${national}`, number.slice(1)])];
}

/** The place of the national prefix in a country's metadata: what is dialled before a number within it, mostly `0`. */
const NATIONAL_PREFIX = 5;

function nationalPrefixOf(country: Country): string | null {
  const plan: unknown = Reflect.get(plans.countries, country);
  const prefix: unknown = Array.isArray(plan) ? plan[NATIONAL_PREFIX] : null;
  return typeof prefix === "string" ? prefix : null;
}

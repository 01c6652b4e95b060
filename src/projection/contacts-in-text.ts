/**
 * Everything in a text that looks like an e-mail address or a telephone number: alone, in longer text, in JSON or
 * HTML as text, or encoded for a URL. Pure, and linear in the length of the text.
 */
import { plainText } from "../events/field-formats/phone";
import { emailContacts, phoneIdentifiers } from "./patches/contacts";

/** Anything but these characters can be part of an address within other text, before and after the @. */
const LOCAL_PART = /[^\s"'<>()[\]{},;:\\|=&?#/@]+$/;
const DOMAIN = /^[^\s"'<>()[\]{},;:\\|=&?#/@]+/;
/** The same without the signs and scripts that may touch an address in a sentence: `*asha@mail.example*`. */
const PLAIN_LOCAL_PART = /[\p{Script=Latin}\p{M}\d_.+'-]+$/u;
const PLAIN_DOMAIN = /^[\p{Script=Latin}\p{M}\d.-]+/u;
const SIGNS_BEFORE = /^[^\p{L}\d]+/u;
const SIGNS_AFTER = /(?<![^\p{L}\d])[^\p{L}\d]+$/u;
const LOCAL_MAX_CHARACTERS = 64;
const DOMAIN_MAX_CHARACTERS = 255;

/** The most @ signs that are read in one text; no person writes more. */
const SIGNS_MAX = 10_000;

/** Digits, and what may be between them: a few characters other than letters and the _ of ids. */
const DIGITS = /\+?\d(?:[^\p{L}\d_]{0,5}\d)*/gu;
const DATES = /\b(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)(?:[T ]\d\d:\d\d(?::\d\d)?)?/g;
const PHONE_DIGITS = { least: 7, most: 15 } as const;

function* addressesIn(text: string): Generator<string> {
  let signs = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    if ((signs += 1) > SIGNS_MAX) return;
    const before = text.slice(Math.max(0, at - LOCAL_MAX_CHARACTERS), at);
    const after = text.slice(at + 1, at + 1 + DOMAIN_MAX_CHARACTERS);
    const plain = PLAIN_LOCAL_PART.exec(before)?.[0].replace(SIGNS_BEFORE, "");
    const locals = new Set([LOCAL_PART.exec(before)?.[0], plain]);
    const found = [DOMAIN, PLAIN_DOMAIN].map((part) => part.exec(after)?.[0]);
    const domains = new Set(found.map((domain) => domain?.replace(SIGNS_AFTER, "")));
    for (const local of locals) {
      for (const domain of domains) {
        if (local !== undefined && domain?.includes(".") === true) yield `${local}@${domain}`;
      }
    }
  }
}

/** A row of digits in groups may be one number, several, or a number next to something else. */
function* numbersIn(text: string): Generator<string> {
  for (const [run] of text.replaceAll(DATES, " date ").matchAll(DIGITS)) {
    const groups = run.match(/\+?\d+/g) ?? [];
    for (let from = 0; from < groups.length; from += 1) {
      let number = "";
      // Each group adds at least one digit.
      for (const group of groups.slice(from, from + PHONE_DIGITS.most)) {
        number += group.replace("+", number === "" ? "+" : "");
        const { length } = number.replace("+", "");
        if (length > PHONE_DIGITS.most) break;
        if (length >= PHONE_DIGITS.least) yield number;
      }
    }
  }
}

function characterOf(code: string, radix: 10 | 16): string {
  const point = Number.parseInt(code, radix);
  return point <= 0x10_ff_ff ? String.fromCodePoint(point) : "";
}

/** `%40`, `%2540`, `%C3%A9`: bytes of UTF-8, encoded once or several times. */
function bytesRead(escapes: string): string {
  const hex = escapes.replaceAll(/%(?:25)*(?=[0-9a-f]{2})/gi, "");
  return new TextDecoder().decode(Uint8Array.fromHex(hex));
}

/** `asha%40mail.example`, `\u0040`, `\n`, `&#64;`: decoded. */
function decoded(text: string): string {
  if (!/[%\\&]/.test(text)) return text;
  // Only from the first backslash of a row: from each of them, a long row would take quadratic time.
  return text
    .replaceAll(/(?<!\\)\\+u([0-9a-f]{4})/gi, (_, code: string) => characterOf(code, 16))
    .replaceAll(/(?<!\\)\\+[bfnrt]/g, " ")
    .replaceAll(/&#x([0-9a-f]{1,6});/gi, (_, code: string) => characterOf(code, 16))
    .replaceAll(/&#(\d{1,7});/g, (_, code: string) => characterOf(code, 10))
    .replaceAll(/(?:%(?:25)*[0-9a-f]{2})+/gi, bytesRead);
}

/** The text as it is, and decoded: in a form, + is a space. */
function formsOf(text: string): ReadonlySet<string> {
  const spaced = text.includes("%") ? text.replaceAll(/\+(?=[a-z])/gi, " ") : text;
  return new Set([text, decoded(text), decoded(spaced)].map(plainText));
}

/**
 * Contacts (patches/contacts.ts), in no order, with duplicates. `seen`: numbers of earlier texts, which are skipped.
 */
export function* contactsInText(text: string, seen = new Set<string>()): Generator<string> {
  for (const form of formsOf(text)) {
    if (form.includes("@") && form.length <= DOMAIN_MAX_CHARACTERS) yield* emailContacts(form);
    for (const address of addressesIn(form)) yield* emailContacts(address);
    for (const number of numbersIn(form)) {
      if (seen.size !== seen.add(number).size) yield* phoneIdentifiers(null, number);
    }
  }
}

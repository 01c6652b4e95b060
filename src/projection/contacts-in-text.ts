/**
 * Everything in a text that looks like an e-mail address or a telephone number: alone, in longer text, in
 * JSON as text, or encoded for a URL. Pure, and linear in the length of the text.
 */
import { plainText } from "../events/formats/phone";
import { emailContacts, phoneIdentifiers } from "./patches/contacts";

/** What cannot stand in an address that is written within other text. */
const BEFORE_ADDRESS = /[^\s"'<>()[\]{},;:\\|=&?#/@]+$/;
const AFTER_ADDRESS = /^[^\s"'<>()[\]{},;:\\|=&?#/@]+/;
const LOCAL_MAX_CHARACTERS = 64;
const DOMAIN_MAX_CHARACTERS = 255;

/** Signs of an address in one text; what has more is none that a person wrote. */
const SIGNS_MAX = 10_000;

/** Digits with what may stand between them. */
const DIGITS = /\+?\d(?:[\s()./\p{Pd}]{0,3}\d)*/gu;
const DATES = /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?/g;
const PHONE_DIGITS = { least: 7, most: 15 } as const;
/** Groups of digits in a row; more are several numbers, or none. */
const GROUPS_MAX = 12;

function* addressesIn(text: string): Generator<string> {
  let signs = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    if ((signs += 1) > SIGNS_MAX) return;
    const [local] =
      BEFORE_ADDRESS.exec(text.slice(Math.max(0, at - LOCAL_MAX_CHARACTERS), at)) ?? [];
    const [domain] = AFTER_ADDRESS.exec(text.slice(at + 1, at + 1 + DOMAIN_MAX_CHARACTERS)) ?? [];
    if (local === undefined || domain === undefined) continue;
    yield `${local}@${domain.replace(/[.!*]+$/, "")}`;
  }
}

/** A row of digits in groups may be one number, or a number beside something else. */
function* numbersIn(text: string): Generator<string> {
  for (const [run] of text.replaceAll(DATES, " ; ").matchAll(DIGITS)) {
    const groups = (run.match(/\+?\d+/g) ?? []).slice(0, GROUPS_MAX);
    for (let from = 0; from < groups.length; from += 1) {
      let number = "";
      for (const group of groups.slice(from)) {
        number += group.replace("+", number === "" ? "+" : "");
        const { length } = number.replace("+", "");
        if (length > PHONE_DIGITS.most) break;
        if (length >= PHONE_DIGITS.least) yield number;
      }
    }
  }
}

/** `asha%40mail.example`, `\u0040`: as it reads. The text as it stands is looked at, too. */
function decoded(text: string): string {
  // From the first backslash of a row only: from each of them, a long row would take its square.
  const unescaped = text.replaceAll(/(?<!\\)\\+u([0-9a-f]{4})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return unescaped.replaceAll(/%(2[0-9a-e]|40)/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Contacts (patches/contacts.ts), in no order, some of them twice. */
export function* contactsInText(text: string): Generator<string> {
  const plain = plainText(text);
  for (const form of new Set([plain, decoded(plain)])) {
    if (form.includes("@") && form.length <= DOMAIN_MAX_CHARACTERS) yield* emailContacts(form);
    for (const address of addressesIn(form)) yield* emailContacts(address);
    for (const number of numbersIn(form)) yield* phoneIdentifiers(null, number);
  }
}

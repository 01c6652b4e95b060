/** Reads a search text as everything that it may be: keys, contacts, words. Pure. */
import { phoneDigits, plainText } from "../../events/field-formats/phone";
import { airwayBillContact, contactsLike, foldName } from "../../projection/patches/contacts";
import type { StoreDefaults } from "../../projection/store-defaults";

export interface SearchTerms {
  /** As typed, in upper case and in lower case: keys are found by their beginning. */
  readonly forms: readonly string[];
  /** A part of an order number, in any case; null if the text cannot be one. */
  readonly number: string | null;
  /** The beginning of an order number without digits, in any case; null if it is too long. */
  readonly start: string | null;
  /** Whole contacts, in the form of order_contacts. */
  readonly contacts: readonly string[];
  /** The beginnings of contacts: airway bills, addresses, names, and numbers with a country code. */
  readonly beginnings: readonly string[];
  /** The end of a telephone number; null if the text is not one. */
  readonly ending: string | null;
  /** Words that a name or an address must all contain; empty if the text is a telephone number. */
  readonly words: readonly string[];
}

/** Longer texts are neither names nor numbers. */
export const SEARCH_CHARACTERS = 200;
/** D1 allows patterns of 50 bytes, including the wildcards. */
const PATTERN_BYTES = 48;
const WORDS_MAX = 4;
const ENDING_MIN_DIGITS = 4;
/** From this length on, it is a whole telephone number, and its leading zeros are only for dialling. */
const WHOLE_MIN_DIGITS = 9;

const encoder = new TextEncoder();

/** Escaped with `!` for use in a pattern. */
export const escaped = (text: string): string => text.replaceAll(/[%_!]/g, "!$&");

const fitsPattern = (text: string): boolean =>
  encoder.encode(escaped(text)).length <= PATTERN_BYTES;

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** `ord-104001`, `#104001`, `ORD 104001`: the digits alone, since people leave out or change the letters. */
function numberIn(text: string): string | null {
  if (!/\d/.test(text)) return null;
  const number = /^[\p{L}\s#_./-]*(\d{2,})$/u.exec(text)?.[1] ?? text;
  return number.length > 1 && fitsPattern(number) ? number : null;
}

function endingOf(digits: string | null): string | null {
  if (digits === null || digits.length < ENDING_MIN_DIGITS) return null;
  const bare = digits.length < WHOLE_MIN_DIGITS ? digits : digits.replace(/^0+/, "");
  return bare.length < ENDING_MIN_DIGITS ? null : bare;
}

/** Null if the text is blank. */
export function readTerms(typed: string, defaults: StoreDefaults): SearchTerms | null {
  const text = plainText(typed.slice(0, SEARCH_CHARACTERS)).trim().toWellFormed();
  if (text === "") return null;
  const lower = text.toLowerCase();
  const folded = foldName(text);
  const digits = phoneDigits(text);
  return {
    forms: distinct([typed.trim().toWellFormed(), text, text.toUpperCase(), lower]),
    number: numberIn(text),
    start: fitsPattern(text) ? text : null,
    contacts: contactsLike(text, defaults),
    beginnings:
      text.length < ENDING_MIN_DIGITS
        ? []
        : distinct([
            airwayBillContact(text),
            ...(digits === null ? [`email:${lower}`, `name:${folded}`] : [`phone:${digits}`]),
          ]),
    ending: endingOf(digits),
    words: digits === null ? folded.split(" ").slice(0, WORDS_MAX) : [],
  };
}

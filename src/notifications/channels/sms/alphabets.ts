/**
 * The two alphabets of SMS texts: GSM-7 with 160 characters in a segment, and UCS-2 for every script, with 70. In a
 * text of several segments each has a header, which leaves 153 and 67. The provider charges for each segment.
 */
import type { MoneyStyle } from "../../../money";
import { gsmText, isGsm, septets, smsName } from "./gsm";

export type SmsAlphabetName = "GSM-7" | "UCS-2";

export interface SmsSegments {
  readonly encoding: SmsAlphabetName;
  /** As segments count them: some count twice. */
  readonly characters: number;
  readonly segments: number;
}

const ROOM = { "GSM-7": { alone: 160, joined: 153 }, "UCS-2": { alone: 70, joined: 67 } } as const;

/** How many segments a text takes. No character is split between two. */
export function smsSegments(text: string): SmsSegments {
  const encoding = isGsm(text) ? "GSM-7" : "UCS-2";
  const sizes = Array.from(text, (one) => (encoding === "GSM-7" ? septets(one) : one.length));
  const characters = sizes.reduce((sum, size) => sum + size, 0);
  const { alone, joined } = ROOM[encoding];
  if (characters <= alone) return { encoding, characters, segments: 1 };
  let [segments, used] = [1, 0];
  for (const size of sizes) {
    if (used + size > joined) [segments, used] = [segments + 1, 0];
    used += size;
  }
  return { encoding, characters, segments };
}

/** How the SMS of a language are written. */
export interface SmsAlphabet {
  /** Replaces characters that the alphabet does not have. */
  readonly write: (text: string) => string;
  /** The part of a name that can be written; null if nothing is left. */
  readonly name: (name: string) => string | null;
  /** The units between which a name is cut. */
  readonly characters: (text: string) => readonly string[];
  readonly money: MoneyStyle;
  readonly maxSegments: number;
  /** How many characters are kept of a text that does not fit in any way. */
  readonly keptCharacters: number;
  /** The most characters that the words of a text may take; the rest is for names and numbers. */
  readonly maxWords: number;
}

let graphemes: Intl.Segmenter | null = null;

function graphemesOf(text: string): readonly string[] {
  graphemes ??= new Intl.Segmenter();
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** The zero-width space that prevents links in e-mails becomes a space. */
const wide = (text: string): string => text.toWellFormed().replaceAll("\u200b", " ");

export const smsAlphabets: Readonly<Record<SmsAlphabetName, SmsAlphabet>> = {
  "GSM-7": {
    write: gsmText,
    name: smsName,
    characters: (text) => Array.from(text),
    money: "code",
    maxSegments: 1,
    keptCharacters: 80,
    maxWords: 110,
  },
  "UCS-2": {
    write: wide,
    name: (name) => (/[\p{L}\p{N}]/u.test(name) ? wide(name).replace(/\s+/g, " ").trim() : null),
    characters: graphemesOf,
    money: "symbol",
    maxSegments: 3,
    keptCharacters: 90,
    maxWords: 150,
  },
};

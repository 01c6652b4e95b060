/**
 * The two alphabets of SMS texts: GSM-7 with 160 characters in a segment, and UCS-2 for every script, with 70. A
 * text of several segments has a header in each, which leaves 153 and 67. The provider charges by segment.
 */
import type { MoneyStyle } from "../../../money";
import { gsmText, isGsm, septets, smsName } from "./gsm";

export type SmsAlphabetName = "GSM-7" | "UCS-2";

export interface SmsSegments {
  readonly encoding: SmsAlphabetName;
  /** As the segments count them: some take two places. */
  readonly characters: number;
  readonly segments: number;
}

const ROOM = { "GSM-7": { alone: 160, joined: 153 }, "UCS-2": { alone: 70, joined: 67 } } as const;

/** How many segments a text takes. No character is parted between two. */
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
  /** The text with the characters that the alphabet has. */
  readonly write: (text: string) => string;
  /** What of a name can be written; null where nothing is left of it. */
  readonly name: (name: string) => string | null;
  /** What a name is cut between. */
  readonly characters: (text: string) => readonly string[];
  readonly money: MoneyStyle;
  readonly maxSegments: number;
  /** Of a text that nothing makes fit, so many characters are kept. */
  readonly keptCharacters: number;
  /** Most places that the words of a text may take, which leaves the rest to names and numbers. */
  readonly maxWords: number;
}

let graphemes: Intl.Segmenter | null = null;

function graphemesOf(text: string): readonly string[] {
  graphemes ??= new Intl.Segmenter();
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** What keeps text from becoming a link in an e-mail is a gap here. */
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

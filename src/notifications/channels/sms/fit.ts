/**
 * Fits an SMS into the segments that its language may use: one with the alphabet GSM-7, three with others. Names are
 * shortened, links never.
 */
import { type SmsAlphabet, smsSegments } from "./alphabets";

/** Cuts a name to `max` characters; two dots mark the cut. */
function cut(name: string, max: number, { characters }: SmsAlphabet): string {
  const parts = characters(name);
  return parts.length <= max ? name : `${parts.slice(0, Math.max(1, max - 2)).join("")}..`;
}

const NAME_LIMITS = [40, 32, 26, 22, 18, 15, 12, 10, 8, 6, 4] as const;

export type Shorten = (name: string) => string;

/**
 * The first of the drafts that fits: each is tried with whole names, then with shorter and shorter ones. Drafts go from
 * the fullest to the shortest; the last one fits if any does.
 */
export function fitSms(
  alphabet: SmsAlphabet,
  drafts: readonly ((short: Shorten) => string)[],
): string {
  const { write, maxSegments, keptCharacters } = alphabet;
  let shortest = "";
  for (const draft of drafts) {
    for (const limit of NAME_LIMITS) {
      shortest = write(draft((name) => cut(write(name), limit, alphabet)));
      if (smsSegments(shortest).segments <= maxSegments) return shortest;
    }
  }
  return Array.from(shortest).slice(0, keptCharacters).join("");
}

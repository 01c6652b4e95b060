/**
 * Fits an SMS into the segments that its language may use: one where its alphabet is GSM-7, three in others. Names
 * give way, links never do.
 */
import { type SmsAlphabet, smsSegments } from "./alphabets";

/** Cuts a name to `max` characters, with two dots where something is missing. */
function cut(name: string, max: number, { characters }: SmsAlphabet): string {
  const parts = characters(name);
  return parts.length <= max ? name : `${parts.slice(0, Math.max(1, max - 2)).join("")}..`;
}

const NAME_LIMITS = [40, 32, 26, 22, 18, 15, 12, 10, 8, 6, 4] as const;

export type Shorten = (name: string) => string;

/**
 * The longest of the drafts that fits: each is tried with its names whole, then cut shorter and
 * shorter. Drafts go from the fullest to the barest; the last one fits if any does.
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

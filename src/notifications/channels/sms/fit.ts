/**
 * SMS texts within one segment: 160 characters of the GSM 7-bit alphabet, where `€ [ ] { } \ ^ ~ |`
 * count twice (3GPP TS 23.038). One character outside it would halve the room, so accents are
 * dropped and what remains unknown becomes `?`. Names give way, links never do.
 */

export const SMS_MAX_SEPTETS = 160;

const basic =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const basicSet: ReadonlySet<string> = new Set(basic);
const extensionSet: ReadonlySet<string> = new Set("€[]{}\\^~|");

const replacements: Readonly<Record<string, string>> = {
  "\u2018": "'",
  "\u2019": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2013": "-",
  "\u2014": "-",
  "\u2026": "...",
  "\u00a0": " ",
  // What keeps text from becoming a link in an e-mail is a gap here.
  "\u200b": " ",
  // Without a dot: letters behind one would make a link of it.
  "₹": "Rs ",
};

function gsmCharacter(character: string): string {
  if (basicSet.has(character) || extensionSet.has(character)) return character;
  const replaced = replacements[character];
  if (replaced !== undefined) return replaced;
  const plain = character.normalize("NFKD").replace(/\p{M}/gu, "");
  const known = Array.from(plain).every((part) => basicSet.has(part));
  return plain !== "" && known ? plain : "?";
}

/** The text in the GSM alphabet. */
export function gsmText(text: string): string {
  return Array.from(text, gsmCharacter).join("");
}

/**
 * What an SMS can say of a name: the characters that it knows, null where no letter or digit is
 * among them. A shop called मीरा is better left unnamed than called ????.
 */
export function smsName(name: string): string | null {
  const known = Array.from(name, (one) => (one === "?" ? one : gsmCharacter(one).replace("?", "")))
    .join("")
    .replace(/\s+/g, " ")
    .trim();
  return /[\p{L}\p{N}]/u.test(known) ? known : null;
}

/** How many of a segment's 160 places a text in the GSM alphabet takes. */
export function septets(text: string): number {
  return Array.from(text).reduce((sum, one) => sum + (extensionSet.has(one) ? 2 : 1), 0);
}

/** Cuts a name to `max` characters, with two dots where something is missing. */
function cut(name: string, max: number): string {
  const characters = Array.from(name);
  return characters.length <= max
    ? name
    : `${characters.slice(0, Math.max(1, max - 2)).join("")}..`;
}

const NAME_LIMITS = [40, 32, 26, 22, 18, 15, 12, 10, 8, 6, 4] as const;

/**
 * The longest of the drafts that fits: each is tried with its names whole, then cut shorter and
 * shorter. Drafts go from the fullest to the barest; the last one fits if any does.
 */
export function fitSms(drafts: readonly ((short: (name: string) => string) => string)[]): string {
  let shortest = "";
  for (const draft of drafts) {
    for (const limit of NAME_LIMITS) {
      shortest = draft((name) => cut(gsmText(name), limit));
      if (septets(gsmText(shortest)) <= SMS_MAX_SEPTETS) return gsmText(shortest);
    }
  }
  return Array.from(gsmText(shortest))
    .slice(0, SMS_MAX_SEPTETS / 2)
    .join("");
}

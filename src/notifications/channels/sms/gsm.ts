/**
 * The GSM 7-bit alphabet of SMS texts, in which `€ [ ] { } \ ^ ~ |` count twice (3GPP TS 23.038). One character outside
 * it would more than halve the room of a segment, so accents are dropped and other unknown characters become `?`.
 */

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
  // The zero-width space that prevents links in e-mails becomes a space.
  "\u200b": " ",
  // Without a dot: letters after a dot would make it a link.
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

/** Whether an SMS in this alphabet can carry the text unchanged. */
export function isGsm(text: string): boolean {
  return Array.from(text).every((one) => basicSet.has(one) || extensionSet.has(one));
}

/** The text in the GSM alphabet. */
export function gsmText(text: string): string {
  return Array.from(text, gsmCharacter).join("");
}

/**
 * The characters of a name that the alphabet has; null if no letter or digit is among them. A shop called मीरा is
 * better left out than called ????.
 */
export function smsName(name: string): string | null {
  const known = Array.from(name, (one) => (one === "?" ? one : gsmCharacter(one).replace("?", "")))
    .join("")
    .replace(/\s+/g, " ")
    .trim();
  return /[\p{L}\p{N}]/u.test(known) ? known : null;
}

/** How many characters of a segment a text in the GSM alphabet takes. */
export function septets(text: string): number {
  return Array.from(text).reduce((sum, one) => sum + (extensionSet.has(one) ? 2 : 1), 0);
}

/**
 * E-mail addresses: an address as it was sent in, one plain usable address out, otherwise null. Pure. Strict on
 * purpose: exactly one recipient, and nothing that could end a header or begin a second one.
 */

/**
 * zod's pattern, whose local part every provider accepts. In addition, the last label of the domain may be
 * punycode.
 */
const plain =
  /^(?:[A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+(?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)$/;
const ADDRESS_MAX_CHARACTERS = 254;

/** Longer texts contain more than an address and a name. */
const TEXT_MAX_CHARACTERS = 1_000;

/** A domain in another script in its DNS form; null if it is not a domain. */
function asciiDomain(domain: string): string | null {
  // Only the ASCII characters of a host: the others would begin another part of the URL.
  if (/[^A-Za-z0-9.\-\u0080-\u{10ffff}]/u.test(domain)) return null;
  // The platform's own IDNA: no library.
  return URL.parse(`http://${domain}`)?.hostname ?? null;
}

/** The address in `Asha <asha@shop.example>`; null if the name may contain another one. */
function withoutName(text: string): string | null {
  if (!/[<>]/.test(text)) return text;
  const [, name = "", address = null] = /^([^<>]*)<([^<>]*)>$/.exec(text) ?? [];
  if (address === null) return null;
  // Some programs use the address as the name.
  const isName = /^\s*"[^"\r\n]*"\s*$/.test(name) || !/[@,;:\r\n]/.test(name);
  return isName || name.trim() === address ? address : null;
}

/**
 * One plain address with its domain in ASCII. A display name and the dot of the root domain are removed. Null if
 * it is not usable.
 */
export function parseAddress(text: string): string | null {
  if (text.length > TEXT_MAX_CHARACTERS) return null;
  const address = withoutName(text.trim())?.trim() ?? "";
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  const isAscii = /^[\x20-\x7e]*$/.test(domain);
  const written = isAscii ? address : `${address.slice(0, at + 1)}${asciiDomain(domain) ?? ""}`;
  const whole = written.replace(/\.$/, "");
  return whole.length <= ADDRESS_MAX_CHARACTERS && plain.test(whole) ? whole : null;
}

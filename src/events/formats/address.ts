/**
 * E-mail addresses: what somebody told in, one plain address that can be written to out, else null.
 * Pure. Conservative on purpose: exactly one recipient, nothing that could end a header or begin a
 * second one.
 */

/**
 * zod's pattern, whose local part every provider takes; but the last label of the domain may be punycode
 * too.
 */
const plain =
  /^(?:[A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+(?:[A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)$/;
const ADDRESS_MAX_CHARACTERS = 254;

/** Longer texts hold more than an address and a name. */
const TEXT_MAX_CHARACTERS = 1_000;

/** A domain in another script as DNS has it; null where it is none. */
function asciiDomain(domain: string): string | null {
  // Of ASCII only what a host may hold: the rest would be another part of the URL.
  if (/[^A-Za-z0-9.\-\u0080-\u{10ffff}]/u.test(domain)) return null;
  // The platform's own IDNA: no library.
  return URL.parse(`http://${domain}`)?.hostname ?? null;
}

/** The address in `Asha <asha@shop.example>`; null where the name may hold another one. */
function withoutName(text: string): string | null {
  if (!/[<>]/.test(text)) return text;
  const [, name = "", address = null] = /^([^<>]*)<([^<>]*)>$/.exec(text) ?? [];
  if (address === null) return null;
  // Some programs repeat the address for a name.
  const isName = /^\s*"[^"\r\n]*"\s*$/.test(name) || !/[@,;:\r\n]/.test(name);
  return isName || name.trim() === address ? address : null;
}

/**
 * One plain address, its domain in ASCII; a display name around it and the root's dot behind it are taken
 * off. Null where it is not usable.
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

/**
 * A list of recipients: addresses, `@domain` and telephone numbers, as a person writes it. Pure. A list that is
 * understood only in part would let the wrong people through, so it is usable as a whole or not at all.
 */
// With file extensions: tools run this file in Node directly.
import { parseAddress } from "./address.ts";
import { parseE164 } from "./phone.ts";

/** `asha@shop.example`, `@shop.example` in lower case, `+919876543210`; null if it is none of them. */
function parseEntry(entry: string): string | null {
  if (entry.startsWith("+")) return parseE164(entry.replaceAll(/[\s().-]/g, ""));
  if (!entry.startsWith("@")) return parseAddress(entry)?.toLowerCase() ?? null;
  const address = parseAddress(`anyone${entry}`);
  return address === null ? null : address.slice(address.indexOf("@")).toLowerCase();
}

/** The entries between commas; null if one of them cannot be read, or if there is none. */
export function parseAllowlist(text: string): readonly string[] | null {
  const entries = text.split(",").map((entry) => entry.trim());
  const parsed = entries.filter((entry) => entry !== "").map(parseEntry);
  const usable = parsed.filter((entry) => entry !== null);
  return usable.length === parsed.length && usable.length > 0 ? usable : null;
}

/** `recipient`: a plain address, or a number in E.164. `@domain` allows its addresses, not those of domains below it. */
export function isAllowed(recipient: string, allowlist: readonly string[]): boolean {
  const text = recipient.toLowerCase();
  return allowlist.some((entry) => (entry.startsWith("@") ? text.endsWith(entry) : text === entry));
}

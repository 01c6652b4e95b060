/**
 * Makes text from outside safe for one line of a message. The renderer escapes; this file makes sure that nothing
 * becomes a link: a shop must not send a stranger's link to people whom the stranger chooses.
 */

const LINK_MAX_CHARACTERS = 2_000;

/** Has no width: it is invisible, and no mail client looks for a link across it. */
const BREAK = "\u200b";
const next = String.raw`(?=[^\s\u200b])`;
/** Includes the full-width and small forms, which browsers and telephones treat as the plain ones. */
const dot = String.raw`[.\u2024\u3002\ufe52\uff0e\uff61]`;
const at = String.raw`[@\ufe6b\uff20]`;
const colon = String.raw`[:\ufe55\uff1a]`;

/**
 * What mail clients and telephones turn into links: text after a scheme, an @, two backslashes or `www.`, and a dot
 * followed by two letters or more. `J.R. Smith`, `A.B. Co.` and `2.5 kg` are none of these.
 */
const linkable = new RegExp(
  [
    // A lookbehind, so that the dot in `shop.example:80` is found as a link too.
    String.raw`(?<=\p{L}[\p{L}\p{N}+.-]+)${colon}${next}`,
    `${at}${next}`,
    String.raw`\\(?=\\)`,
    `www${dot}${next}`,
    String.raw`${dot}(?=\p{L}[\p{L}\p{M}\p{N}-])`,
    String.raw`(?<=\p{N})[.](?=\d+[.]\d+)`,
  ].join("|"),
  "giu",
);

/** The endings of most domains, and those that documents use. */
const endings =
  "com|net|org|info|biz|xyz|top|shop|store|online|site|click|link|live|app|dev|me|io|co|in|ly|to|ru|cn|example|test";
/** Text that is meant as a link or an address, whether or not a client turns it into one. */
const linkLike = new RegExp(
  [
    String.raw`:[/\\]{2}|\\{2}`,
    "(mailto|tel|sms|javascript|data):",
    String.raw`(?<!\p{L})www[.]`,
    String.raw`@\s?[\p{L}\p{N}-]+[.]`,
    String.raw`[\p{L}\p{N}-][.](${endings})(?![\p{L}\p{N}])`,
    String.raw`[\p{L}\p{N}-][.]\p{L}{2,}[/:?#]\S`,
  ].join("|"),
  "iu",
);
/** Not in a person's name: as many digits as a telephone number has, or a word followed by a dot and small letters. */
const notInNames = /(\p{N}\P{N}*){6}|\p{L}{2}[.]\p{Ll}{2}/u;

/** One line without control characters, cut to `max` characters with an ellipsis. */
export function oneLine(text: string, max = 120): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  const characters = Array.from(line.slice(0, max * 2 + 2));
  return characters.length <= max ? line : `${characters.slice(0, max - 1).join("")}…`;
}

/** A line of text from an order or its customer: nothing in it becomes a link. */
export function outsideLine(text: string, max?: number): string {
  return oneLine(text, max).replace(linkable, (found) => found + BREAK);
}

/** The same; null if nothing is left of it. */
export function lineOrNull(text: string | null | undefined, max?: number): string | null {
  const line = outsideLine(text ?? "", max);
  return line === "" ? null : line;
}

/** Whether something in it is meant as a link or an address. */
export function isLinkLike(text: string): boolean {
  return linkLike.test(unhidden(text));
}

/** A line of an address; null also if it is meant as a link, which no address has. */
export function addressLineOrNull(text: string | null | undefined): string | null {
  return isLinkLike(text ?? "") ? null : lineOrNull(text);
}

/** A person's name; null also if it has a link, an address, a number or a line break in it. */
export function nameOrNull(text: string | null | undefined, max?: number): string | null {
  const name = (text ?? "").trim();
  const isName = !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) && !notInNames.test(unhidden(name));
  return isName && addressLineOrNull(name) !== null ? lineOrNull(name, max) : null;
}

/** Without invisible characters, and with the plain forms of the others: `ｅｖｉｌ．ｃｏｍ` is `evil.com`. */
function unhidden(text: string): string {
  return text
    .slice(0, LINK_MAX_CHARACTERS)
    .replace(/\p{Cf}/gu, "")
    .normalize("NFKC")
    .replaceAll("\u3002", ".");
}

/**
 * Only http and https may become links: `javascript:` and `data:` are text. So is a link with a user in it:
 * `https://courier.example@evil.example` shows one host and leads to another.
 */
export function httpUrl(text: string | null): string | null {
  if (text === null || text.length > LINK_MAX_CHARACTERS) return null;
  const url = URL.parse(text.trim());
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  return url.username === "" && url.password === "" ? url.href : null;
}

/** Finds an entry by a name from outside. Inherited names, such as `toString`, are not found. */
export function lookUp<Entry>(
  table: Readonly<Record<string, Entry>>,
  name: string | null | undefined,
): Entry | undefined {
  return name !== null && name !== undefined && Object.hasOwn(table, name)
    ? table[name]
    : undefined;
}

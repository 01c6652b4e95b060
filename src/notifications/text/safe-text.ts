/** Text from outside, made fit for a line of a message. Escaping is the renderer's business. */

const LINK_MAX_CHARACTERS = 2_000;

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

/** The text as a line, null where nothing is left of it. */
export function lineOrNull(text: string | null | undefined, max?: number): string | null {
  if (text === null || text === undefined) return null;
  const line = oneLine(text, max);
  return line === "" ? null : line;
}

/** Only http and https may become links: `javascript:` and `data:` are text. */
export function httpUrl(text: string | null): string | null {
  if (text === null || text.length > LINK_MAX_CHARACTERS) return null;
  const url = URL.parse(text.trim());
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  return url.href;
}

/** An entry of a table by a name from outside: `toString` is in none of them. */
export function lookUp<Entry>(
  table: Readonly<Record<string, Entry>>,
  name: string | null | undefined,
): Entry | undefined {
  return name !== null && name !== undefined && Object.hasOwn(table, name)
    ? table[name]
    : undefined;
}

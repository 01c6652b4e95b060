/** URLs in the console. Ids come from outside: any text, of any length. */

/** Longer ids are shown without a link: browsers and proxies would not accept the URL. */
const LINK_MAX_CHARACTERS = 1_500;

export type Place = "events" | "orders" | "messages" | "endpoints";

/** The page of one thing; null if its id is too long for a URL. */
export function pathTo(place: Place, id: string): string | null {
  if (id.length > LINK_MAX_CHARACTERS) return null;
  const part = encodeURIComponent(id.toWellFormed());
  if (part.length > LINK_MAX_CHARACTERS) return null;
  // Browsers resolve a path segment of dots, and /events/new is a page of its own.
  return /^(\.{1,2}|new)$/.test(id)
    ? `/console/${place}/~?id=${part}`
    : `/console/${place}/${part}`;
}

/** Adds a segment to the path: `/console/events/a` and `body` -> `/console/events/a/body`. */
export function below(path: string, part: string): string {
  return path.replace(/(?=\?|$)/, `/${part}`);
}

/** The same page with a notice to show. */
export function withNotice(path: string, what: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}${what}=1`;
}

/** A path with a query; undefined and empty values are left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const filled = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const params = new URLSearchParams(filled.map(([name, value]) => [name, String(value)]));
  return params.size === 0 ? path : `${path}?${params.toString()}`;
}

/** Only http and https may become links, and no URL with an @ that hides its host. */
export function httpUrl(text: string | null): string | null {
  if (text === null || text.length > LINK_MAX_CHARACTERS) return null;
  const url = URL.parse(text.trim());
  if (url === null || url.username !== "" || url.password !== "") return null;
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

/** The header `Retry-After`. */

/** `Retry-After` in milliseconds from `nowMs`: seconds or an HTTP date (RFC 9110); null otherwise. */
export function parseRetryAfter(value: string | null, nowMs: number): number | null {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse alone would read "7.5" or "-3" as a date.
  if (!/^[A-Z][a-z]{2}/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

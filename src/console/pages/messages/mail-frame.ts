/**
 * Shows an e-mail in a frame: with an origin of its own, and without script. E-mails have inline styles, which only
 * this answer allows. Pictures are loaded only from the origin of the shop's logo: a request to another server would
 * reveal to it who reads about which order.
 */
import type { Context } from "hono";

function originOf(logo: string | null): string {
  const url = logo === null ? null : URL.parse(logo);
  return url === null ? "" : ` ${url.origin}`;
}

export function answerMail(c: Context, html: string, logoUrl: string | null) {
  return c.html(html, 200, {
    "content-security-policy": `sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:${originOf(logoUrl)}; form-action 'none'; base-uri 'none'; frame-ancestors 'self'`,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
  });
}

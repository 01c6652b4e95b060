/**
 * Recognises an answer that is not the receiver's: Cloudflare, or something else in front of it, has stopped the
 * request. Commerce Engine cannot solve a challenge, so its deliveries are stopped too.
 */
import type { Answer } from "../api/http.ts";

/** What to switch off, at least for the webhook path. */
export const openThePath =
  "Switch off Bot Fight Mode, add a WAF custom rule that skips everything else for /api/webhooks/*, and put no Access application there: docs/runbook.md, A block page answers";

/** Cloudflare's short answer to programs: `error code: 1020`. */
const ERROR_CODE = /^error code: (1\d{3})\b/;
/** Statuses of challenges and block pages. */
const blocking: ReadonlySet<number> = new Set([403, 429, 503]);

function isSignIn({ status, headers }: Answer): boolean {
  const location = headers.get("location") ?? "";
  return (
    status >= 300 && status < 400 && /cloudflareaccess\.com|\/cdn-cgi\/access\//.test(location)
  );
}

/** What stopped the request; null if the receiver itself may have answered. It never answers with HTML here. */
function whatStopped(answer: Answer): string | null {
  const { status, headers, text } = answer;
  if (headers.has("cf-mitigated")) return `Cloudflare answers with a challenge (${status})`;
  const [, code] = ERROR_CODE.exec(text.trim()) ?? [];
  if (code !== undefined) return `Cloudflare blocks the request (${status}, error ${code})`;
  if (isSignIn(answer)) return `Cloudflare Access asks to sign in (${status})`;
  const isHtml = headers.get("content-type")?.startsWith("text/html") === true;
  return blocking.has(status) && isHtml ? `a block page answers (${status})` : null;
}

/** The same, with the id for searching in Cloudflare's log: Security, Events. */
export function readBlockPage(answer: Answer): string | null {
  const what = whatStopped(answer);
  const ray = answer.headers.get("cf-ray")?.split("-")[0];
  return what === null || ray === undefined
    ? what
    : `${what}; Security > Events has it under Ray ID ${ray}`;
}

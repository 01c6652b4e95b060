/**
 * How fast a provider takes requests, as it says itself. Others than these have rules of their own
 * (a proxy, a test, the shop's own endpoint): there the concurrency is the limit, and a 429 slows
 * the run down wherever it comes from. A pace holds for one run; of runs that overlap each has it.
 */

/** Host -> milliseconds from one request to the next. */
const gaps: ReadonlyMap<string, number> = new Map([
  // "2 requests per second per team" (resend.com/docs/api-reference/rate-limit).
  ["api.resend.com", 500],
  // "no more than one message per second" (api.slack.com/docs/rate-limits).
  ["hooks.slack.com", 1_000],
  // api.twilio.com limits concurrency (error 20429), and queues what a number cannot send at once.
]);

/** Milliseconds that must lie between the starts of two requests to this URL; 0: none. */
export function gapMsOf(url: string): number {
  return gaps.get(URL.parse(url)?.hostname ?? "") ?? 0;
}

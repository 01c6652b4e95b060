/**
 * The doctor (cli/doctor) posts an empty body, unsigned and signed, to see that it is refused. It says who
 * it is, so that nobody looks for a sender that does not sign.
 */

/** The user agent of its probes. */
export const PROBE_AGENT = "ce-webhooks-doctor";

/** Anybody can call themselves that: only what is empty, and so forges nothing, is left uncounted. */
export function isProbe({ headers }: Request): boolean {
  return headers.get("user-agent") === PROBE_AGENT && headers.get("content-length") === "0";
}

/**
 * The doctor (cli/doctor) posts an empty body, unsigned and signed, to check that it is refused. It identifies
 * itself, so that nobody searches for a sender that does not sign.
 */

/** The user agent of its probes. */
export const PROBE_AGENT = "ce-webhooks-doctor";

/** Anybody can use this name, so only empty bodies, which cannot forge an event, are not counted. */
export function isProbe({ headers }: Request): boolean {
  return headers.get("user-agent") === PROBE_AGENT && headers.get("content-length") === "0";
}

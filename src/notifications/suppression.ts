/**
 * Checks the suppression list once more before a message is sent: its recipient may have been erased since it was
 * rendered. The claim returns the version of the list, so a message that is sent at once costs no round trip. A message
 * that has waited in its lane loads the list again.
 */
import { errorText } from "../log";
import { LIST_FRESH_MS } from "../privacy-limits";
import { rowIdentifier } from "../projection/identifiers";
import {
  loadSuppressionList,
  type SuppressionList,
  suppressionListAt,
} from "../store/privacy/suppression-list";
import { channels } from "./channels";
import type { Attempt, OutgoingMessage } from "./outcome";

/** The list as the claim found it. */
interface Claimed {
  readonly listVersion: number;
  readonly atMs: number;
}

/** The part of a message that is checked. */
type Addressed = Pick<OutgoingMessage, "recipient" | "orderNumber"> & {
  readonly row: Pick<OutgoingMessage["row"], "channel">;
};

/**
 * For a message to a customer: the identifiers of its recipient and of its order, since the person may have been erased
 * by another address.
 */
function identifiersOf({ row, recipient, orderNumber }: Addressed): readonly string[] {
  const rule = channels[row.channel].recipient;
  if (rule === null || recipient === null) return [];
  const own = orderNumber === null ? [] : [rowIdentifier("order", orderNumber)];
  return [...rule.identify(recipient), ...own];
}

/** For the messages of one claim: why one must not be sent; null if it may. Never throws. */
export function suppressionCheck(
  db: D1Database,
  { listVersion, atMs }: Claimed,
  now: () => Date,
): (outgoing: Addressed) => Promise<Attempt | null> {
  let askedMs = atMs;
  let list: Promise<SuppressionList> | null = null;
  return async (outgoing) => {
    const identifiers = identifiersOf(outgoing);
    if (identifiers.length === 0) return null;
    const nowMs = now().getTime();
    if (nowMs - askedMs > LIST_FRESH_MS) {
      askedMs = nowMs;
      list = loadSuppressionList(db);
    }
    list ??= suppressionListAt(db, listVersion);
    try {
      return (await (await list).hasAny(identifiers)) ? { kind: "suppressed" } : null;
    } catch (error) {
      return { kind: "retry", error: errorText(error), retryAfterMs: null };
    }
  };
}

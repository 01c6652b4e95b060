/**
 * A verified event in, a durable one out. Inbox first; a new event then goes onto the queue, a repeat
 * does not. Either store is enough: while D1 is down or slow the event goes onto the queue whole, and
 * what the queue does not take stands in the inbox for the sweep to push.
 */
import { errorText, log } from "../log";
import type { ReceivedEvent } from "../store/inbox/receipt";
import { storedMessage, wholeMessage } from "./messages";
import type { SharedReceipt } from "./shared-writes";
import { within } from "../time-limit";

export interface AcceptDeps {
  readonly save: (event: ReceivedEvent) => Promise<SharedReceipt>;
  /** Says that another body came under a known id. */
  readonly reportConflict: (event: ReceivedEvent) => Promise<void>;
  /** Puts a message (JSON text) onto ce-events. */
  readonly push: (message: string) => Promise<unknown>;
  /** Keeps work alive after the answer. */
  readonly background: (work: Promise<unknown>) => void;
  /** How long D1 may take before the queue is tried, in milliseconds. */
  readonly timeoutMs: number;
}

export type Acceptance =
  | { readonly kind: "accepted"; readonly duplicate: boolean }
  | { readonly kind: "unavailable" };

/** The inbox has the event already, so a queue that fails loses nothing. */
async function pushStored(deps: AcceptDeps, event: ReceivedEvent): Promise<void> {
  try {
    await deps.push(storedMessage(event));
  } catch (error) {
    log.warn("push_failed", { id: event.id, error: errorText(error) });
  }
}

/** Only the queue is left; what does not fit into a message needs D1. */
async function pushWhole(deps: AcceptDeps, event: ReceivedEvent): Promise<Acceptance> {
  const message = wholeMessage(event, false);
  if (message === null) return { kind: "unavailable" };
  try {
    await within(deps.push(message), deps.timeoutMs);
    return { kind: "accepted", duplicate: false };
  } catch (error) {
    log.error("receipt_refused", { id: event.id, error: errorText(error) });
    return { kind: "unavailable" };
  }
}

/** The inbox has counted the conflict; where nobody can be told, the consumer finds it once more. */
async function reportConflict(deps: AcceptDeps, event: ReceivedEvent): Promise<void> {
  try {
    await deps.reportConflict(event);
  } catch (error) {
    log.warn("conflict_not_reported", { id: event.id, error: errorText(error) });
    await pushWhole(deps, event);
  }
}

/** Returns once the event is durable, or once neither store took it. */
export async function accept(deps: AcceptDeps, event: ReceivedEvent): Promise<Acceptance> {
  let receipt: SharedReceipt;
  try {
    const saving = deps.save(event);
    // After a time-out nobody awaits it any more; it may still succeed, which is harmless.
    saving.catch(() => undefined);
    receipt = await within(saving, deps.timeoutMs);
  } catch (error) {
    log.warn("inbox_unavailable", { id: event.id, error: errorText(error) });
    const acceptance = await pushWhole(deps, event);
    if (acceptance.kind === "accepted") {
      log.info("received", { ids: [event.id], repeats: [], store: "queue" });
    }
    return acceptance;
  }
  if (receipt.isNew && !receipt.pushed) deps.background(pushStored(deps, event));
  if (receipt.conflict) deps.background(reportConflict(deps, event));
  return { kind: "accepted", duplicate: !receipt.isNew };
}

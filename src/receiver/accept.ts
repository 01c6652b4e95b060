/**
 * A verified event in, a durable event out. The inbox comes first; a new event then goes to the queue, a repeat
 * does not. One of the two stores is enough: while D1 is down or slow, the whole event goes to the queue, and an
 * event that the queue does not accept waits in the inbox until the sweep pushes it.
 */
import { errorText, log } from "../log";
import type { ReceivedEvent } from "../store/inbox/receipt";
import { storedMessage, wholeMessage } from "./messages";
import type { SharedReceipt } from "./shared-writes";
import { within } from "../time-limit";

export interface AcceptDeps {
  readonly save: (event: ReceivedEvent) => Promise<SharedReceipt>;
  /** Reports that another body came under a known id. */
  readonly reportConflict: (event: ReceivedEvent) => Promise<void>;
  /** Sends a message (JSON text) to ce-events. */
  readonly push: (message: string) => Promise<unknown>;
  /** Keeps work alive after the answer. */
  readonly background: (work: Promise<unknown>) => void;
  /** How long D1 may take before the queue is used, in milliseconds. */
  readonly timeoutMs: number;
}

export type Acceptance =
  | { readonly kind: "accepted"; readonly duplicate: boolean }
  | { readonly kind: "unavailable" };

/** The inbox already has the event, so a queue failure loses nothing. */
async function pushStored(deps: AcceptDeps, event: ReceivedEvent): Promise<void> {
  try {
    await deps.push(storedMessage(event));
  } catch (error) {
    log.warn("push_failed", { id: event.id, error: errorText(error) });
  }
}

/** Only the queue is left; an event that does not fit into a message needs D1. */
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

/** The inbox has counted the conflict. If it cannot be reported, the consumer finds it again. */
async function reportConflict(deps: AcceptDeps, event: ReceivedEvent): Promise<void> {
  try {
    await deps.reportConflict(event);
  } catch (error) {
    log.warn("conflict_not_reported", { id: event.id, error: errorText(error) });
    await pushWhole(deps, event);
  }
}

/** Returns when the event is durable, or when neither store has accepted it. */
export async function accept(deps: AcceptDeps, event: ReceivedEvent): Promise<Acceptance> {
  let receipt: SharedReceipt;
  try {
    const saving = deps.save(event);
    // After a time-out no code awaits it; it may still succeed, which is harmless.
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

/**
 * A verified event in, a durable event out. The inbox comes first; a new event then goes to the queue, a repeat
 * does not. One of the two stores is enough: while D1 is down or slow, the whole event goes to the queue, and an
 * event that the queue does not accept waits in the inbox until the sweep pushes it. After a few receipts in a row
 * for which D1 was down or slow, the queue comes first for some seconds (circuit-breaker.ts).
 */
import { errorText, log } from "../log";
import type { ReceivedEvent } from "../store/inbox/receipt";
import { TimeoutError, within } from "../time-limit";
import type { CircuitBreaker } from "./circuit-breaker";
import { storedMessage, wholeMessage } from "./messages";
import type { SharedReceipt } from "./shared-writes";

export interface AcceptDeps {
  /** Once `isAwaited` returns false, nothing more is written for this event. */
  readonly save: (event: ReceivedEvent, isAwaited: () => boolean) => Promise<SharedReceipt>;
  readonly breaker: CircuitBreaker;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** Reports that another body came under a known id. */
  readonly reportConflict: (event: ReceivedEvent) => Promise<void>;
  /** Sends a message (JSON text) to ce-events. */
  readonly push: (message: string) => Promise<unknown>;
  /** Sends the message that makes an event durable, together with those of other requests. */
  readonly pushWhole: (message: { readonly id: string; readonly text: string }) => Promise<unknown>;
  /** Keeps work alive after the answer. */
  readonly background: (work: Promise<unknown>) => void;
  /** How long D1 may take before the queue is used, in milliseconds. */
  readonly timeoutMs: number;
  /** After how long D1 counts as slow, in milliseconds. */
  readonly slowMs: number;
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

/** Returns true if the queue has the event now; an event that does not fit into a message needs D1. */
async function pushWhole(deps: AcceptDeps, event: ReceivedEvent): Promise<boolean> {
  const text = wholeMessage(event, false);
  if (text === null) return false;
  try {
    await within(deps.pushWhole({ id: event.id, text }), deps.timeoutMs);
  } catch (error) {
    deps.breaker.queueFailed(deps.nowMs());
    log.error("receipt_refused", { id: event.id, error: errorText(error) });
    return false;
  }
  return true;
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

function noteTrouble({ breaker, nowMs }: AcceptDeps): void {
  if (breaker.inboxTroubled(nowMs())) log.warn("inbox_avoided");
}

/** The answer of D1, in time. A slow one is noted while the receipt waits for it; if the queue is used now, it waits no longer. */
async function awaitInbox(
  deps: AcceptDeps,
  saving: Promise<SharedReceipt>,
): Promise<SharedReceipt> {
  const { breaker, nowMs, timeoutMs } = deps;
  const slowMs = Math.min(deps.slowMs, timeoutMs);
  const startedMs = nowMs();
  try {
    const receipt = await within(saving, slowMs);
    if (breaker.inboxAnswered(startedMs)) log.info("inbox_used_again");
    return receipt;
  } catch (error) {
    // A timer that is late says that this isolate is busy, not that D1 is.
    const isLate = error instanceof TimeoutError && nowMs() - startedMs > slowMs * 1.5;
    if (!isLate) noteTrouble(deps);
    const isSlow = error instanceof TimeoutError && slowMs < timeoutMs;
    if (!isSlow || breaker.isOpen) throw error;
    return await within(saving, timeoutMs - slowMs);
  }
}

/** Null if D1 has failed or is too slow. */
async function saveInTime(deps: AcceptDeps, event: ReceivedEvent): Promise<SharedReceipt | null> {
  let isAwaited = true;
  try {
    const saving = deps.save(event, () => isAwaited);
    // After a time-out no code awaits it; it may still succeed, which is harmless.
    saving.catch(() => undefined);
    return await awaitInbox(deps, saving);
  } catch (error) {
    log.warn("inbox_unavailable", { id: event.id, error: errorText(error) });
    return null;
  } finally {
    isAwaited = false;
  }
}

/** Returns when the event is durable, or when neither store has accepted it. */
export async function accept(deps: AcceptDeps, event: ReceivedEvent): Promise<Acceptance> {
  const isQueueFirst = deps.breaker.choose(deps.nowMs()) === "queue";
  if (isQueueFirst && (await pushWhole(deps, event))) {
    return { kind: "accepted", duplicate: false };
  }
  const receipt = await saveInTime(deps, event);
  if (receipt === null) {
    const isQueued = !isQueueFirst && (await pushWhole(deps, event));
    return isQueued ? { kind: "accepted", duplicate: false } : { kind: "unavailable" };
  }
  if (receipt.isNew && !receipt.pushed) deps.background(pushStored(deps, event));
  if (receipt.conflict) deps.background(reportConflict(deps, event));
  return { kind: "accepted", duplicate: !receipt.isNew };
}

/**
 * Decides whether a receipt goes to D1 first or straight to the queue. Closed: D1 first. After a few failed or slow
 * receipts in a row it opens: receipts go to the queue, except that every few seconds one tries D1. When such a
 * trial is answered in time, it closes. If the queue fails, it closes too, and stays closed for as long as it would
 * have been open.
 *
 * One per isolate. Pure: it reads no clock, and the requests of an isolate share nothing but its numbers.
 */

export interface BreakerLimits {
  /** The failed or slow receipts in a row after which it opens. */
  readonly troubles: number;
  /** How long the queue is used before D1 is tried again, in milliseconds. */
  readonly openMs: number;
}

export class CircuitBreaker {
  readonly #limits: BreakerLimits;
  /** Failed or slow receipts since the last one that was in time. */
  #troubles = 0;
  /** Null: closed. */
  #open: { readonly sinceMs: number; trialMs: number } | null = null;
  #queueFailedMs = Number.NEGATIVE_INFINITY;

  constructor(limits: BreakerLimits) {
    this.#limits = limits;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** Where the next receipt goes first. While it is open, the answer "inbox" makes that receipt the trial. */
  choose(nowMs: number): "inbox" | "queue" {
    if (this.#open === null) return "inbox";
    if (nowMs < this.#open.trialMs) return "queue";
    // The next trial is set now: a trial that ends without an answer must not keep it open for ever.
    this.#open.trialMs = nowMs + this.#limits.openMs;
    return "inbox";
  }

  /** D1 has stored an event in time. Returns true if that closes it. */
  inboxAnswered(startedMs: number): boolean {
    // What was sent to D1 before it opened says nothing about D1 now.
    if (this.#open !== null && startedMs < this.#open.sinceMs) return false;
    const closes = this.#open !== null;
    this.#open = null;
    this.#troubles = 0;
    return closes;
  }

  /** A receipt has failed at D1, or D1 is slow to answer it. Returns true if that opens it. */
  inboxTroubled(nowMs: number): boolean {
    if (this.#open !== null) return false;
    this.#troubles += 1;
    const { troubles, openMs } = this.#limits;
    const isQueueWell = nowMs - this.#queueFailedMs >= openMs;
    if (this.#troubles < troubles || !isQueueWell) return false;
    this.#open = { sinceMs: nowMs, trialMs: nowMs + openMs };
    return true;
  }

  /** The queue has not accepted an event: D1 is tried first again. */
  queueFailed(nowMs: number): void {
    this.#queueFailedMs = nowMs;
    this.#open = null;
  }
}

/**
 * Decides whether a receipt goes to D1 first or straight to the queue. Closed: D1 first. After a few failed or slow
 * receipts in a row it opens: receipts go to the queue, except that every few seconds one tries D1. When such a
 * trial is answered in time, it closes; if it opens again soon after that, several in a row must be, since a D1 that
 * serves one may not serve all. If the queue fails, it closes too, and stays closed for as long as it would have been
 * open.
 *
 * One per isolate. Pure: it reads no clock, and the requests of an isolate share nothing but its numbers.
 */

import { AVOID_D1_MS, RELAPSE_TRIALS, RELAPSE_WITHIN_MS, TROUBLED_RECEIPTS } from "../limits";

export class CircuitBreaker {
  /** Failed or slow receipts since the last one that was in time. */
  #troubles = 0;
  /** Null: closed. */
  #open: { readonly sinceMs: number; trialMs: number } | null = null;
  /** Receipts that D1 has answered in time since the last one with trouble; while it is open, trials. */
  #inTime = 0;
  /** How many of them close it. */
  #trials = 1;
  /** When the trial began that closed it. */
  #closedMs = Number.NEGATIVE_INFINITY;
  #queueFailedMs = Number.NEGATIVE_INFINITY;

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** Where the next receipt goes first. While it is open, the answer "inbox" makes that receipt the trial. */
  choose(nowMs: number): "inbox" | "queue" {
    if (this.#open === null) return "inbox";
    if (nowMs < this.#open.trialMs) return "queue";
    // The next trial is set now: a trial that ends without an answer must not keep it open for ever.
    this.#open.trialMs = nowMs + AVOID_D1_MS;
    return "inbox";
  }

  /** D1 has stored an event in time. Returns true if that closes it. */
  inboxAnswered(startedMs: number): boolean {
    // What was sent to D1 before it opened says nothing about D1 now.
    if (this.#open !== null && startedMs <= this.#open.sinceMs) return false;
    this.#troubles = 0;
    this.#inTime += 1;
    if (this.#open === null || this.#inTime < this.#trials) return false;
    this.#open = null;
    this.#closedMs = startedMs;
    return true;
  }

  /** A receipt has failed at D1, or D1 is slow to answer it. Returns true if that opens it. */
  inboxTroubled(nowMs: number): boolean {
    this.#inTime = 0;
    if (this.#open !== null) return false;
    this.#troubles += 1;
    const isQueueWell = nowMs - this.#queueFailedMs >= AVOID_D1_MS;
    if (this.#troubles < TROUBLED_RECEIPTS || !isQueueWell) return false;
    this.#trials = nowMs - this.#closedMs < RELAPSE_WITHIN_MS ? RELAPSE_TRIALS : 1;
    this.#open = { sinceMs: nowMs, trialMs: nowMs + AVOID_D1_MS };
    return true;
  }

  /** The queue has not accepted an event: D1 is tried first again. */
  queueFailed(nowMs: number): void {
    this.#queueFailedMs = nowMs;
    this.#open = null;
  }
}

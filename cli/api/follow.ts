/**
 * Follows the inbox: every event after a known position, in the order of receipt, when it is settled, or unsettled
 * after a while. It waits during outages of the receiver and misses no event.
 */
import type { EventRow } from "./answers.ts";
import { type Api, PAGE_MAX } from "./api.ts";
import { Failure } from "../failure.ts";
import { pause } from "../terminal/pace.ts";

export interface FollowOptions {
  /** The cursor after which to begin. */
  readonly after: string;
  readonly type?: string | undefined;
  readonly order?: string | undefined;
  /** How long an event is held back while it is not settled, in milliseconds. */
  readonly settleMs: number;
  readonly pollMs: number;
  /** How long an outage may last, in milliseconds. */
  readonly patienceMs: number;
  /** Called when an outage begins, and with null when it has ended. */
  readonly onOutage: (failure: Failure | null) => void;
}

/** Events that were read together; they are read again until all of them are settled. */
interface Stretch {
  readonly after: string;
  readonly readMs: number;
  events: readonly EventRow[];
  /** The number of them that were passed on. */
  shown: number;
}

/** The number of groups that may wait at the same time; more events are read when one of them is done. */
const STRETCHES_MAX = 8;
const BACKOFF_MAX_MS = 10_000;

function isSettled({ status }: EventRow): boolean {
  return status !== "received";
}

export class Follower {
  readonly #api: Api;
  readonly #signal: AbortSignal;
  readonly #options: FollowOptions;
  readonly #stretches: Stretch[] = [];
  #cursor: string;
  #outageMs: number | null = null;
  #failures = 0;

  constructor(api: Api, signal: AbortSignal, options: FollowOptions) {
    this.#api = api;
    this.#signal = signal;
    this.#options = options;
    this.#cursor = options.after;
  }

  /** The events that can be passed on now; empty if there are none yet. Waits a moment before the next request. */
  async next(): Promise<readonly EventRow[]> {
    try {
      const isMore = await this.#read();
      this.#recovered();
      const ready = this.#takeReady();
      if (ready.length === 0 && !isMore) await pause(this.#options.pollMs, this.#signal);
      return ready;
    } catch (error) {
      if (!(error instanceof Failure) || !error.isTemporary) throw error;
      await this.#waitOut(error);
      return [];
    }
  }

  #page(after: string, limit: number) {
    const { type, order } = this.#options;
    return this.#api.events({ after, limit, type, order });
  }

  /** True if there is more to read immediately. */
  async #read(): Promise<boolean> {
    for (const stretch of this.#stretches) {
      if (stretch.events.every(isSettled)) continue;
      const { events } = await this.#page(stretch.after, stretch.events.length);
      const fresh = new Map(events.map((event) => [event.id, event]));
      stretch.events = stretch.events.map((event) => fresh.get(event.id) ?? event);
    }
    if (this.#stretches.length >= STRETCHES_MAX) return false;
    const { events, latest_cursor: latest } = await this.#page(this.#cursor, PAGE_MAX);
    const isMore = latest !== this.#cursor;
    if (events.length > 0) {
      this.#stretches.push({ after: this.#cursor, readMs: performance.now(), events, shown: 0 });
    }
    this.#cursor = latest;
    return isMore;
  }

  #takeReady(): readonly EventRow[] {
    const ready: EventRow[] = [];
    for (let head = this.#stretches[0]; head !== undefined; head = this.#stretches[0]) {
      const isLate = performance.now() - head.readMs > this.#options.settleMs;
      const rest = head.events.slice(head.shown);
      const held = isLate ? -1 : rest.findIndex((event) => !isSettled(event));
      const taken = held === -1 ? rest : rest.slice(0, held);
      ready.push(...taken);
      head.shown += taken.length;
      if (held !== -1) break;
      this.#stretches.shift();
    }
    return ready;
  }

  #recovered(): void {
    if (this.#outageMs !== null) this.#options.onOutage(null);
    this.#outageMs = null;
    this.#failures = 0;
  }

  async #waitOut(failure: Failure): Promise<void> {
    const now = performance.now();
    if (this.#outageMs === null) this.#options.onOutage(failure);
    this.#outageMs ??= now;
    if (now - this.#outageMs > this.#options.patienceMs) throw failure;
    this.#failures += 1;
    await pause(Math.min(BACKOFF_MAX_MS, 250 * 2 ** this.#failures), this.#signal);
  }
}

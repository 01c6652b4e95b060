/** The figures of a simulation while it runs. */
import type { Form } from "../../testbed/stories/index.ts";
import type { Move } from "./plan.ts";

export class Tally {
  orders = 0;
  sent = 0;
  repeats = 0;
  refused = 0;
  cut = 0;
  retries = 0;
  applied = 0;
  /** Answers that were not as they must be, in words. */
  readonly unexpected: string[] = [];
  /** Ids of the events that were acknowledged. */
  readonly acknowledged = new Set<string>();
  /** Of those the broken ones, which are to be kept and not applied. */
  readonly broken = new Set<string>();
  /** Lawful events that were acknowledged, by the form in which they came. */
  readonly byForm = new Map<Form, number>();
  /** Event id -> status, of those that the inbox has shown as settled. */
  readonly settled = new Map<string, string>();
  readonly #startedMs = performance.now();
  #endedMs: number | null = null;

  /** Acknowledged, and to be applied. */
  get lawful(): number {
    return this.acknowledged.size - this.broken.size;
  }

  /** Since the start; once all is sent, until then. */
  get seconds(): number {
    return ((this.#endedMs ?? performance.now()) - this.#startedMs) / 1_000;
  }

  /** All is sent. */
  end(): void {
    this.#endedMs = performance.now();
  }

  acknowledge({ kind, form, eventId }: Move, isDuplicate: boolean): void {
    if (isDuplicate) this.repeats += 1;
    const isFirst = !this.acknowledged.has(eventId);
    this.acknowledged.add(eventId);
    if (kind === "broken") this.broken.add(eventId);
    else if (isFirst) this.byForm.set(form, (this.byForm.get(form) ?? 0) + 1);
  }

  settle(id: string, status: string): void {
    if (status === "processed" && this.settled.get(id) !== "processed") this.applied += 1;
    this.settled.set(id, status);
  }

  /** Acknowledged, and not settled yet as far as was seen. */
  waiting(): readonly string[] {
    return [...this.acknowledged].filter((id) => !this.settled.has(id));
  }
}

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
  /** Wrong answers, as text. */
  readonly unexpected: string[] = [];
  /** Ids of the events that were acknowledged. */
  readonly acknowledged = new Set<string>();
  /** The broken ones of these, which must be stored and not applied. */
  readonly broken = new Set<string>();
  /** Valid events that were acknowledged, by form. */
  readonly byForm = new Map<Form, number>();
  /** Event id -> status, for events that the inbox has shown as settled. */
  readonly settled = new Map<string, string>();
  readonly #startedMs = performance.now();
  #endedMs: number | null = null;

  /** Acknowledged events that must be applied. */
  get lawful(): number {
    return this.acknowledged.size - this.broken.size;
  }

  /** The time since the start; after everything is sent, the time until then. */
  get seconds(): number {
    return ((this.#endedMs ?? performance.now()) - this.#startedMs) / 1_000;
  }

  /** Everything is sent. */
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

  /** Acknowledged events that were not yet seen as settled. */
  waiting(): readonly string[] {
    return [...this.acknowledged].filter((id) => !this.settled.has(id));
  }
}

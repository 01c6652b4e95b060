/**
 * Records a story: the clock that moves inside its window, the events in their envelopes, the ways in which a
 * payment, refund or shipment is linked to its order, and the expected messages, each with the check whether it is
 * still true at the end.
 */
import type { Bodies, EventType, ExpectedMessage, StoryEvent } from "../model.ts";
import type { Random } from "../random.ts";

/** The share of the time left that passes before the next event. */
const paces = { soon: { least: 0.003, most: 0.015 }, later: { least: 0.05, most: 0.22 } } as const;
export type Pace = keyof typeof paces;

/**
 * Where a payment, refund or shipment names its order: in `data`, in the envelope, or nowhere, so
 * that only an order event that lists it (or a refund's payment reference) makes the link.
 */
const links = ["data", "envelope", "listed"] as const;
type Link = (typeof links)[number];

export interface Window {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

export interface RecorderOptions extends Window {
  readonly random: Random;
  /** Event ids are drawn from here. */
  readonly ids: Random;
  readonly orderNumber: string;
}

interface Call {
  readonly message: Omit<ExpectedMessage, "overtakenBy">;
  readonly isTrue: () => boolean;
  overtakenBy: string | null;
}

export class Recorder {
  readonly #random: Random;
  readonly #ids: Random;
  readonly #orderNumber: string;
  readonly #endsAtMs: number;
  readonly #link: Link;
  readonly #events: StoryEvent[] = [];
  readonly #about = new Map<string, StoryEvent[]>();
  readonly #linked = new Set<string>();
  readonly #calls = new Map<string, Call>();
  #nowMs: number;

  constructor({ random, ids, orderNumber, startsAtMs, endsAtMs }: RecorderOptions) {
    this.#random = random;
    this.#ids = ids;
    this.#orderNumber = orderNumber;
    this.#nowMs = startsAtMs;
    this.#endsAtMs = endsAtMs;
    this.#link = random.pick(links);
  }

  /** Advances the clock; returns the new time, which is later than any before it and within the window. */
  wait(pace: Pace): string {
    const { least, most } = paces[pace];
    const share = this.#random.between(least, most);
    this.#nowMs += Math.max(1, Math.floor((this.#endsAtMs - this.#nowMs) * share));
    return this.now;
  }

  get now(): string {
    return new Date(this.#nowMs).toISOString();
  }

  /** An order event: it names its order and links everything that it lists. */
  sendOrder(type: EventType & `order.${string}`, data: Bodies["order.created"], lists: string[]) {
    this.#send(type, data);
    for (const id of lists) this.#linked.add(id);
  }

  /** An event about a payment, refund or shipment, known to the shop by `id`. */
  sendAbout<Type extends EventType>(id: string, type: Type, data: Bodies[Type]): void {
    const event = this.#send(type, data);
    this.#about.set(id, [...(this.#about.get(id) ?? []), event]);
    if (this.#link === "data") data.order_number = this.#orderNumber;
    if (this.#link === "envelope") event.order_number = this.#orderNumber;
    if (this.#link !== "listed") this.#linked.add(id);
  }

  /** A refund finds its order through the payment that it refers to. */
  linkThroughReference(id: string): void {
    this.#linked.add(id);
  }

  /** The next event causes a message; one fact gets one message, however often it is caused. */
  call(
    message: Pick<ExpectedMessage, "template" | "channel"> & { about: readonly string[] },
    isTrue: () => boolean,
    delayMs = 0,
  ): void {
    const { template, channel, about } = message;
    const id = [template, ...about, channel].join("/");
    if (this.#calls.has(id)) return;
    const dueAt = new Date(this.#nowMs + delayMs).toISOString();
    const called = { id, template, channel, dueAt, delayed: delayMs > 0 };
    this.#calls.set(id, { message: called, isTrue, overtakenBy: null });
  }

  /** Ends the story. If no order event has listed a row, at least one of the row's own events names the order. */
  finish(): { events: StoryEvent[]; messages: ExpectedMessage[] } {
    for (const [id, events] of this.#about) {
      if (this.#linked.has(id)) continue;
      const event = this.#random.pick(events);
      const place = this.#random.chance(0.5) ? event : event.data;
      place.order_number = this.#orderNumber;
    }
    return {
      events: this.#events,
      messages: [...this.#calls.values()].map(({ message, overtakenBy }) => {
        return { ...message, overtakenBy };
      }),
    };
  }

  #send<Type extends EventType>(type: Type, data: Bodies[Type]): StoryEvent<Type> {
    const id = `evt_${this.#ids.hex(24)}`;
    const event = { id, event_type: type, created_at: this.now, data };
    this.#events.push(event);
    for (const call of this.#calls.values()) {
      call.overtakenBy = call.isTrue() ? null : (call.overtakenBy ?? event.id);
    }
    return event;
  }
}

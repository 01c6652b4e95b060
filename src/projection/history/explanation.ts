/** What explaining starts from and ends in: rows and events in, which event set what, and which are overridden. */
import type { StoredEvent } from "../decoded-event";
import type { Entity, Value } from "../registers";

/** What the inbox holds of an event; the payload is null once purged. */
export interface HistoricEvent extends Omit<StoredEvent, "payload"> {
  readonly payload: string | null;
  /** Null where none was found. */
  readonly eventType: string | null;
  readonly occurredAt: string | null;
  readonly status: "received" | "processed" | "ignored" | "quarantined" | "failed";
  readonly error: string | null;
  /** How often it came again. */
  readonly redeliveries: number;
  /** How often another body came under its id. */
  readonly conflicts: number;
}

/** A row of a state table, by column name. */
export interface StateRow {
  readonly entity: Entity;
  readonly key: string;
  readonly columns: Readonly<Record<string, Value>>;
}

/** One register as it stands. */
export interface RegisterExplanation {
  readonly entity: Entity;
  readonly key: string;
  readonly register: string;
  readonly values: Readonly<Record<string, Value>>;
  /** Null where no event has set it, or where the one that did is stored no more. */
  readonly setBy: string | null;
  readonly precedence: string;
}

/** How a setting compared with the one that stands. */
export type Comparison =
  | "stands"
  /** Its time is earlier (or unknown, against a known one). */
  | "older"
  /** Same time, but a status that comes earlier. */
  | "lower stage"
  /** Same time and stage, and its event states no time: the later receipt wins. */
  | "received earlier"
  /** Same time and stage: it states that time itself, and the one that stands states none. */
  | "states its time"
  /** The same in all of these: the hash of the event's id decides, the same way everywhere. */
  | "lower id"
  /** It outranks what stands: the row is not what its events make of it. */
  | "not applied";

export interface SettingExplanation {
  readonly entity: Entity;
  readonly key: string;
  readonly register: string;
  readonly comparison: Comparison;
  /** The event that stands in its place; null where none does. */
  readonly against: string | null;
}

export interface EventExplanation {
  readonly id: string;
  readonly eventType: string | null;
  readonly occurredAt: string | null;
  readonly receivedAt: string;
  readonly outcome: "sets" | "lost" | "waiting" | "ignored" | "quarantined" | "failed" | "purged";
  /** Why it was ignored, quarantined or failed. */
  readonly reason: string | null;
  readonly repeats: number;
  readonly conflicts: number;
  /** What it sets on the order's rows, register by register. */
  readonly settings: readonly SettingExplanation[];
}

/** What the order's payment status and its sums were taken from. */
export interface DerivedExplanation {
  readonly paymentStatus: Value;
  /** The order event's own word, a payment, or nothing at all. */
  readonly decidedBy: "snapshot" | "payment" | null;
  /** The event that set what decided. */
  readonly event: string | null;
  readonly payments: readonly {
    readonly paymentId: string;
    readonly status: Value;
    readonly amountMicros: Value;
    /** Another name of the same payment that counts in its place; null where it counts itself. */
    readonly countedInstead: string | null;
  }[];
  readonly refunds: readonly {
    readonly refundId: string;
    readonly status: Value;
    readonly amountMicros: Value;
  }[];
}

export interface OrderExplanation {
  readonly orderNumber: string;
  /** Null where there is no such order. */
  readonly derived: DerivedExplanation | null;
  readonly registers: readonly RegisterExplanation[];
  /** In the order of their times, those without one first. */
  readonly events: readonly EventExplanation[];
}

/** Input and output of an explanation: rows and events in; what each event set, and what overrides it, out. */
import type { StoredEvent } from "../decoded-event";
import type { Entity, Value } from "../registers";

/** The inbox data of an event; the payload is null once purged. */
export interface HistoricEvent extends Omit<StoredEvent, "payload"> {
  readonly payload: string | null;
  /** Null if no type was found. */
  readonly eventType: string | null;
  readonly occurredAt: string | null;
  readonly status: "received" | "processed" | "ignored" | "quarantined" | "failed";
  readonly error: string | null;
  /** The number of repeats. */
  readonly redeliveries: number;
  /** The number of other bodies under its id. */
  readonly conflicts: number;
}

/** A row of a state table, by column name. */
export interface StateRow {
  readonly entity: Entity;
  readonly key: string;
  readonly columns: Readonly<Record<string, Value>>;
}

/** The present value of one register. */
export interface RegisterExplanation {
  readonly entity: Entity;
  readonly key: string;
  readonly register: string;
  readonly values: Readonly<Record<string, Value>>;
  /** Null if no event has set it, or if that event is no longer stored. */
  readonly setBy: string | null;
  readonly precedence: string;
}

/** How a setting compares with the present one. */
export type Comparison =
  | "stands"
  /** Its time is earlier (or unknown, against a known one). */
  | "older"
  /** Same time, but a status that comes earlier. */
  | "lower stage"
  /** Same time and stage, and its event states no time: the later receipt is kept. */
  | "received earlier"
  /** Same time and stage: its event states that time itself, and the event of the present value states none. */
  | "states its time"
  /** Same time and stage: it was imported, and the event of the present value was delivered. */
  | "imported"
  /** The same in all of these: the hash of the event's id decides, with the same result everywhere. */
  | "lower id"
  /** It has a higher precedence than the present value: the row does not match its events. */
  | "not applied";

export interface SettingExplanation {
  readonly entity: Entity;
  readonly key: string;
  readonly register: string;
  readonly comparison: Comparison;
  /** The event that overrides it; null if there is none. */
  readonly against: string | null;
}

export interface EventExplanation {
  readonly id: string;
  readonly eventType: string | null;
  readonly occurredAt: string | null;
  readonly receivedAt: string;
  readonly outcome:
    | "sets"
    | "superseded"
    | "waiting"
    | "ignored"
    | "quarantined"
    | "failed"
    | "purged";
  /** Why it was ignored, quarantined or failed. */
  readonly reason: string | null;
  readonly repeats: number;
  readonly conflicts: number;
  /** Its values for the order's rows, register by register. */
  readonly settings: readonly SettingExplanation[];
}

/** The source of the order's payment status and its sums. */
export interface DerivedExplanation {
  readonly paymentStatus: Value;
  /** The order event itself, a payment, or nothing. */
  readonly decidedBy: "snapshot" | "payment" | null;
  /** The event that set the deciding value. */
  readonly event: string | null;
  readonly payments: readonly {
    readonly paymentId: string;
    readonly status: Value;
    readonly amountMicros: Value;
    /** Another name of the same payment that counts instead; null if the payment itself counts. */
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
  /** Null if the order does not exist. */
  readonly derived: DerivedExplanation | null;
  readonly registers: readonly RegisterExplanation[];
  /** In the order of their times, those without one first. */
  readonly events: readonly EventExplanation[];
}

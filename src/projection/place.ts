/** Where a body stands: the event itself, or an entry nested in an order event. */
import type { Patch } from "./registers";

export interface Place {
  readonly key: string;
  readonly eventId: string;
  readonly orderNumber: string | null;
  /** The time of precedence. */
  readonly time: string | null;
  readonly receivedAt: string;
  /** What the event type stands for; null for nested entries and bare bodies, which speak for themselves. */
  readonly standIn: string | null;
  readonly decided: boolean;
  readonly nested: boolean;
}

/** The status that the body sets: its type's where the type decides, else its own, else its type's. */
export function statusAt(place: Place, stated: string | null): string | null {
  if (place.decided) return place.standIn;
  return stated ?? place.standIn;
}

/** What one body sets, and what was odd about it. */
export interface Projected {
  readonly patches: readonly Patch[];
  readonly notes: readonly string[];
}

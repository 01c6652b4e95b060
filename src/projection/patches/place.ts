/** Where a body stands: the event itself, or an entry nested in an order event. */
import type { Subject } from "../../events/catalog";
import { stageOf } from "../../events/stages";
import type { TimeFrame } from "../../events/formats/time";
import { dayIn } from "../../events/formats/time-zone";
import { encodePrecedence, hashId } from "../precedence";
import type { Patch } from "../registers";

export interface Place extends TimeFrame {
  readonly key: string;
  readonly eventId: string;
  readonly orderNumber: string | null;
  /** The time of precedence. */
  readonly time: string | null;
  /** The first receipt where the event states no time of its own, else null. */
  readonly tie: string | null;
  /** The status that the body sets; null where it sets none. */
  readonly status: string | null;
  /** What ranks for a status that is not known; null in nested and bare bodies, where it ranks lowest. */
  readonly standIn: string | null;
  readonly nested: boolean;
  /** JSON of what no column holds. */
  readonly extra: string | null;
}

/** The precedence of what a body sets, by the rank of `status` on the scale of `subject`. */
export function precedenceAt(
  { time, tie, standIn, eventId }: Pick<Place, "time" | "tie" | "standIn" | "eventId">,
  subject: Subject,
  status: string | null,
): string {
  const stage = stageOf(subject, status, standIn);
  return encodePrecedence({ time, stage, tie, idHash: hashId(eventId) });
}

/** The shop's day of a time; null where there is none. */
export function shopDay(time: string | null, { timeZone }: Pick<Place, "timeZone">): string | null {
  return time === null ? null : dayIn(time, timeZone);
}

/** What one body sets, and what was odd about it. */
export interface Projected {
  readonly patches: readonly Patch[];
  readonly notes: readonly string[];
}

/** Of an order also by whom it can be looked up (contacts.ts). */
export interface ProjectedOrder extends Projected {
  readonly contacts: readonly string[];
}

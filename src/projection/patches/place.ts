/** The place of a body: the event itself, or an entry nested in an order event. */
import type { Subject } from "../../events/catalog";
import { stageOf } from "../../events/stages";
import type { TimeFrame } from "../../events/field-formats/time";
import { dayIn } from "../../events/field-formats/time-zone";
import { encodePrecedence, hashId } from "../precedence";
import type { Patch } from "../registers";

export interface Place extends TimeFrame {
  readonly key: string;
  readonly eventId: string;
  readonly orderNumber: string | null;
  /** The time of precedence. */
  readonly time: string | null;
  /** The first receipt if the event states no time of its own, otherwise null. */
  readonly tie: string | null;
  /** The status that the body sets; null if it sets none. */
  readonly status: string | null;
  /** The status whose rank an unknown status gets; null in nested and bare bodies, where it ranks lowest. */
  readonly standIn: string | null;
  readonly nested: boolean;
  /** JSON of the fields without a column. */
  readonly extra: string | null;
}

/** The precedence of the values that a body sets, by the rank of `status` on the scale of `subject`. */
export function precedenceAt(
  { time, tie, standIn, eventId }: Pick<Place, "time" | "tie" | "standIn" | "eventId">,
  subject: Subject,
  status: string | null,
): string {
  const stage = stageOf(subject, status, standIn);
  return encodePrecedence({ time, stage, tie, idHash: hashId(eventId) });
}

/** The shop's day of a time; null if there is no time. */
export function shopDay(time: string | null, { timeZone }: Pick<Place, "timeZone">): string | null {
  return time === null ? null : dayIn(time, timeZone);
}

/** The values that one body sets, and notes about unusual data. */
export interface Projected {
  readonly patches: readonly Patch[];
  readonly notes: readonly string[];
}

/** For an order, also the contacts by which it can be found (contacts.ts). */
export interface ProjectedOrder extends Projected {
  readonly contacts: readonly string[];
}

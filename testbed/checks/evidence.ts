/** The results of a run: the deliveries, their answers, the stored rows, and the sent messages. */
import type { Day } from "../deliveries/day.ts";
import type { Answered, Delivery } from "../deliveries/delivery.ts";
import type { Call } from "../receiver/providers.ts";
import type { State } from "./state.ts";

export { differ } from "../stories/index.ts";

export interface Evidence {
  readonly day: Day;
  readonly answers: readonly Answered[];
  readonly state: State;
  readonly calls: readonly Call[];
  /** The kinds of work that remained at the time-out; empty if the receiver had finished. */
  readonly unsettled: readonly string[];
}

/** The result of one check. `problems` is empty if it passed. */
export interface Check {
  /** A sentence that must be true. */
  readonly claim: string;
  readonly problems: readonly string[];
}

/** Deliveries that had to be accepted, by event id: how often each came, and as what. */
export function acceptedById(day: Day): ReadonlyMap<string, readonly Delivery[]> {
  const all = [...day.deliveries, ...day.conflicts];
  const accepted = all.filter((delivery) => delivery.outcome !== "refused");
  return Map.groupBy(accepted, (delivery) => delivery.eventId ?? "");
}

export function check(claim: string, problems: readonly (string | null)[]): Check {
  return { claim, problems: problems.filter((problem) => problem !== null) };
}

/** What a run leaves behind: what was sent, what was answered, what is stored, what went out. */
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
  /** What was still waiting when patience ended; empty where the receiver came to rest. */
  readonly unsettled: readonly string[];
}

/** The result of one check. `problems` is empty where it held. */
export interface Check {
  /** What holds, as a sentence. */
  readonly claim: string;
  readonly problems: readonly string[];
}

/** Deliveries that were to be taken, by event id: how often each came, and as what. */
export function acceptedById(day: Day): ReadonlyMap<string, readonly Delivery[]> {
  const all = [...day.deliveries, ...day.conflicts];
  const accepted = all.filter((delivery) => delivery.outcome !== "refused");
  return Map.groupBy(accepted, (delivery) => delivery.eventId ?? "");
}

export function check(claim: string, problems: readonly (string | null)[]): Check {
  return { claim, problems: problems.filter((problem) => problem !== null) };
}

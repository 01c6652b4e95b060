/** What was acknowledged against what is stored and applied, and every order against its story. */
import { checkState } from "../../checks/orders.ts";
import type { State } from "../../checks/state.ts";
import type { Story } from "../../stories/index.ts";

export interface Verdict {
  readonly lost: readonly string[];
  readonly unapplied: readonly string[];
  /** How the orders differ from their stories. */
  readonly problems: readonly string[];
}

/** Everything but whether the state is that of the stories, which holds only where all was taken. */
export function reconcile(
  acknowledged: Iterable<string>,
  stored: ReadonlyMap<string, string>,
): Pick<Verdict, "lost" | "unapplied"> {
  const lost: string[] = [];
  const unapplied: string[] = [];
  for (const id of acknowledged) {
    const status = stored.get(id);
    if (status === undefined) lost.push(id);
    else if (status !== "processed") unapplied.push(`${id} (${status})`);
  }
  return { lost, unapplied };
}

/** Orders, payments, refunds, shipments and views as the stories say. */
export function compareWithStories(stories: readonly Story[], state: State): readonly string[] {
  const day = { stories, deliveries: [], conflicts: [], formOf: new Map() };
  const evidence = { day, answers: [], state, calls: [], unsettled: [] };
  return checkState(evidence).flatMap(({ problems }) => problems);
}

/** Archived orders as the receiver sees them: the Worker of closed orders brings them back into D1. */
import type { ClosedOrdersService, PutBackAnswer } from "../../closed-orders-service";
import { closedOrdersAlert } from "../outbox/alerts";
import type { Calls } from "../outbox/calls";

/** Archived rows cannot be brought back; the message says why. */
export class UnreadableArchive extends Error {}

/** Brings back the archived rows that the keys (keys.ts) lead to; returns the number of their sets. */
export type PutBack = (keys: readonly string[]) => Promise<number>;

export interface ArchivedOrders {
  readonly putBack: PutBack;
  /** The same for the orders that a search finds by a whole number or contact. */
  readonly putBackFound: (number: string, contacts: readonly string[]) => Promise<number>;
}

/**
 * `service`: null if it is not bound; then nothing is brought back. Where a file cannot be read, the team is alerted,
 * once an hour, and `UnreadableArchive` is thrown.
 */
export function archivedOrders(
  service: ClosedOrdersService | null,
  { raiseAlert }: Pick<Calls, "raiseAlert">,
): ArchivedOrders {
  const countSets = async (asked: Promise<PutBackAnswer> | undefined): Promise<number> => {
    const answer = await asked;
    if (answer === undefined) return 0;
    if (answer.ok) return answer.sets;
    await raiseAlert(closedOrdersAlert(answer.problem));
    throw new UnreadableArchive(answer.problem);
  };
  return {
    putBack: (keys) => countSets(service?.putBack(keys)),
    putBackFound: (number, contacts) => countSets(service?.putBackFound(number, contacts)),
  };
}

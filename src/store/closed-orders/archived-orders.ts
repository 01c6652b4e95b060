/** Archived orders as the receiver sees them: the Worker of closed orders brings them back into D1. */
import type { ClosedOrdersService, PutBackAnswer } from "../../closed-orders-service";
import { PUT_BACK_TIMEOUT_MS } from "../../limits";
import { errorText } from "../../log";
import { within } from "../../time-limit";
import { closedOrdersAlert } from "../outbox/alerts";
import type { Calls } from "../outbox/calls";
import { areArchived } from "./keys";

/** Archived rows cannot be brought back; the message says why. */
export class UnreadableArchive extends Error {}

/** Brings back the archived rows that the keys (keys.ts) lead to; returns the number of their sets. */
export type PutBack = (keys: readonly string[]) => Promise<number>;

export interface ArchivedOrders {
  /** Throws `UnreadableArchive` if rows are archived and cannot be brought back. */
  readonly putBack: PutBack;
  /** The same for the orders that a search finds by a whole id, reference or contact; never throws. */
  readonly putBackFound: (id: string, contacts: readonly string[]) => Promise<void>;
}

/** `service`: null if it is not bound; then nothing is brought back. A failure alerts the team, once an hour. */
export function archivedOrders(
  db: D1Database,
  service: ClosedOrdersService | null,
  { raiseAlert }: Pick<Calls, "raiseAlert">,
): ArchivedOrders {
  const countSets = async (ask: () => Promise<PutBackAnswer>): Promise<number> => {
    for (let sets = 0; ;) {
      const answer = await within(ask(), PUT_BACK_TIMEOUT_MS).catch(
        (error: unknown): PutBackAnswer => ({ ok: false, problem: errorText(error) }),
      );
      if (!answer.ok) {
        await raiseAlert(closedOrdersAlert(answer.problem));
        throw new UnreadableArchive(answer.problem);
      }
      sets += answer.sets;
      if (answer.more !== true) return sets;
    }
  };
  return {
    async putBack(keys) {
      if (service === null || !(await areArchived(db, keys))) return 0;
      return await countSets(() => service.putBack(keys));
    },
    async putBackFound(id, contacts) {
      // The team is alerted, and what is in D1 is found.
      if (service !== null)
        await countSets(() => service.putBackFound(id, contacts)).catch(() => 0);
    },
  };
}

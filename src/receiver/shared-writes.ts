/**
 * What requests that wait together write together: one statement for their inbox rows, then one
 * sendBatch for their messages. What does not go well together goes alone.
 */
import {
  GROUP_LOOK_MS,
  GROUP_MAX_CHARACTERS,
  GROUP_MAX_EVENTS,
  SHARED_MAX_CHARACTERS,
} from "../limits";
import { errorText, log } from "../log";
import {
  type Receipt,
  type ReceivedEvent,
  saveReceived,
  saveReceivedTogether,
} from "../store/inbox";
import { sendTexts } from "../store/queue";
import { gather, type Gather } from "./gather";
import { storedMessage } from "./messages";

/** `pushed`: the message for the queue is on its way, or left to the sweep. */
export interface SharedReceipt extends Receipt {
  readonly pushed: boolean;
}

export type SharedSave = Gather<ReceivedEvent, SharedReceipt>;

/** Large bodies go alone, and what holds a NUL: it ends a text inside JSON early. */
function goesTogether({ id, eventType, subjectId, orderNumber, payload }: ReceivedEvent): boolean {
  const texts = [id, eventType, subjectId, orderNumber];
  return payload.length <= SHARED_MAX_CHARACTERS && !texts.some((text) => text?.includes("\0"));
}

/** One per isolate and pair of stores. */
export function sharedSave(db: D1Database, queue: Queue): SharedSave {
  return gather<ReceivedEvent, SharedReceipt>({
    together: async (events) => {
      const receipts = await saveReceivedTogether(db, events);
      return receipts.map((receipt) => ({ ...receipt, pushed: true }));
    },
    after: async (events, receipts) => {
      const fresh = events.filter((_, index) => receipts[index]?.isNew === true);
      try {
        await sendTexts(queue, fresh.map(storedMessage));
      } catch (error) {
        log.warn("push_failed", {
          id: fresh[0]?.id,
          events: fresh.length,
          error: errorText(error),
        });
      }
    },
    alone: async (event, tried) => {
      const receipt = await saveReceived(db, event);
      // The group may have written it after all, and then nobody has pushed it.
      const isNew = receipt.isNew || (tried && receipt.redeliveries === 1);
      return { ...receipt, isNew, pushed: false };
    },
    keyOf: (event) => (goesTogether(event) ? event.id : null),
    sizeOf: ({ payload }) => payload.length,
    maxSize: GROUP_MAX_CHARACTERS,
    maxItems: GROUP_MAX_EVENTS,
    lookEveryMs: GROUP_LOOK_MS,
  });
}

/**
 * What requests that wait together write together: one statement for their inbox rows, and behind it,
 * with those of the next few groups, one sendBatch for their messages. What does not go well together
 * goes alone.
 */
import {
  ERASED_KNOWN_MS,
  GROUP_CROWD,
  GROUP_DELAY_MS,
  GROUP_LOOK_MS,
  GROUP_MAX_CHARACTERS,
  GROUP_MAX_EVENTS,
  PUSH_ABANDONED_MS,
  PUSH_WAIT_MS,
  SEND_BATCH_MAX_MESSAGES,
  SHARED_MAX_CHARACTERS,
} from "../limits";
import { errorText, log } from "../log";
import {
  type Receipt,
  type ReceivedEvent,
  saveReceived,
  saveReceivedTogether,
} from "../store/receipt";
import { loadSuppressionList, rememberSuppressionList } from "../store/suppression-list";
import { sendTexts } from "../store/queue";
import { gather, type Gather } from "./gather";
import { storedMessage } from "./messages";
import { writeWithoutErased } from "./without-erased";

/** `pushed`: the message for the queue is on its way, or left to the sweep. */
export interface SharedReceipt extends Receipt {
  readonly pushed: boolean;
  /** As it is stored: without people who were erased. The hash stays that of the body as it came. */
  readonly event: ReceivedEvent;
}

export type SharedSave = Gather<ReceivedEvent, SharedReceipt>;

/** One line a write: a line for each event would cost more than writing it. */
function logReceived(receipts: readonly SharedReceipt[]): void {
  const repeats = receipts.filter(({ isNew }) => !isNew).map(({ event }) => event.id);
  log.info("received", { ids: receipts.map(({ event }) => event.id), repeats, store: "inbox" });
}

/** Large bodies go alone, and what holds a NUL: it ends a text inside JSON early. */
function goesTogether(event: ReceivedEvent): boolean {
  const { id, eventType, typeHint, subjectId, orderNumber, payload } = event;
  const texts = [id, eventType, typeHint, subjectId, orderNumber];
  return payload.length <= SHARED_MAX_CHARACTERS && !texts.some((text) => text?.includes("\0"));
}

/**
 * Messages of several groups go out in one call: whoever comes first waits a moment and sends for all.
 * Where that request dies the next one takes over, and the sweep finds what was lost: it is stored.
 */
export function pushTogether(
  queue: Pick<Queue, "sendBatch">,
  nowMs: () => number,
): (messages: readonly string[]) => Promise<void> {
  let waiting: string[] = [];
  /** Since when somebody has been about to send them. */
  let sinceMs: number | null = null;
  return async (messages) => {
    if (messages.length === 0) return;
    waiting.push(...messages);
    const isFull = waiting.length >= SEND_BATCH_MAX_MESSAGES;
    if (!isFull) {
      if (sinceMs !== null && nowMs() - sinceMs < PUSH_ABANDONED_MS) return;
      sinceMs = nowMs();
      await scheduler.wait(PUSH_WAIT_MS);
      sinceMs = null;
    }
    const all = waiting;
    waiting = [];
    try {
      await sendTexts(queue, all);
    } catch (error) {
      log.warn("push_failed", { events: all.length, error: errorText(error) });
    }
  };
}

/**
 * One per isolate and pair of stores. Who was erased an isolate learns from its first write, which takes
 * one round trip where nobody was, and, behind the answers, once a minute; what is let through meanwhile
 * the consumer erases.
 */
export function sharedSave(db: D1Database, queue: Queue, nowMs: () => number): SharedSave {
  const push = pushTogether(queue, nowMs);
  const refresh = async (): Promise<void> => {
    const known = rememberSuppressionList(db, nowMs());
    if (known !== null && known.ageMs < ERASED_KNOWN_MS) return;
    try {
      await loadSuppressionList(db, nowMs());
    } catch (error) {
      log.warn("erased_unknown", { error: errorText(error) });
    }
  };
  return gather<ReceivedEvent, SharedReceipt>({
    together: async (came) => {
      const written = await writeWithoutErased(db, nowMs(), came, (events, isFirst) =>
        saveReceivedTogether(db, events, isFirst),
      );
      return written.map(({ receipt, event }) => ({ ...receipt, pushed: true, event }));
    },
    after: async (_, receipts) => {
      logReceived(receipts);
      const fresh = receipts.flatMap(({ isNew, event }) => (isNew ? [event] : []));
      await push(fresh.map(storedMessage));
      await refresh();
    },
    alone: async (came, wasTried) => {
      const [written] = await writeWithoutErased(
        db,
        nowMs(),
        [came],
        async ([event = came], isFirst) => [await saveReceived(db, event, { isFirst, wasTried })],
      );
      if (written === undefined) throw new Error("one event was stored as none");
      const receipt = { ...written.receipt, pushed: false, event: written.event };
      logReceived([receipt]);
      return receipt;
    },
    keyOf: (event) => (goesTogether(event) ? event.id : null),
    sizeOf: ({ payload }) => payload.length,
    maxSize: GROUP_MAX_CHARACTERS,
    maxItems: GROUP_MAX_EVENTS,
    crowd: GROUP_CROWD,
    delayMs: GROUP_DELAY_MS,
    lookEveryMs: GROUP_LOOK_MS,
  });
}

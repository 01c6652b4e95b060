/**
 * The shared writes of requests that wait together: one statement for their inbox rows, and after it one sendBatch
 * for their messages and those of the next few groups; or, while D1 is avoided, one sendBatch that makes their events
 * durable. If a shared write fails, each item is written alone.
 */
import {
  GROUP_APART_MS,
  GROUP_LOOK_MS,
  GROUP_MAX_CHARACTERS,
  GROUP_MAX_EVENTS,
  GROUP_MAX_WRITES,
  PUSH_ABANDONED_MS,
  PUSH_WAIT_MS,
  SEND_BATCH_MAX_BYTES,
  SEND_BATCH_MAX_MESSAGES,
  SHARED_MAX_CHARACTERS,
} from "../limits";
import { errorText, log } from "../log";
import {
  type Receipt,
  type ReceivedEvent,
  saveReceived,
  saveReceivedTogether,
} from "../store/inbox/receipt";
import { sendTexts } from "../store/inbox/queue";
import { gather, type Gather } from "./gather";
import { storedMessage } from "./messages";

/** `pushed`: the message for the queue is being sent, or left to the sweep. */
export interface SharedReceipt extends Receipt {
  readonly pushed: boolean;
}

export type SharedSave = Gather<ReceivedEvent, SharedReceipt>;

/** One log line per write: a line for each event would cost more than its write. */
function logReceived(events: readonly ReceivedEvent[], receipts: readonly Receipt[]): void {
  const ids = events.map(({ id }) => id);
  const repeats = ids.filter((_, index) => receipts[index]?.isNew === false);
  log.info("received", { ids, repeats, store: "inbox" });
}

/** Large bodies are written alone, and bodies with a NUL, which ends a text inside JSON early. */
function goesTogether(event: ReceivedEvent): boolean {
  const { id, eventType, typeHint, subjectId, orderNumber, payload } = event;
  const texts = [id, eventType, typeHint, subjectId, orderNumber];
  return payload.length <= SHARED_MAX_CHARACTERS && !texts.some((text) => text?.includes("\0"));
}

/**
 * Messages of several groups are sent in one call: the first request waits a moment and sends for all. If that
 * request dies, the next one takes over. The sweep finds lost messages, since their events are stored.
 */
export function pushTogether(
  queue: Pick<Queue, "sendBatch">,
  nowMs: () => number,
): (messages: readonly string[]) => Promise<void> {
  let waiting: string[] = [];
  /** Since when a request has been waiting to send them. */
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

interface WholeMessage {
  readonly id: string;
  readonly text: string;
}

export type SharedPush = Gather<WholeMessage, true>;

/** Messages that contain whole events; a request continues once its message is sent. One per isolate and queue. */
export function sharedPush(queue: Queue): SharedPush {
  const alone = async ({ text }: WholeMessage): Promise<true> => {
    await queue.send(text, { contentType: "text" });
    return true;
  };
  return gather<WholeMessage, true>({
    together: async (messages) => {
      const [first] = messages;
      if (first !== undefined && messages.length === 1) return [await alone(first)];
      await sendTexts(
        queue,
        messages.map(({ text }) => text),
      );
      return messages.map(() => true);
    },
    after: () => Promise.resolve(),
    alone,
    keyOf: ({ id }) => id,
    sizeOf: ({ text }) => text.length * 3,
    maxSize: SEND_BATCH_MAX_BYTES,
    maxItems: SEND_BATCH_MAX_MESSAGES,
    apartMs: GROUP_APART_MS,
    maxWrites: GROUP_MAX_WRITES,
    lookEveryMs: GROUP_LOOK_MS,
  });
}

/** One per isolate and pair of stores. */
export function sharedSave(db: D1Database, queue: Queue, nowMs: () => number): SharedSave {
  const push = pushTogether(queue, nowMs);
  return gather<ReceivedEvent, SharedReceipt>({
    together: async (events) =>
      (await saveReceivedTogether(db, events)).map((receipt) => ({ ...receipt, pushed: true })),
    after: async (events, receipts) => {
      logReceived(events, receipts);
      const fresh = events.filter((_, index) => receipts[index]?.isNew === true);
      await push(fresh.map(storedMessage));
    },
    alone: async (event, wasTried) => {
      const receipt = await saveReceived(db, event, wasTried);
      logReceived([event], [receipt]);
      return { ...receipt, pushed: false };
    },
    keyOf: (event) => (goesTogether(event) ? event.id : null),
    sizeOf: ({ payload }) => payload.length,
    maxSize: GROUP_MAX_CHARACTERS,
    maxItems: GROUP_MAX_EVENTS,
    apartMs: GROUP_APART_MS,
    maxWrites: GROUP_MAX_WRITES,
    lookEveryMs: GROUP_LOOK_MS,
  });
}

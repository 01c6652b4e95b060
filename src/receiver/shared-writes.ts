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

interface WholeMessage {
  readonly id: string;
  readonly text: string;
}

interface Stored {
  readonly event: ReceivedEvent;
  readonly receipt: Receipt;
}

export type SharedSave = Gather<ReceivedEvent, SharedReceipt>;

/** One log line for all: a line for each event would cost more than its write. */
function logStored(stored: readonly Stored[]): void {
  const ids = stored.map(({ event }) => event.id);
  const repeats = stored.flatMap(({ event, receipt }) => (receipt.isNew ? [] : [event.id]));
  log.info("received", { ids, repeats, store: "inbox" });
}

function logQueued(messages: readonly WholeMessage[]): void {
  log.info("received", { ids: messages.map(({ id }) => id), repeats: [], store: "queue" });
}

/** Large bodies are written alone, and bodies with a NUL, which ends a text inside JSON early. */
function goesTogether(event: ReceivedEvent): boolean {
  const { id, eventType, typeHint, subjectId, orderNumber, payload } = event;
  const texts = [id, eventType, typeHint, subjectId, orderNumber];
  return payload.length <= SHARED_MAX_CHARACTERS && !texts.some((text) => text?.includes("\0"));
}

/**
 * What follows the writes of several groups is done in one go, and at once for as many as fill a call to the queue:
 * the first request waits a moment and does it for all. If that request dies, the next one takes over.
 */
export function followTogether<Item>(
  follow: (items: readonly Item[]) => Promise<void>,
  nowMs: () => number,
): (items: readonly Item[]) => Promise<void> {
  let waiting: Item[] = [];
  /** Since when a request has been waiting to do it. */
  let sinceMs: number | null = null;
  return async (items) => {
    waiting.push(...items);
    const isFull = waiting.length >= SEND_BATCH_MAX_MESSAGES;
    if (!isFull) {
      if (sinceMs !== null && nowMs() - sinceMs < PUSH_ABANDONED_MS) return;
      sinceMs = nowMs();
      await scheduler.wait(PUSH_WAIT_MS);
      sinceMs = null;
    }
    const all = waiting;
    waiting = [];
    if (all.length > 0) await follow(all);
  };
}

/** Logs the events, and sends the messages of the new ones. The sweep finds lost messages: their events are stored. */
async function logAndPush(queue: Queue, stored: readonly Stored[]): Promise<void> {
  logStored(stored);
  const fresh = stored.filter(({ receipt }) => receipt.isNew);
  try {
    await sendTexts(
      queue,
      fresh.map(({ event }) => storedMessage(event)),
    );
  } catch (error) {
    log.warn("push_failed", { events: fresh.length, error: errorText(error) });
  }
}

export type SharedPush = Gather<WholeMessage, true>;

/** Messages that contain whole events; a request continues once its message is sent. One per isolate and queue. */
export function sharedPush(queue: Queue): SharedPush {
  const send = async ({ text }: WholeMessage): Promise<true> => {
    await queue.send(text, { contentType: "text" });
    return true;
  };
  return gather<WholeMessage, true>({
    together: async (messages) => {
      const [first] = messages;
      if (first !== undefined && messages.length === 1) return [await send(first)];
      await sendTexts(
        queue,
        messages.map(({ text }) => text),
      );
      return messages.map(() => true);
    },
    after: (messages) => Promise.resolve(logQueued(messages)),
    alone: async (message) => {
      await send(message);
      logQueued([message]);
      return true;
    },
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
  const follow = followTogether<Stored>((stored) => logAndPush(queue, stored), nowMs);
  return gather<ReceivedEvent, SharedReceipt>({
    together: async (events) =>
      (await saveReceivedTogether(db, events)).map((receipt) => ({ ...receipt, pushed: true })),
    after: (events, receipts) =>
      follow(
        events.flatMap((event, index) => {
          const receipt = receipts[index];
          return receipt === undefined ? [] : [{ event, receipt }];
        }),
      ),
    alone: async (event, wasTried) => {
      const receipt = await saveReceived(db, event, wasTried);
      logStored([{ event, receipt }]);
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

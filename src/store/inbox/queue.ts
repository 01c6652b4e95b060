/** Sends to a queue within its limits: 100 messages and 256 KB per call, 128 KB per message. */
import { MESSAGE_MAX_BYTES, SEND_BATCH_MAX_BYTES, SEND_BATCH_MAX_MESSAGES } from "../../limits";
import { jsonSlices } from "../slices";

/** Sends JSON texts in order, in as few calls as the limits allow. */
export async function sendTexts(
  queue: Pick<Queue, "sendBatch">,
  texts: readonly string[],
): Promise<void> {
  let group: string[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (group.length === 0) return;
    await queue.sendBatch(group.map((body) => ({ body, contentType: "text" as const })));
    group = [];
    bytes = 0;
  };
  for (const text of texts) {
    const size = text.length * 3;
    if (group.length === SEND_BATCH_MAX_MESSAGES || bytes + size > SEND_BATCH_MAX_BYTES) {
      await flush();
    }
    group.push(text);
    bytes += size;
  }
  await flush();
}

/** Wakes the dispatch: one queue message names as many notifications as fit into it. */
export async function sendWakeUpCalls(queue: Queue, ids: readonly string[]): Promise<void> {
  for (const slice of jsonSlices(ids, MESSAGE_MAX_BYTES)) {
    await queue.send({ ids: JSON.parse(slice) as unknown });
  }
}

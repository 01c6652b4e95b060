/**
 * Wake-up calls in, a run of the dispatch out. A message only says that something may be due: what
 * is, stands in D1, and the sweep finds it without any message. So a message is acked after the run
 * whatever became of its rows, and retried only where D1 could not be asked.
 */
import * as z from "zod/mini";
import { errorText, log } from "../log";
import { type DispatchDeps, dispatchIds } from "./dispatch";

const RETRY_DELAY_SECONDS = 30;

const wakeUpCall = z.union([
  z.pipe(
    z.object({ ids: z.array(z.string()) }),
    z.transform((body) => body.ids),
  ),
  z.pipe(
    z.object({ id: z.string() }),
    z.transform((body) => [body.id]),
  ),
]);

/** The ids that a message's body names; none where it is something else. */
export function parseWakeUpCall(body: unknown): readonly string[] {
  const parsed = wakeUpCall.safeParse(body);
  return parsed.success ? parsed.data : [];
}

/** Never throws. */
export async function handleNotificationBatch(
  batch: MessageBatch,
  deps: DispatchDeps,
): Promise<void> {
  const ids = batch.messages.flatMap((message) => parseWakeUpCall(message.body));
  try {
    await dispatchIds(ids, deps);
    batch.ackAll();
  } catch (error) {
    log.error("dispatch_broke_off", { messages: batch.messages.length, error: errorText(error) });
    batch.retryAll({ delaySeconds: RETRY_DELAY_SECONDS });
  }
}

/** A wake-up call that was retried in vain fails no row: the sweep still finds what is due. */
export function handleNotificationDeadLetters(batch: MessageBatch): void {
  log.warn("wake_up_calls_given_up", { messages: batch.messages.length });
  batch.ackAll();
}

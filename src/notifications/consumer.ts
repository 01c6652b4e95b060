/**
 * Wake-up calls in, a run of the dispatch out. A message only says that something may be due: what
 * is, stands in D1, and the sweep finds it without any message. So a message is acked after the run
 * whatever became of its rows, and retried only where D1 could not be asked.
 */
import * as z from "zod/mini";
import { errorText, log } from "../log";
import { type DispatchDeps, dispatchIds } from "./dispatch";
import { endpointOfId } from "./forwarding/open-lanes";

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

/**
 * Never throws. What goes to endpoints goes on behind the batch (`later`), after its messages: one that hangs must
 * hold up neither the queue nor a message, and the sweep finds whatever such a run has left.
 */
export async function handleNotificationBatch(
  batch: MessageBatch,
  deps: DispatchDeps,
  later?: (work: Promise<unknown>) => void,
): Promise<void> {
  const ids = batch.messages.flatMap((message) => parseWakeUpCall(message.body));
  try {
    await dispatchIds(
      ids.filter((id) => endpointOfId(id) === null),
      deps,
    );
    batch.ackAll();
  } catch (error) {
    log.error("dispatch_broke_off", { messages: batch.messages.length, error: errorText(error) });
    batch.retryAll({ delaySeconds: RETRY_DELAY_SECONDS });
  }
  const forwarding = forward(
    ids.filter((id) => endpointOfId(id) !== null),
    deps,
  );
  if (later === undefined) await forwarding;
  else later(forwarding);
}

async function forward(ids: readonly string[], deps: DispatchDeps): Promise<void> {
  if (ids.length === 0) return;
  try {
    await dispatchIds(ids, deps);
  } catch (error) {
    log.error("forwarding_broke_off", { forwards: ids.length, error: errorText(error) });
  }
}

/** A wake-up call that was retried in vain fails no row: the sweep still finds what is due. */
export function handleNotificationDeadLetters(batch: MessageBatch): void {
  log.warn("wake_up_calls_given_up", { messages: batch.messages.length });
  batch.ackAll();
}

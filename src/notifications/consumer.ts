/**
 * Wake-up calls in, a run of the dispatch out. A call only says that something may be due: D1 has what is due, and the
 * sweep finds it without a call. So a call is acked after the run, whatever its outcomes, and retried only if the run
 * fails because D1 did not answer.
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

/** The ids in the body of a queue message; empty if it is something else. */
export function parseWakeUpCall(body: unknown): readonly string[] {
  const parsed = wakeUpCall.safeParse(body);
  return parsed.success ? parsed.data : [];
}

/**
 * Never throws. Forwards are sent in the background (`later`), after the messages of the batch: an endpoint that hangs
 * must delay neither the queue nor a message. The sweep finds what such a run leaves behind.
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

/** A wake-up call that failed after all retries fails no row: the sweep still finds what is due. */
export function handleNotificationDeadLetters(batch: MessageBatch): void {
  log.warn("wake_up_calls_given_up", { messages: batch.messages.length });
  batch.ackAll();
}

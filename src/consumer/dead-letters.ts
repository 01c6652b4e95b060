/**
 * Events that the queue has given up on. They become `failed`, with their attempts and last error,
 * and one alert a burst calls a person; replay brings them back. While D1 is down the letters wait in
 * their own queue.
 */
import { errorText, log } from "../log";
import type { ReceivedEvent } from "../store/inbox";
import { retryDelaySeconds } from "./backoff";
import { ackWork, attemptsOf, type Delivery, gatherWork, receivedOf } from "./deliveries";
import { classifyTrouble } from "./trouble";

export interface DeadLetterDeps {
  /** Writes into the inbox what only the queue held. */
  readonly admit: (events: readonly ReceivedEvent[]) => Promise<void>;
  /** Marks events as failed; returns those that became so now. */
  readonly fail: (ids: readonly string[]) => Promise<readonly string[]>;
  readonly alert: (failed: readonly string[]) => Promise<void>;
  readonly random: () => number;
}

/** Consumes a batch of ce-events-dlq. */
export async function buryEvents(
  deliveries: Iterable<Delivery>,
  deps: DeadLetterDeps,
): Promise<void> {
  const works = gatherWork(deliveries);
  try {
    await deps.admit(works.flatMap(({ wholes }) => wholes.slice(0, 1)).map(receivedOf));
    const failed = await deps.fail(works.map(({ id }) => id));
    if (failed.length > 0) await deps.alert(failed);
    for (const id of failed) log.error("event_failed", { id, final: true });
  } catch (error) {
    log.warn("dead_letters_retried", { events: works.length, error: errorText(error) });
    for (const work of works) {
      const trouble = classifyTrouble(error);
      const delaySeconds = retryDelaySeconds(trouble, attemptsOf(work), deps.random());
      for (const delivery of work.deliveries) delivery.retry({ delaySeconds });
    }
    return;
  }
  for (const work of works) ackWork(work);
}

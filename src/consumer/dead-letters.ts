/**
 * Events that the queue has given up on. They become `failed`, with their attempts and last error,
 * and one alert a burst calls a person; replay brings them back. While D1 is down the letters wait in
 * their own queue.
 */
import { errorText, log } from "../log";
import type { SuppressionList } from "../store/suppression-list";
import type { ReceivedEvent } from "../store/receipt";
import { retryDelaySeconds, type Trouble } from "./backoff";
import {
  ackWork,
  attemptsOf,
  type Delivery,
  eraseIn,
  gatherWork,
  halvesOf,
  receivedOf,
  type Work,
} from "./deliveries";
import { classifyTrouble } from "./trouble";

/** Deliveries of a dead letter after which it starts anew; the queue retries it 100 times. */
const START_ANEW_AFTER = 90;

export interface DeadLetterDeps {
  /** Who was erased, as it stands now: no later look at these bodies is certain. */
  readonly erased: () => Promise<SuppressionList>;
  /** Writes into the inbox what only the queue held; fails where somebody else was erased meanwhile. */
  readonly admit: (events: readonly ReceivedEvent[], listVersion: number) => Promise<void>;
  /** Marks events as failed and calls a person, together; returns those that failed now. */
  readonly fail: (ids: readonly [string, ...string[]]) => Promise<readonly string[]>;
  /** Puts a message (JSON text) onto ce-events anew. */
  readonly push: (message: string) => Promise<unknown>;
  readonly random: () => number;
}

/**
 * After its last retry here a letter would be gone, and with it an event that only the queue holds:
 * shortly before, it goes back to ce-events as a new message, with all its retries and its retention.
 */
async function keepWaiting(deps: DeadLetterDeps, work: Work, trouble: Trouble): Promise<void> {
  const delaySeconds = retryDelaySeconds(trouble, attemptsOf(work), deps.random());
  for (const delivery of work.deliveries) {
    if (delivery.attempts < START_ANEW_AFTER || typeof delivery.body !== "string") {
      delivery.retry({ delaySeconds });
      continue;
    }
    try {
      await deps.push(delivery.body);
      delivery.ack();
    } catch (error) {
      log.warn("dead_letter_not_pushed", { id: work.id, error: errorText(error) });
      delivery.retry({ delaySeconds });
    }
  }
}

/** Where one event cannot even be written into the inbox, the others fail without it. */
async function failAll(deps: DeadLetterDeps, works: readonly Work[]): Promise<void> {
  try {
    const list = await deps.erased();
    const letters = works.flatMap(({ wholes }) => wholes.slice(0, 1)).map(receivedOf);
    const events = await Promise.all(letters.map((event) => eraseIn(event, list)));
    await deps.admit(events, list.version);
    const [first, ...rest] = works.map(({ id }) => id);
    const failed = first === undefined ? [] : await deps.fail([first, ...rest]);
    for (const id of failed) log.error("event_failed", { id, final: true });
  } catch (error) {
    const trouble = classifyTrouble(error);
    const parts = trouble === "data" ? halvesOf(works) : null;
    if (parts !== null) {
      for (const part of parts) await failAll(deps, part);
      return;
    }
    log.warn("dead_letters_retried", { events: works.length, trouble, error: errorText(error) });
    for (const work of works) await keepWaiting(deps, work, trouble);
    return;
  }
  for (const work of works) ackWork(work);
}

/** Consumes a batch of ce-events-dlq. */
export async function consumeDeadLetters(
  deliveries: Iterable<Delivery>,
  deps: DeadLetterDeps,
): Promise<void> {
  await failAll(deps, gatherWork(deliveries));
}

/**
 * Events that failed after all retries. They become `failed`, with their attempts and last error, without people on
 * the suppression list. One alert per burst notifies the team; a replay applies them again. While D1 is down, their
 * messages wait in the dead-letter queue.
 */
import { errorText, log } from "../log";
import { deadLetterAlert } from "../store/outbox/alerts";
import { failEvents } from "../store/inbox/inbox";
import { loadSuppressionList } from "../store/privacy/suppression-list";
import { retryDelaySeconds, type Trouble } from "./backoff";
import { type BodiesDeps, findBodies } from "./bodies";
import { ackWork, attemptsOf, type Delivery, gatherWork, halvesOf, type Work } from "./deliveries";
import { classifyTrouble } from "./trouble";

/** Deliveries of a dead letter after which it is sent as a new message; the queue retries it 100 times. */
const START_ANEW_AFTER = 90;

export interface DeadLetterDeps extends BodiesDeps {
  /** Sends a new message (JSON text) to ce-events. */
  readonly push: (message: string) => Promise<unknown>;
  /** Wakes the dispatch of notifications. */
  readonly wake: (ids: readonly string[]) => Promise<void>;
  readonly now: () => Date;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * After its last retry here, a message would be gone, and with it an event that only the queue has. Shortly before
 * that, it is sent to ce-events as a new message, with all its retries and its full retention.
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

/** Returns the work whose bodies did not fit. */
async function failTogether(
  deps: DeadLetterDeps,
  works: readonly Work[],
): Promise<readonly Work[]> {
  const { db } = deps;
  const list = await loadSuppressionList(db);
  const found = await findBodies(deps, works, list);
  const done = found.filter(({ kind }) => kind !== "deferred").map(({ work }) => work);
  const [first, ...rest] = done.map(({ id }) => id);
  if (first === undefined) return [];
  const ids = [first, ...rest] as const;
  const erasedBodies = found.flatMap((one) => (one.kind === "body" ? (one.erasedBody ?? []) : []));
  const failure = { ids, erasedBodies, alert: deadLetterAlert(ids) };
  const now = deps.now().toISOString();
  const { failed, alerts } = await failEvents(db, failure, now, list.version);
  for (const id of failed) log.error("event_failed", { id, final: true });
  for (const work of done) ackWork(work);
  if (alerts.length > 0) await deps.wake(alerts);
  return found.flatMap(({ kind, work }) => (kind === "deferred" ? [work] : []));
}

/** If one event cannot be written to the inbox, the others become failed without it. */
async function failAll(deps: DeadLetterDeps, works: readonly Work[]): Promise<void> {
  let left = works;
  try {
    while (left.length > 0) left = await failTogether(deps, left);
  } catch (error) {
    const trouble = classifyTrouble(error);
    const parts = trouble === "data" ? halvesOf(left) : null;
    if (parts !== null) {
      for (const part of parts) await failAll(deps, part);
      return;
    }
    log.warn("dead_letters_retried", { events: left.length, trouble, error: errorText(error) });
    for (const work of left) await keepWaiting(deps, work, trouble);
  }
}

/** Consumes a batch of ce-events-dlq. */
export async function consumeDeadLetters(
  deliveries: Iterable<Delivery>,
  deps: DeadLetterDeps,
): Promise<void> {
  await failAll(deps, gatherWork(deliveries));
}

/** Sends deliveries over several connections, and collects the answers in the order of sending. */
import type { Receiver } from "../receiver/start.ts";
import { type Answered, type Delivery, deliverEvents } from "./delivery.ts";

/**
 * Gives each entry to one of several workers. After a failure no new entry is started; the error is thrown when all
 * running work has ended.
 */
export async function shareOut<T>(
  entries: Iterable<T> | AsyncIterable<T>,
  workers: number,
  work: (entry: T, index: number) => Promise<void>,
): Promise<void> {
  // The workers share one iterator, so each entry is taken once.
  const waiting =
    Symbol.asyncIterator in entries ? entries[Symbol.asyncIterator]() : entries[Symbol.iterator]();
  const failures: unknown[] = [];
  let taken = 0;
  const worker = async () => {
    while (failures.length === 0) {
      const next = await waiting.next();
      if (next.done === true) return;
      taken += 1;
      await work(next.value, taken - 1);
    }
  };
  await Promise.all(
    Array.from({ length: workers }, () => worker().catch((error) => failures.push(error))),
  );
  if (failures.length > 0) throw failures[0];
}

export async function sendAll(
  receiver: Pick<Receiver, "send">,
  deliveries: readonly Delivery[],
  connections: number,
  onAnswer: (answered: number) => void = () => undefined,
): Promise<Answered[]> {
  const answers: Answered[] = [];
  let answered = 0;
  await shareOut(deliveries, connections, async (delivery, index) => {
    answers[index] = { delivery, ...(await receiver.send(delivery)) };
    answered += 1;
    onAnswer(answered);
  });
  return answers;
}

/** One after the other; throws if one is not accepted. */
export async function sendEvents(
  receiver: Pick<Receiver, "send">,
  events: readonly { readonly id: string }[],
  secret: string,
): Promise<void> {
  for (const { delivery, status, body } of await sendAll(
    receiver,
    await deliverEvents(events, secret),
    1,
  )) {
    if (status === 200) continue;
    throw new Error(`${delivery.eventId ?? "?"} was answered ${status}: ${JSON.stringify(body)}`);
  }
}

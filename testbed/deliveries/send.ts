/** Sends deliveries over so many connections at once, and collects the answers in the order of sending. */
import type { Receiver } from "../receiver/start.ts";
import { type Answered, type Delivery, deliverEvents } from "./delivery.ts";

/** Hands each entry to one of so many workers; ends when all are done. */
export async function shareOut<T>(
  entries: readonly T[],
  workers: number,
  work: (entry: T, index: number) => Promise<void>,
): Promise<void> {
  const waiting = entries.entries();
  // The workers share one iterator, so each entry is taken once.
  const worker = async () => {
    for (const [index, entry] of waiting) await work(entry, index);
  };
  await Promise.all(Array.from({ length: workers }, worker));
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

/** One after the other; throws where one is not taken. */
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

/** Sends deliveries, so many at a time, and collects the answers in the order of sending. */
import type { Answer, Delivery } from "./delivery.ts";
import type { Receiver } from "../receiver/harness.ts";

export async function sendAll(
  receiver: Receiver,
  deliveries: readonly Delivery[],
  concurrency: number,
  onAnswer: (answered: number) => void,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const waiting = deliveries.entries();
  let answered = 0;
  // The workers share one iterator, so each delivery is taken once.
  const work = async () => {
    for (const [index, delivery] of waiting) {
      answers[index] = await receiver.send(delivery);
      answered += 1;
      onAnswer(answered);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return answers;
}
